"""How a call to the platform can fail. No text here holds a secret, a token or a person."""

import re
from collections.abc import Iterable
from typing import Final

from app.core.logs import scrub

_LONGEST: Final = 300
_OPENID: Final = re.compile(r"(?<![\w-])o[\w-]{27}(?![\w-])", re.ASCII)
_SECRET: Final = re.compile(r"(?<![\w-])(?:[0-9a-f]{32}|[\w-]{64,})(?![\w-])", re.ASCII)


def clean(text: str, private: Iterable[str] = ()) -> str:
    """Text of another's making, without what we sent in confidence and what looks like it."""
    for word in private:
        text = text.replace(word, "***")
    return _SECRET.sub("***", _OPENID.sub("***", scrub(text)))[:_LONGEST]


class WeChatError(Exception):
    """A call failed."""


class WeChatRefused(WeChatError):
    """The platform answered with an error code (facts/wechat.md §4)."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, errmsg)
        self.errcode = errcode
        self.errmsg = errmsg

    def __str__(self) -> str:
        return f"refused with {self.errcode}: {self.errmsg}"


class WeChatUnreachable(WeChatError):
    """No whole answer came. `may_have_arrived`: the platform may have done what was asked."""

    def __init__(self, reason: str, *, may_have_arrived: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


class BadAnswer(WeChatError):
    """Something answered, but not as the platform does: a gateway's error page, half a JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenUnavailable(WeChatError):
    """No token that works can be had now; `errcode` is the platform's, where it gave one."""

    def __init__(self, reason: str, errcode: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errcode = errcode
