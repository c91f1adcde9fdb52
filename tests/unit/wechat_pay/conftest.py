"""WeChat Pay on loopback, and our gateway that speaks to it."""

from collections.abc import Iterator
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.core.clock import FixedClock
from app.redis_store import MemoryStore
from app.wechat.http import BoundedSession
from app.wechat.pay.account import Account, accounts
from app.wechat.pay.client import PayClient
from app.wechat.pay.gateway import WeChatPay
from app.wechat.pay.gateways import Gateways
from tests.conftest import NOW
from tests.services import settings
from tests.unit.wechat.fake_platform import running
from tests.unit.wechat_pay.merchant_side import APP_ID, SITE, pay
from tests.unit.wechat_pay.platform_side import PayPlatform, Seals


@pytest.fixture(scope="session", autouse=True)
def keys_parsed_once() -> Iterator[None]:
    """OpenSSL proves a private key anew each time that it is read; these tests read the same one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.wechat.pay.keys.load_pem_private_key", cache(load_pem_private_key))
        yield


@pytest.fixture
def seals(clock: FixedClock) -> Seals:
    return Seals(clock)


@pytest.fixture
def platform(seals: Seals) -> Iterator[PayPlatform]:
    with running() as fake:
        yield PayPlatform(fake, seals)


@pytest.fixture
def store(clock: FixedClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture(scope="session")
def account() -> Account:
    """One for all; tests that change whom it trusts build their own."""
    clock = FixedClock(NOW)
    given = settings(pay=pay()).pay
    return accounts(given, app_id=APP_ID, store=MemoryStore(clock), clock=clock)[0]


@pytest.fixture
def gateway(account: Account, platform: PayPlatform, clock: FixedClock) -> Iterator[WeChatPay]:
    with BoundedSession(2) as session:
        client = PayClient(account.signer, account.trust, clock, session=session, base_url=platform.fake.url)
        yield WeChatPay(account, client, site_url=SITE)


@pytest.fixture
def gateways(gateway: WeChatPay) -> Gateways:
    return Gateways([gateway])
