"""Platform certificates: fetched by a job, seldom; shared as WeChat sealed them; asked for by no stranger's request."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.dues.ports import GatewayRefused, GatewayUnclear
from app.redis_store import MemoryStore
from app.wechat.pay.certificates import CertificateShelf
from app.wechat.pay.gateways import Gateways
from app.wechat.pay.inbound import NotBelieved
from tests.unit.wechat_pay.merchant_side import MCHID, built
from tests.unit.wechat_pay.platform_side import (
    Json,
    PayPlatform,
    Seals,
    certificate_pem,
    notice,
    rsa_key,
    sealed,
    serial_of,
)
from tests.unit.wechat_pay.test_inbound import PAID, TRADE

PATH = "/v3/certificates"
ONLY_CERTIFICATES = {"public_key_id": "", "public_key": "", "platform_certificates": certificate_pem("old")}


def listing(*names: str, key: str = "") -> Json:
    """What /v3/certificates says of these certificates."""
    return {
        "data": [
            {
                "serial_no": serial_of(name),
                "effective_time": "2025-01-01T08:00:00+08:00",
                "expire_time": "2030-01-01T08:00:00+08:00",
                "encrypt_certificate": sealed(
                    certificate_pem(name).encode(), aad="certificate", **({"key": key} if key else {})
                ),
            }
            for name in names
        ]
    }


@pytest.fixture
def old(platform: PayPlatform, store: MemoryStore, clock: FixedClock) -> Iterator[Gateways]:
    """Set up with the old certificate alone; WeChat signs with the new one."""
    platform.seals.key, platform.seals.serial = rsa_key("new"), serial_of("new")
    with built(store, clock, base_url=platform.fake.url, **ONLY_CERTIFICATES) as found:
        yield found


def believed(gateways: Gateways, seals: Seals, clock: FixedClock) -> bool:
    body = notice(PAID, clock)
    try:
        told = gateways.open_notification(seals.headers(body), body.encode(), clock.now())
    except NotBelieved as fault:
        return fault.reason != "unknown_serial"
    return told.trade == TRADE


def test_new_certificate_is_fetched_and_believed(
    old: Gateways, platform: PayPlatform, clock: FixedClock
) -> None:
    """The answer is signed with the very certificate that it brings: what opens with our APIv3 key is WeChat's."""
    platform.answer(PATH, listing("old", "new"))
    before = believed(old, platform.seals, clock)

    assert old.wechat[0].refresh_certificates() is True

    assert (before, believed(old, platform.seals, clock)) == (False, True)
    assert old.wechat[0].account.trust.wanted_serial(clock.now()).zfill(40) == serial_of("new")


def test_wechat_is_asked_once_in_ten_minutes_by_all_processes(
    old: Gateways, platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    platform.answer(PATH, listing("new"))
    with built(store, clock, base_url=platform.fake.url, **ONLY_CERTIFICATES) as another:
        first = [one.refresh_certificates() for one in (*old.wechat, *another.wechat, *old.wechat)]
        clock.advance(timedelta(minutes=10, seconds=1))
        later = another.wechat[0].refresh_certificates()

    assert (first, later) == ([True, False, False], True)
    assert len(platform.calls) == 2


def test_another_process_finds_what_one_fetched_and_asks_nobody(
    old: Gateways, platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    platform.answer(PATH, listing("new"))
    with built(store, clock, base_url=platform.fake.url, **ONLY_CERTIFICATES) as another:
        before = believed(another, platform.seals, clock)
        old.wechat[0].refresh_certificates()
        at_once = believed(another, platform.seals, clock)
        clock.advance(timedelta(minutes=1))
        after = believed(another, platform.seals, clock)

    assert (before, at_once, after) == (False, False, True)
    assert len(platform.calls) == 1


def test_invented_serials_make_us_look_once_a_minute(
    old: Gateways,
    platform: PayPlatform,
    store: MemoryStore,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []
    get = store.get

    def counted(name: str) -> str | None:
        looked.append(name)
        return get(name)

    monkeypatch.setattr(store, "get", counted)

    for _ in range(20):
        believed(old, platform.seals, clock)

    assert (looked, platform.calls) == ([f"wechatpay:{MCHID}:certificates"], [])


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "null",
        "{",
        '{"data": 5}',
        json.dumps(listing("new", key="another key of 32 bytes, so long")),
    ],
)
def test_store_that_was_tampered_with_makes_nobody_believed(
    kept: str, old: Gateways, platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    store.set(f"wechatpay:{MCHID}:certificates", kept, timedelta(hours=1))

    assert believed(old, platform.seals, clock) is False


def test_certificates_sealed_for_another_are_not_taken(
    old: Gateways, platform: PayPlatform, clock: FixedClock
) -> None:
    platform.answer(PATH, listing("new", key="another key of 32 bytes, so long"))

    with pytest.raises(GatewayUnclear, match="unsigned: certificates"):
        old.wechat[0].refresh_certificates()

    assert believed(old, platform.seals, clock) is False


def test_answer_signed_by_a_stranger_is_not_kept(
    old: Gateways, platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    platform.seals.key = rsa_key("stranger")
    platform.answer(PATH, listing("new"))

    with pytest.raises(GatewayUnclear, match="unsigned: forged"):
        old.wechat[0].refresh_certificates()

    assert store.get(f"wechatpay:{MCHID}:certificates") is None


def test_merchant_with_the_public_key_alone_is_refused(
    platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    platform.refuse(PATH, 404, "RESOURCE_NOT_EXISTS")

    with (
        built(store, clock, base_url=platform.fake.url) as gateways,
        pytest.raises(GatewayRefused, match="RESOURCE_NOT_EXISTS"),
    ):
        gateways.wechat[0].refresh_certificates()


def test_shelf_without_anything_is_empty(old: Gateways) -> None:
    shelf: CertificateShelf = old.wechat[0].account.shelf

    assert shelf.certificates() == []
