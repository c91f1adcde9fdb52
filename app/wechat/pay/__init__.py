"""WeChat Pay v3 for merchants of our own (facts/wechat.md §6, docs/adr/0020)."""
