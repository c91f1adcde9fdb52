"""One way out to the platform: hosts as configured, always a timeout, small answers, clean errors."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as TlsError

from app.core.settings import WeChat
from app.wechat.errors import BadAnswer, WeChatError, WeChatRefused, WeChatUnreachable, clean

API: Final = "https://api.weixin.qq.com"
MP: Final = "https://mp.weixin.qq.com"
OPEN: Final = "https://open.weixin.qq.com"
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_OK: Final = 200


def bases(settings: WeChat) -> dict[str, str]:
    """Where each host of the platform is reached. A stand-in for the API stands in for all, unless set apart."""
    api = settings.api_base_url.rstrip("/")
    genuine = (urlsplit(api).hostname or "").endswith(
        ".weixin.qq.com"
    )  # its regional hosts serve only the API
    return {
        API: api,
        MP: settings.mp_base_url.rstrip("/") or (MP if genuine else api),
        OPEN: settings.open_base_url.rstrip("/") or (OPEN if genuine else api),
    }


def reached(redirected: Mapping[str, str], url: str) -> str:
    """The address that is really asked; ValueError for a host that is not the platform's."""
    for genuine, base in redirected.items():
        if url.startswith(genuine + "/"):
            return base + url.removeprefix(genuine)
    raise ValueError("not a host of the platform")


class BoundedSession(requests.Session):
    """Connections are kept. Every call ends in time; redirects are never followed, cookies never kept."""

    def __init__(self, timeout_seconds: float, *, connections: int = 32) -> None:
        super().__init__()
        self._timeout = timeout_seconds
        self.cookies = _NoCookies()
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=connections, pool_block=True))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        until = time.monotonic() + 2 * self._timeout
        response = self.begun(method, str(url), *args, **kwargs)
        try:
            body = b"".join(arriving(response, until=until, longest=MAX_ANSWER_BYTES))
        except BaseException:
            response.close()
            raise
        response._content = body  # noqa: SLF001 -- what `content` returns; requests has no bounded read
        return response

    def begun(self, method: str | bytes, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer's head; its body is still to be read with `arriving`, and the answer to be closed."""
        kwargs |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        return super().request(method, self._reached(url), *args, **kwargs)

    def _reached(self, url: str) -> str:
        return url


class PlatformSession(BoundedSession):
    """Every call of ours and of wechatpy passes here."""

    def __init__(self, settings: WeChat, *, connections: int = 32) -> None:
        super().__init__(settings.timeout_seconds, connections=connections)
        self._bases = bases(settings)

    def _reached(self, url: str) -> str:
        return reached(self._bases, url)


class _NoCookies(RequestsCookieJar):
    def set_cookie(self, *_args: Any, **_kwargs: Any) -> None:
        return


def arriving(response: requests.Response, *, until: float, longest: int) -> Iterator[bytes]:
    """The body, decoded. Raises BadAnswer beyond `longest` bytes, ReadTimeout when `until` (monotonic) is past."""
    length = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        length += len(chunk)
        if length > longest:
            raise BadAnswer("too_long")
        if time.monotonic() > until:
            raise requests.ReadTimeout
        yield chunk


def exchange(
    session: requests.Session, method: str, url: str, *, private: Iterable[str] = (), **request: Any
) -> dict[str, Any]:
    """One call and the JSON object that answers it; a WeChatError for anything else.

    `private` are the values that must not be repeated in an error's text.
    """
    fault: WeChatError
    try:
        response = session.request(method, url, **request)
    except (requests.RequestException, HTTPError) as error:
        fault = _unreachable(error)
    else:
        return answer_of(response.status_code, response.content, private)
    raise fault  # outside the except: its context would hold the URL with the secret


def _unreachable(error: Exception) -> WeChatUnreachable:
    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return WeChatUnreachable("connect", may_have_arrived=False)
    if isinstance(cause, NewConnectionError):
        return WeChatUnreachable("connect", may_have_arrived=False)
    if isinstance(error, requests.exceptions.SSLError) or isinstance(cause, TlsError):
        return WeChatUnreachable("tls", may_have_arrived=False)
    reason = "timeout" if isinstance(error, requests.Timeout) else "broken_off"
    return WeChatUnreachable(reason, may_have_arrived=True)


def answer_of(status: int, body: bytes, private: Iterable[str]) -> dict[str, Any]:
    """What the platform says; a WeChatError for a refusal, and for what is no answer of its own."""
    if status != _OK:
        raise BadAnswer(f"http_{status}")
    answer = _object(body)
    try:
        errcode = int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        errcode = None
    if errcode is None:
        raise BadAnswer("errcode")
    if errcode:
        raise WeChatRefused(errcode, clean(str(answer.get("errmsg", "")), private))
    return answer


def _object(body: bytes) -> dict[str, Any]:
    try:
        # Not strict: the platform has sent raw control characters in nicknames.
        answer = json.loads(body.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer("not_json")
    return answer
