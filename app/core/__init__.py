"""Settings, database, clock, crypto, logs: no business words here."""
