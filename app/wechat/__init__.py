"""WeChat: the only code that speaks to the platform, and the callback's crypto and formats."""
