"""Many calls at once: one asyncio thread a process, with every guarantee of `http.py`."""

import asyncio
import ssl
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, Final, TypeVar

import aiohttp
import certifi
import requests
from requests.utils import get_environ_proxies, select_proxy
from yarl import URL

from app.core.settings import WeChat
from app.wechat.errors import BadAnswer, WeChatError, WeChatUnreachable
from app.wechat.http import API, MAX_ANSWER_BYTES, answer_of, bases, reached

Given = TypeVar("Given")
_JSON: Final = {"Content-Type": "application/json"}
_KEEP_ALIVE_SECONDS: Final = 30
_CLOSE_SECONDS: Final = 5
_URLS_KEPT: Final = 16


class Crowd:
    """Starts its thread at the first call, so that a process may fork before. Safe to share between threads."""

    def __init__(self, settings: WeChat, *, at_once: int) -> None:
        self._bases = bases(settings)
        self._timeout = settings.timeout_seconds
        self._at_once = at_once
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._session: aiohttp.ClientSession | None = None
        self._url = lru_cache(_URLS_KEPT)(self._whole)
        self.places: asyncio.Semaphore = asyncio.Semaphore(at_once)

    def run(self, work: Coroutine[Any, Any, Given]) -> Given:
        """What `work` gives, done in the asyncio thread."""
        future: Future[Given] = asyncio.run_coroutine_threadsafe(work, self._running())
        return future.result()

    async def post(self, path: str, *, token: str, body: bytes, private: tuple[str, ...]) -> dict[str, Any]:
        """One call and the JSON object that answers it; a WeChatError for anything else."""
        fault: WeChatError
        try:
            status, answer = await self._exchange(path, token, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            fault = _unreachable(error)
        else:
            return answer_of(status, answer, (token, *private))
        raise fault  # outside the except: its context would hold the URL with the token

    async def _exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        session = self._session or self._opened()
        url = self._url(path, token)
        async with session.post(url, data=body, headers=_JSON, allow_redirects=False) as response:
            return response.status, await _body(response)

    def _whole(self, path: str, token: str) -> URL:
        return URL(reached(self._bases, API + path)).with_query(access_token=token)

    def _opened(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._at_once,
                keepalive_timeout=_KEEP_ALIVE_SECONDS,
                ssl=_certificates(self._bases[API]),
            ),
            timeout=aiohttp.ClientTimeout(
                total=2 * self._timeout,
                connect=self._timeout,
                sock_connect=self._timeout,
                sock_read=self._timeout,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=_proxy(self._bases[API]),
        )
        return self._session

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="wechat-crowd", daemon=True
                )
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """End the connections and the thread; a later call starts new ones."""
        with self._lock:
            loop, self._loop = self._loop, None
            if loop is None or self._thread is None:
                return
            asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result(_CLOSE_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(_CLOSE_SECONDS)
            loop.close()
            self.places = asyncio.Semaphore(self._at_once)

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _proxy(base: str) -> str | None:
    """The site's proxy, as requests finds it. Asked once: aiohttp would look for it at each call."""
    return select_proxy(base, get_environ_proxies(base, no_proxy=None))


def _certificates(base: str) -> ssl.SSLContext | bool:
    """The same authorities that the other calls trust: the site's own bundle, or certifi's."""
    if not base.startswith("https://"):
        return True
    trusted = requests.Session().merge_environment_settings(base, {}, None, None, None)["verify"]
    bundle = trusted if isinstance(trusted, str) else certifi.where()
    return ssl.create_default_context(cafile=bundle)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise BadAnswer("too_long")
    return bytes(body)


def _unreachable(error: Exception) -> WeChatUnreachable:
    match error:
        case aiohttp.ClientSSLError():
            return WeChatUnreachable("tls", may_have_arrived=False)
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError():
            return WeChatUnreachable("connect", may_have_arrived=False)
        case TimeoutError():
            return WeChatUnreachable("timeout", may_have_arrived=True)
        case _:
            return WeChatUnreachable("broken_off", may_have_arrived=True)
