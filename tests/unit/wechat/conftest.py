"""The fake platform, and clients that speak to it."""

from collections.abc import Iterator

import pytest

from app.core.clock import FixedClock
from app.core.settings import WeChat
from app.redis_store import MemoryStore
from app.wechat.client import WeChatClient
from app.wechat.http import PlatformSession
from tests.unit.wechat.fake_platform import FakePlatform, running

SECRET = "f" * 32


def settings_for(url: str, *, timeout: float = 5) -> WeChat:
    return WeChat.model_validate(
        {
            "app_id": "wx0123456789abcdef",
            "app_secret": SECRET,
            "token": "spamtest",
            "encoding_aes_key": "A" * 43,
            "original_id": "",
            "mode": "safe",
            "api_base_url": url,
            "mp_base_url": "",
            "open_base_url": "",
            "res_base_url": "",
            "timeout_seconds": timeout,
        }
    )


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with running() as fake:
        yield fake


@pytest.fixture
def settings(platform: FakePlatform) -> WeChat:
    return settings_for(platform.url)


@pytest.fixture
def session(settings: WeChat) -> Iterator[PlatformSession]:
    with PlatformSession(settings) as opened:
        yield opened


@pytest.fixture
def store(clock: FixedClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(
    settings: WeChat, store: MemoryStore, clock: FixedClock, session: PlatformSession, slept: list[float]
) -> WeChatClient:
    return WeChatClient(settings, store, clock, session=session, sleep=slept.append)
