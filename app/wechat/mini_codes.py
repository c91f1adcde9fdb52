"""The mini-program's own code for a meeting: a picture that WeChat draws (facts/wechat.md, getwxacodeunlimit)."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import requests
from urllib3.exceptions import HTTPError

from app.wechat.api import STALE_TOKEN
from app.wechat.errors import BadAnswer, WeChatError, WeChatRefused, WeChatUnreachable
from app.wechat.grants import SharedStore
from app.wechat.http import API, PlatformSession, answer_of
from app.wechat.tokens import TokenBroker

LONGEST_SCENE: Final = 32
WIDTH: Final = 860
KEPT_FOR: Final = timedelta(days=7)
RESTS_FOR: Final = timedelta(minutes=1)
KINDS: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


class MiniCodes:
    """Safe to share between threads. One picture a scene, drawn once and kept where all processes find it."""

    def __init__(
        self, app_id: str, page: str, *, session: PlatformSession, broker: TokenBroker, store: SharedStore
    ) -> None:
        """`page`: where the mini-program signs people in, without a leading slash."""
        self._app_id = app_id
        self._page = page
        self._session = session
        self._broker = broker
        self._store = store

    @property
    def offered(self) -> bool:
        """There is a mini-program, and it has a page that signs in."""
        return bool(self._app_id and self._page)

    def picture(self, scene: str) -> bytes:
        """The code that opens the page with this scene (1-32 signs). Raises WeChatError, the same for a minute."""
        if not 1 <= len(scene) <= LONGEST_SCENE:
            raise ValueError("a mini-program's scene has 1-32 signs")
        name = f"wechat:{self._app_id}:mini-code:{scene}"
        if kept := _decoded(self._store.get(name) or ""):
            return kept
        if self._store.get(f"{name}:rests"):
            raise BadAnswer("failed_a_moment_ago")
        try:
            drawn = self._drawn(scene)
        except WeChatError:
            self._store.set(f"{name}:rests", "1", RESTS_FOR)
            raise
        self._store.set(name, base64.b64encode(drawn).decode(), KEPT_FOR)
        return drawn

    def _drawn(self, scene: str) -> bytes:
        token = self._broker.token()
        try:
            return self._asked(scene, token)
        except WeChatRefused as refused:
            if refused.errcode not in STALE_TOKEN:
                raise
        return self._asked(scene, self._broker.renew(token))

    def _asked(self, scene: str, token: str) -> bytes:
        body = {"scene": scene, "page": self._page, "check_path": True, "width": WIDTH}
        answer = _called(
            lambda: self._session.request(
                "POST", f"{API}/wxa/getwxacodeunlimit", params={"access_token": token}, json=body
            )
        )
        if kind_of(answer.content) is None:  # a refusal is JSON
            answer_of(answer.status_code, answer.content, (token,))
            raise BadAnswer("no_picture")
        return answer.content


def kind_of(picture: bytes) -> str | None:
    """The media type of what WeChat draws."""
    return next((kind for start, kind in KINDS.items() if picture.startswith(start)), None)


def _called(call: Callable[[], requests.Response]) -> requests.Response:
    try:
        return call()
    except (requests.RequestException, HTTPError) as error:
        timeout = isinstance(error, requests.Timeout)
    # outside the except: its context would hold the URL with the token
    raise WeChatUnreachable("timeout" if timeout else "broken_off", may_have_arrived=True)


def _decoded(kept: str) -> bytes:
    try:
        return base64.b64decode(kept, validate=True)
    except binascii.Error:
        return b""
