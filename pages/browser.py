"""Where a page was opened: inside WeChat or not."""

from typing import Final

from flask import request

from app.wechat.http import OPEN, bases
from pages.edge import services

INSIDE: Final = "MicroMessenger"
AT_WORK: Final = "wxwork"
"""企业微信 says MicroMessenger too, and knows nothing of our account."""


def can_sign_in() -> bool:
    """Where another server stands in for WeChat, every browser can: the code is the proof, never the name."""
    if bases(services().settings.wechat)[OPEN] != OPEN:
        return True
    said = request.user_agent.string
    return INSIDE in said and AT_WORK not in said.lower()
