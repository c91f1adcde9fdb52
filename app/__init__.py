"""What the organisation does. Only main, wiring, cli, wechat and redis_store know the outside."""
