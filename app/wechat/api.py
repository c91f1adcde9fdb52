"""wechatpy's client with its token, retry and transport replaced (facts/wechat.md §7.3)."""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from wechatpy.client import WeChatClient as Wechatpy

from app.wechat.errors import BadAnswer, WeChatRefused
from app.wechat.http import PlatformSession, exchange
from app.wechat.tokens import TokenBroker

STALE_TOKEN: Final = frozenset({40001, 40014, 41001, 42001})
BUSY: Final = -1
BUSY_PAUSES_SECONDS: Final = (0.2, 1.0, 5.0)
_PRIVATE: Final = frozenset({"openid", "touser", "openid_list", "user_id", "unionid"})


@dataclass(slots=True)
class _Call:
    method: str
    url: str
    request: dict[str, Any]
    private: set[str]
    read_from: list[tuple[Any, int]] = field(default_factory=list)
    renewed: bool = False

    def rewind(self) -> None:
        """A file that the first try has read is sent from where it stood."""
        for file, position in self.read_from:
            file.seek(position)


class Api(Wechatpy):  # type: ignore[misc] # wechatpy has no types
    """Every API group of wechatpy, over our session and our token. Safe to share between threads."""

    def __init__(
        self,
        app_id: str,
        *,
        session: PlatformSession,
        broker: TokenBroker,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(app_id, "", auto_retry=False)  # the secret stays with the token's fetcher
        self._http: PlatformSession = session
        self._broker = broker
        self._sleep = sleep

    @property
    def access_token(self) -> str:
        return self._broker.token()

    def fetch_access_token(self) -> str:
        return self._broker.token()

    def _request(
        self,
        method: str,
        url_or_endpoint: str,
        *,
        idempotent: bool | None = None,
        result_processor: Callable[[dict[str, Any]], Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """`idempotent` calls (every GET, unless said) are tried again while the platform is busy."""
        base = kwargs.pop("api_base_url", self.API_BASE_URL)
        absolute = url_or_endpoint.startswith(("http://", "https://"))
        call = _call(method, url_or_endpoint if absolute else base + url_or_endpoint, kwargs)
        repeats = method == "get" if idempotent is None else idempotent
        answer = self._tried(call, BUSY_PAUSES_SECONDS if repeats else ())
        if result_processor is None:
            return answer
        try:
            return result_processor(answer)
        except (KeyError, TypeError, IndexError, AttributeError):
            raise BadAnswer("missing_field") from None

    def _tried(self, call: _Call, pauses: tuple[float, ...]) -> dict[str, Any]:
        for pause in pauses:
            try:
                return self._once(call)
            except WeChatRefused as refused:
                if refused.errcode != BUSY:
                    raise
            self._sleep(pause * random.uniform(1, 1.25))
            call.rewind()
        return self._once(call)

    def _once(self, call: _Call) -> dict[str, Any]:
        token = self._broker.token()
        try:
            return self._sent(call, token)
        except WeChatRefused as refused:
            if refused.errcode not in STALE_TOKEN or call.renewed:
                raise
        call.renewed = True
        call.rewind()
        return self._sent(call, self._broker.renew(token))

    def _sent(self, call: _Call, token: str) -> dict[str, Any]:
        request = {**call.request, "params": {**call.request["params"], "access_token": token}}
        return exchange(self._http, call.method, call.url, private={*call.private, token}, **request)


def _call(method: str, url: str, kwargs: dict[str, Any]) -> _Call:
    given = {name: kwargs[name] for name in ("data", "files", "params") if kwargs.get(name) is not None}
    params, data = dict(given.get("params", {})), given.get("data")
    request: dict[str, Any] = {**given, "params": params}
    if isinstance(data, dict) and "files" not in given:
        # Unescaped: the platform refuses \u in menus (40033).
        request["data"] = json.dumps(data, ensure_ascii=False).encode()
        request["headers"] = {"Content-Type": "application/json"}
    private = {*_private(params), *_private(data)}
    return _Call(method, url, request, private, list(_files(given.get("files"))))


def _private(fields: Any) -> Iterator[str]:
    if isinstance(fields, dict):
        for name in _PRIVATE & fields.keys():
            value = fields[name]
            yield from (str(one) for one in (value if isinstance(value, list) else [value]) if one)


def _files(files: Any) -> Iterator[tuple[Any, int]]:
    """The readable files of a requests `files` argument, and where each stands."""
    parts = files.values() if isinstance(files, dict) else [part for _, part in files or ()]
    for part in parts:
        file = part[1] if isinstance(part, tuple) else part
        if hasattr(file, "seek"):
            yield file, file.tell()
