"""Everything that we send: queued in the writer's transaction, sent outside any, recorded."""
