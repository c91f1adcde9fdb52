"""The tap by which a person agrees to one more reminder (facts/wechat.md §3.8), with WeChat's own script."""

import base64
import hashlib
from typing import Final

from app.wechat import jssdk
from pages import headers
from pages.edge import services

MOST_AT_ONE_TAP: Final = 3
LOOK: Final = (
    ".agree{display:block;width:100%;min-height:3rem;border:0;border-radius:8px;"
    "font-size:1.0625rem;color:#fff;background:#b3261e}"
)
"""WeChat draws the button apart from our style sheets, so its look goes along inside it."""
LOOK_HASH: Final = base64.b64encode(hashlib.sha256(LOOK.encode()).digest()).decode()


def offered() -> list[str]:
    """The template ids that one tap asks for; none where the way is not set up. Lets this page run the script."""
    found = sorted(set(services().setup.subscriptions().values()))[:MOST_AT_ONE_TAP]
    if found:
        headers.allow(script=jssdk.resources(services().settings.wechat), style=f"'sha256-{LOOK_HASH}'")
    return found


def script_url() -> str:
    return jssdk.script_url(services().settings.wechat)
