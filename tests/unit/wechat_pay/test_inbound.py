"""What comes in WeChat Pay's name: believed, opened and read, or refused with the reason."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from wechatpayv3.core import Core

from app.core.clock import FixedClock
from app.dues.ports import Merchant, RefundSaid, RefundStatus, Trade, TradeState
from app.redis_store import MemoryStore
from app.wechat.pay.gateways import Gateways
from app.wechat.pay.inbound import NotBelieved, Notification, NotReadable
from tests.unit.wechat_pay.merchant_side import APP_ID, MCHID, OPENID, built, further
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

PAID = {
    "transaction_id": "4200001234202603020000000001",
    "out_trade_no": "D202603020001",
    "appid": APP_ID,
    "mchid": MCHID,
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功",
    "bank_type": "OTHERS",
    "attach": "",
    "success_time": "2026-03-02T08:59:30+08:00",
    "payer": {"openid": OPENID},
    "amount": {"total": 1250, "payer_total": 1250, "currency": "CNY", "payer_currency": "CNY"},
}
GIVEN_BACK = {
    "mchid": MCHID,
    "transaction_id": "4200001234202603020000000001",
    "out_trade_no": "D202603020001",
    "refund_id": "50300001",
    "out_refund_no": "R202603020001",
    "refund_status": "SUCCESS",
    "success_time": "2026-03-02T09:00:00+08:00",
    "user_received_account": "支付用户零钱",
    "amount": {"total": 1250, "refund": 250, "payer_total": 1250, "payer_refund": 250},
}
TRADE = Trade(
    mchid=MCHID,
    app_id=APP_ID,
    out_trade_no="D202603020001",
    state=TradeState.PAID,
    transaction_id="4200001234202603020000000001",
    total=1250,
    currency="CNY",
    openid=OPENID,
    paid_at=datetime(2026, 3, 2, 0, 59, 30, tzinfo=UTC),
)
Open = Callable[..., Notification]


@pytest.fixture
def opened(gateways: Gateways, seals: Seals, clock: FixedClock) -> Open:
    """What our side makes of a body signed now."""

    def _open(body: str, **changed: str) -> Notification:
        headers = seals.headers(body) | {name.replace("_", "-"): value for name, value in changed.items()}
        return gateways.open_notification(headers, body.encode(), clock.now())

    return _open


def not_believed(told: Callable[..., object], *given: object, **changed: str) -> tuple[str, bool]:
    with pytest.raises(NotBelieved) as fault:
        told(*given, **changed)
    return fault.value.reason, fault.value.probe


def not_readable(told: Callable[..., object], *given: object) -> str:
    with pytest.raises(NotReadable) as fault:
        told(*given)
    return fault.value.reason


def test_payment_is_told_with_all_that_the_order_is_compared_with(opened: Open, clock: FixedClock) -> None:
    told = opened(notice(PAID, clock, id="EV-2018022511223320873"))

    assert (told.id, told.event_type, told.created_at) == (
        "EV-2018022511223320873",
        "TRANSACTION.SUCCESS",
        clock.now(),
    )
    assert (told.trade, told.refund, told.merchant) == (TRADE, None, Merchant(MCHID, APP_ID))


@pytest.mark.parametrize(
    ("status", "read"),
    [
        ("SUCCESS", RefundStatus.SUCCEEDED),
        ("ABNORMAL", RefundStatus.ABNORMAL),
        ("CLOSED", RefundStatus.CLOSED),
    ],
)
def test_refund_is_told(status: str, read: RefundStatus, opened: Open, clock: FixedClock) -> None:
    told = opened(notice(GIVEN_BACK | {"refund_status": status}, clock, event=f"REFUND.{status}"))

    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC) if read is RefundStatus.SUCCEEDED else None
    assert told.refund == RefundSaid(
        MCHID, "D202603020001", "R202603020001", read, "50300001", refund=250, total=1250, succeeded_at=at
    )
    assert told.trade is None


def test_event_that_does_not_concern_us_is_told_without_contents(opened: Open, clock: FixedClock) -> None:
    told = opened(notice({"any": "thing"}, clock, event="PAYSCORE.USER_OPEN_SERVICE"))

    assert (told.event_type, told.trade, told.refund) == ("PAYSCORE.USER_OPEN_SERVICE", None, None)


def test_nonce_key_is_that_of_the_signed_message(opened: Open, clock: FixedClock) -> None:
    body = notice(PAID, clock)
    first, second = opened(body), opened(body)

    assert first.id == second.id
    assert first.nonce_key != second.nonce_key
    assert len(first.nonce_key) == 64


def test_wechatpayv3_reads_the_same(gateways: Gateways, seals: Seals, clock: FixedClock) -> None:
    oracle = Core.__new__(Core)
    oracle._public_key_id, oracle._public_key = seals.serial, seals.key.public_key()
    oracle._certificates, oracle._logger = [], None
    oracle._apiv3_key = "0123456789abcdef0123456789ABCDEF"
    body = notice(PAID, clock)
    headers = seals.headers(body)

    assert json.loads(oracle.decrypt_callback(headers, body)) == PAID
    assert gateways.open_notification(headers, body.encode(), clock.now()).trade == TRADE


@pytest.mark.parametrize(
    ("after", "reason"), [(timedelta(seconds=301), "stale"), (timedelta(days=-365), "stale")]
)
def test_notification_of_another_time_is_not_believed(
    after: timedelta, reason: str, gateways: Gateways, seals: Seals, clock: FixedClock
) -> None:
    body = notice(PAID, clock)
    headers = seals.headers(body, after=after)

    assert not_believed(gateways.open_notification, headers, body.encode(), clock.now()) == (
        reason,
        False,
    )


def test_changed_body_is_not_believed(gateways: Gateways, seals: Seals, clock: FixedClock) -> None:
    body = notice(PAID, clock)

    for other in (body + " ", body.replace("TRANSACTION", "REFUND"), ""):
        told = not_believed(gateways.open_notification, seals.headers(body), other.encode(), clock.now())
        assert told == ("forged", False)


def test_ten_megabytes_are_not_even_hashed(gateways: Gateways, seals: Seals, clock: FixedClock) -> None:
    body = "x" * 10_000_000

    told = not_believed(gateways.open_notification, seals.headers(body), body.encode(), clock.now())

    assert told == ("too_long", False)


def test_unsigned_and_probing_posts_are_told_apart(
    gateways: Gateways, opened: Open, clock: FixedClock
) -> None:
    body = notice(PAID, clock)

    assert not_believed(gateways.open_notification, {}, body.encode(), clock.now()) == (
        "missing_headers",
        False,
    )
    assert not_believed(opened, body, Wechatpay_Signature="WECHATPAY/SIGNTEST/abc") == ("probe", True)


def test_unknown_serial_is_refused_without_asking_anybody(
    platform: PayPlatform, opened: Open, clock: FixedClock
) -> None:
    for serial in ("PUB_KEY_ID_9", serial_of("stranger"), "FF" * 20):
        reason = not_believed(opened, notice(PAID, clock), Wechatpay_Serial=serial)
        assert reason == ("unknown_serial", False)

    assert platform.calls == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, "no_id"),
        ({"id": "x" * 65}, "no_id"),
        ({"id": "a\x00b"}, "no_id"),
        ({"event_type": "\u202e"}, "no_event_type"),
        ({"create_time": "9999-12-31T23:59:59+00:00"}, "no_create_time"),
        ({"create_time": "yesterday"}, "no_create_time"),
        ({"create_time": "2026-03-02T09:00:00"}, "no_create_time"),
        ({"create_time": "0001-01-01T00:00:00+08:00"}, "no_create_time"),
        ({"event_type": None}, "no_event_type"),
        ({"resource": None}, "no_resource"),
        ({"resource": {"algorithm": "AES"}}, "algorithm"),
        ({"resource": sealed(b"{}") | {"associated_data": 5}}, "associated_data"),
        ({"resource": sealed(b"{}") | {"associated_data": "other"}}, "sealed"),
        ({"resource": sealed(b"{}") | {"nonce": "short"}}, "sealed"),
        ({"resource": sealed(b"{}") | {"ciphertext": "!"}}, "sealed"),
        ({"resource": sealed(b"{}", key="another key of 32 bytes, so long")}, "sealed"),
        ({"resource": sealed(b"[1]")}, "not_json"),
        ({"resource": sealed(b"\xff")}, "not_json"),
        ({"resource": sealed(b"{}")}, "no_mchid"),
    ],
)
def test_signed_but_unreadable_is_for_a_person(
    changes: Json, reason: str, opened: Open, clock: FixedClock
) -> None:
    assert not_readable(opened, notice(PAID, clock, **changes)) == reason


@pytest.mark.parametrize("body", ["", "[]", "null", "<xml/>", "[" * 100_000])
def test_signed_body_that_is_no_object_is_for_a_person(body: str, opened: Open) -> None:
    assert not_readable(opened, body) == "not_json"


def test_associated_data_may_be_empty(opened: Open, clock: FixedClock) -> None:
    resource = sealed(json.dumps(PAID).encode(), aad="")
    without = {name: value for name, value in resource.items() if name != "associated_data"}

    for one in (resource, without, resource | {"associated_data": None}):
        assert opened(notice(PAID, clock, resource=one)).trade == TRADE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trade_state": "SOMETHING"}, "trade_state"),
        ({"transaction_id": ""}, "no_transaction_id"),
        ({"payer": {}}, "no_openid"),
        ({"success_time": None}, "no_success_time"),
        ({"amount": {"currency": "CNY"}}, "no_total"),
        ({"amount": {"total": "1250", "currency": "CNY"}}, "no_total"),
        ({"amount": {"total": 12.5, "currency": "CNY"}}, "no_total"),
        ({"amount": {"total": True, "currency": "CNY"}}, "no_total"),
        ({"amount": {"total": -1, "currency": "CNY"}}, "no_total"),
        ({"amount": {"total": 1250}}, "no_currency"),
    ],
)
def test_payment_with_something_missing_is_for_a_person(
    change: Json, reason: str, opened: Open, clock: FixedClock
) -> None:
    assert not_readable(opened, notice(PAID | change, clock)) == reason


def test_word_for_another_merchant_is_not_believed(opened: Open, clock: FixedClock) -> None:
    told = not_believed(opened, notice(PAID | {"mchid": "1900000000"}, clock))

    assert told == ("another_merchant", False)


def test_merchant_is_the_one_whose_key_opens(
    store: MemoryStore, clock: FixedClock, seals: Seals, tmp_path: Path
) -> None:
    """A platform certificate is of all merchants; only the APIv3 key tells whose a notification is."""
    another = "another key of 32 bytes, so long"
    second = {"mchid": "1900000002", "api_v3_key": another, "public_key_id": "", "public_key": ""}
    shared = {"platform_certificates": certificate_pem("old")}
    seals.key, seals.serial = rsa_key("old"), serial_of("old")
    resource = sealed(json.dumps(PAID | {"mchid": "1900000002"}).encode(), key=another)
    body = notice(PAID, clock, resource=resource)

    with built(store, clock, more=further(tmp_path, second | shared), **shared) as gateways:
        told = gateways.open_notification(seals.headers(body), body.encode(), clock.now())

    assert told.merchant == Merchant("1900000002", APP_ID)
