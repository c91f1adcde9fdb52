"""What is asked of WeChat Pay, and what its answers mean."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from wechatpayv3.utils import rsa_verify

from app.core.clock import FixedClock
from app.dues.ports import (
    GatewayUnclear,
    Merchant,
    PaymentGateway,
    Trade,
    TradeState,
    Wanted,
)
from app.redis_store import MemoryStore
from app.wechat.pay.gateway import WeChatPay
from tests.unit.wechat.fake_platform import Call, Raw
from tests.unit.wechat_pay.merchant_side import APP_ID, BACK, MCHID, OPENID, ORDER, SERIAL, built
from tests.unit.wechat_pay.platform_side import PUBLIC_KEY_ID, Json, PayPlatform, certificate_pem, serial_of

PREPAY = "/v3/pay/transactions/jsapi"
QUERY = f"/v3/pay/transactions/out-trade-no/{ORDER.out_trade_no}"
CLOSE = f"{QUERY}/close"
REFUND = "/v3/refund/domestic/refunds"
QUERY_REFUND = f"{REFUND}/{BACK.out_refund_no}"
UNPAID = {"appid": APP_ID, "mchid": MCHID, "out_trade_no": ORDER.out_trade_no, "trade_state": "NOTPAY"}
PAID = UNPAID | {
    "trade_state": "SUCCESS",
    "transaction_id": "4200001234202603020000000001",
    "success_time": "2026-03-02T08:59:30+08:00",
    "payer": {"openid": OPENID},
    "amount": {"total": 1250, "payer_total": 1250, "currency": "CNY"},
}
TAKEN = {
    "refund_id": "50300001",
    "out_refund_no": BACK.out_refund_no,
    "out_trade_no": BACK.out_trade_no,
    "status": "PROCESSING",
    "amount": {"refund": 250, "total": 1250, "currency": "CNY"},
}


def signed_as_sent(call: Call, target: str, gateway: WeChatPay) -> bool:
    """Whether wechatpayv3 finds the merchant's signature over what arrived."""
    scheme, _, rest = call.headers["Authorization"].partition(" ")
    given = dict(re.findall(r'(\w+)="([^"]+)"', rest))
    assert (scheme, given["mchid"], given["serial_no"]) == ("WECHATPAY2-SHA256-RSA2048", MCHID, SERIAL)
    lines = f"{call.method}\n{target}\n{given['timestamp']}"
    key = gateway.account.signer.key.public_key()
    return bool(rsa_verify(lines, given["nonce_str"], call.body.decode(), given["signature"], key))


def test_gateway_meets_the_port(gateway: WeChatPay) -> None:
    port: PaymentGateway = gateway

    assert port.merchant == Merchant(MCHID, APP_ID)


def test_order_is_placed_as_the_manual_has_it(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(PREPAY, {"prepay_id": "wx261100"})

    assert gateway.prepay(ORDER) == "wx261100"

    (call,) = platform.calls
    assert call.json == {
        "appid": APP_ID,
        "mchid": MCHID,
        "description": "2026年3月党费",
        "out_trade_no": "D202603020001",
        "time_expire": "2026-03-02T11:00:00+08:00",
        "notify_url": "https://zhibu.example/wechat/pay/notify",
        "amount": {"total": 1250, "currency": "CNY"},
        "payer": {"openid": OPENID},
    }
    assert "2026年3月党费".encode() in call.body
    assert signed_as_sent(call, PREPAY, gateway)
    sent = {
        name: call.headers[name]
        for name in ("Accept", "Accept-Encoding", "Content-Type", "Wechatpay-Serial", "User-Agent")
    }
    assert sent == {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "Wechatpay-Serial": PUBLIC_KEY_ID,
        "User-Agent": "zhibu",
    }


def test_the_same_order_is_asked_for_with_the_same_bytes(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(PREPAY, {"prepay_id": "wx1"}, {"prepay_id": "wx2"})

    assert [gateway.prepay(ORDER), gateway.prepay(ORDER)] == ["wx1", "wx2"]

    one, other = platform.calls
    assert one.body == other.body
    assert one.headers["Authorization"] != other.headers["Authorization"]
    assert one.peer_port == other.peer_port


def test_long_description_is_cut(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(PREPAY, {"prepay_id": "wx1"})

    gateway.prepay(replace(ORDER, description="党" * 200))

    assert platform.calls[0].json["description"] == "党" * 127


@pytest.mark.parametrize(
    "bad",
    [
        replace(ORDER, out_trade_no="short"),
        replace(ORDER, out_trade_no="D" * 33),
        replace(ORDER, out_trade_no="D2026|0001"),
        replace(ORDER, out_trade_no="D2026/../1"),
        replace(ORDER, out_trade_no="D202603\n"),
        replace(ORDER, out_trade_no="党费202603"),
        replace(ORDER, total=0),
        replace(ORDER, total=-1),
        replace(ORDER, expires_at=datetime(2026, 3, 2)),
    ],
)
def test_order_that_wechat_would_not_take_is_a_bug(
    bad: Wanted, platform: PayPlatform, gateway: WeChatPay
) -> None:
    with pytest.raises(ValueError, match=r"no number|at least one fen|without its zone"):
        gateway.prepay(bad)

    assert platform.calls == []


def test_sheet_is_signed_for_the_phone(gateway: WeChatPay, clock: FixedClock) -> None:
    sheet = gateway.sheet("wx261100", clock.now())

    assert (sheet.app_id, sheet.timestamp, sheet.package, sheet.sign_type) == (
        APP_ID,
        "1772413200",
        "prepay_id=wx261100",
        "RSA",
    )
    first = f"{sheet.app_id}\n{sheet.timestamp}"
    key = gateway.account.signer.key.public_key()
    assert rsa_verify(first, sheet.nonce, sheet.package, sheet.signature, key)
    assert gateway.sheet("wx261100", clock.now()).nonce != sheet.nonce


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("NOTPAY", TradeState.NOT_PAID),
        ("USERPAYING", TradeState.NOT_PAID),
        ("PAYERROR", TradeState.NOT_PAID),
        ("CLOSED", TradeState.CLOSED),
        ("REVOKED", TradeState.CLOSED),
    ],
)
def test_order_without_money(said: str, state: TradeState, platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(QUERY, UNPAID | {"trade_state": said})

    assert gateway.query(ORDER.out_trade_no) == Trade(MCHID, APP_ID, ORDER.out_trade_no, state)


@pytest.mark.parametrize(("said", "state"), [("SUCCESS", TradeState.PAID), ("REFUND", TradeState.REFUNDED)])
def test_order_with_money(said: str, state: TradeState, platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(QUERY, PAID | {"trade_state": said})

    assert gateway.query(ORDER.out_trade_no) == Trade(
        MCHID,
        APP_ID,
        ORDER.out_trade_no,
        state,
        transaction_id="4200001234202603020000000001",
        total=1250,
        currency="CNY",
        openid=OPENID,
        paid_at=datetime(2026, 3, 2, 0, 59, 30, tzinfo=UTC),
    )
    (call,) = platform.calls
    assert (call.query, signed_as_sent(call, f"{QUERY}?mchid={MCHID}", gateway)) == ({"mchid": MCHID}, True)


def test_number_with_every_allowed_sign_is_asked_about_as_signed(
    platform: PayPlatform, gateway: WeChatPay
) -> None:
    path = "/v3/pay/transactions/out-trade-no/aZ09_-*aZ09"
    platform.answer(path, UNPAID | {"out_trade_no": "aZ09_-*aZ09"})

    assert gateway.query("aZ09_-*aZ09").state is TradeState.NOT_PAID
    assert signed_as_sent(platform.calls[0], f"{path}?mchid={MCHID}", gateway)


@pytest.mark.parametrize(
    "change",
    [
        {"mchid": "1900000002"},
        {"out_trade_no": "D202603020002"},
        {"trade_state": "SOMETHING"},
        {"trade_state": None},
        {"transaction_id": None},
        {"payer": None},
        {"amount": {"total": 1250}},
        {"success_time": "soon"},
    ],
)
def test_answer_about_something_else_is_unclear(
    change: Json, platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.answer(QUERY, PAID | change)

    with pytest.raises(GatewayUnclear):
        gateway.query(ORDER.out_trade_no)


def test_order_of_the_account_that_was_there_before_is_told_of(
    platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.answer(QUERY, PAID | {"appid": "wxbefore"})

    said = gateway.query(ORDER.out_trade_no)

    assert (said.app_id, said.state, said.total) == ("wxbefore", TradeState.PAID, 1250)


def test_order_is_closed_by_an_empty_signed_answer(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.fake.answer(CLOSE, platform.signed("", 204))

    gateway.close(ORDER.out_trade_no)

    (call,) = platform.calls
    assert (call.json, signed_as_sent(call, CLOSE, gateway)) == ({"mchid": MCHID}, True)


def test_certificate_is_asked_for_where_there_is_no_public_key(
    platform: PayPlatform, store: MemoryStore, clock: FixedClock
) -> None:
    platform.fake.answer(QUERY, Raw(status=500))
    changes = {"public_key_id": "", "public_key": "", "platform_certificates": certificate_pem("old")}

    with (
        built(store, clock, base_url=platform.fake.url, **changes) as found,
        pytest.raises(GatewayUnclear),
    ):
        found.wechat[0].query(ORDER.out_trade_no)

    assert platform.calls[0].headers["Wechatpay-Serial"].zfill(40) == serial_of("old")


def test_body_is_json_that_keeps_its_order(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(PREPAY, {"prepay_id": "wx1"})

    gateway.prepay(ORDER)

    assert list(json.loads(platform.calls[0].body)) == [
        "appid",
        "mchid",
        "description",
        "out_trade_no",
        "time_expire",
        "notify_url",
        "amount",
        "payer",
    ]
