"""Inbound WeChat: the callback, its router, and one thin file per subject."""
