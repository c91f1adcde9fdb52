"""What WeChat told us: kept first, acted on second, once."""
