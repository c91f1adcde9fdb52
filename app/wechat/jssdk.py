"""Signatures for pages that call WeChat's JS-SDK (facts/wechat.md §3.12)."""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from app.core.clock import Clock
from app.core.settings import WeChat
from app.wechat.answers import number_of, text_of
from app.wechat.api import Api
from app.wechat.grants import Grant, SharedGrant, SharedStore
from app.wechat.http import OPEN, bases

RES: Final = "https://res.wx.qq.com"


def resources(settings: WeChat) -> str:
    """The origin of WeChat's script. A stand-in for the API stands in for this, too, unless set apart."""
    reached = bases(settings)[OPEN]
    return settings.res_base_url.rstrip("/") or (RES if reached == OPEN else reached)


def script_url(settings: WeChat) -> str:
    return f"{resources(settings)}/open/js/jweixin-1.6.0.js"


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """`url` as the page sees it, with its query; a fragment is dropped."""
    page = url.partition("#")[0]
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 -- WeChat's protocol


class JsSdk:
    """One ticket for all threads and processes."""

    def __init__(
        self, api: Api, store: SharedStore, clock: Clock, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._api = api
        self._clock = clock
        self._grant = SharedGrant(f"wechat:{api.appid}:jsapi", store=store, clock=clock, sleep=sleep)

    def ticket(self) -> str:
        """TokenUnavailable when none can be had."""
        return self._grant.get(self._fetch)

    def config(self, url: str) -> dict[str, Any]:
        """What the page at `url` gives to `wx.config`, beside its list of functions."""
        nonce, now = secrets.token_hex(8), int(self._clock.now().timestamp())
        return {
            "appId": self._api.appid,
            "timestamp": now,
            "nonceStr": nonce,
            "signature": signature(self.ticket(), nonce, now, url),
        }

    def _fetch(self) -> Grant:
        answer = self._api.get("ticket/getticket", params={"type": "jsapi"})
        return Grant(text_of(answer, "ticket"), number_of(answer, "expires_in"))
