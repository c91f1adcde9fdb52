"""Every row of facts/wechat §6.7, and every way of not knowing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.dues.ports import AlreadyPaid, GatewayRefused, GatewayUnclear, OrderClosed, RefundStatus, TradeState
from app.wechat.pay.gateway import WeChatPay
from tests.unit.wechat.fake_platform import Answer, Raw, Reset
from tests.unit.wechat_pay.merchant_side import BACK, ORDER
from tests.unit.wechat_pay.platform_side import Json, PayPlatform, rsa_key
from tests.unit.wechat_pay.test_gateway import CLOSE, PAID, PREPAY, QUERY, QUERY_REFUND, REFUND, TAKEN

Ask = Callable[[WeChatPay], Any]
ASKS: dict[str, tuple[str, Ask]] = {
    "prepay": (PREPAY, lambda gateway: gateway.prepay(ORDER)),
    "query": (QUERY, lambda gateway: gateway.query(ORDER.out_trade_no)),
    "close": (CLOSE, lambda gateway: gateway.close(ORDER.out_trade_no)),
    "refund": (REFUND, lambda gateway: gateway.refund(BACK)),
    "query_refund": (QUERY_REFUND, lambda gateway: gateway.query_refund(BACK.out_refund_no)),
}
SOUND: dict[str, Json] = {
    "prepay": {"prepay_id": "wx1"},
    "query": PAID,
    "close": {},
    "refund": TAKEN,
    "query_refund": TAKEN,
}


def failing(gateway: WeChatPay, name: str) -> GatewayRefused:
    with pytest.raises(GatewayRefused) as fault:
        ASKS[name][1](gateway)
    return fault.value


def unclear(gateway: WeChatPay, name: str) -> str:
    with pytest.raises(GatewayUnclear) as fault:
        ASKS[name][1](gateway)
    assert fault.value.__context__ is None or fault.value.__suppress_context__
    return str(fault.value)


@pytest.mark.parametrize("name", ["prepay", "close"])
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("ORDERPAID", 0),
        ("ORDER_PAID", 0),
        ("INVALID_REQUEST", 268449538),
        ("INVALID_REQUEST", 268498689),
    ],
)
def test_paid_order_is_neither_placed_nor_closed(
    name: str, code: str, cause: int, platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.refuse(ASKS[name][0], 400, code, cause=cause)

    refused = failing(gateway, name)

    assert (type(refused), refused.code, refused.message) == (AlreadyPaid, "ORDER_PAID", "说明")


@pytest.mark.parametrize(
    ("code", "cause"), [("ORDER_CLOSED", 0), ("ORDERCLOSED", 0), ("INVALID_REQUEST", 268447914)]
)
def test_closed_order_needs_a_new_number(
    code: str, cause: int, platform: PayPlatform, gateway: WeChatPay
) -> None:
    for name in ("prepay", "close"):
        platform.refuse(ASKS[name][0], 400, code, cause=cause)

    refused = failing(gateway, "prepay")
    gateway.close(ORDER.out_trade_no)

    assert (type(refused), refused.code) == (OrderClosed, "ORDER_CLOSED")


@pytest.mark.parametrize(
    ("status", "said", "cause", "code"),
    [
        (400, "PARAM_ERROR", 268435461, "PARAM_ERROR"),
        (400, "INVALID_REQUEST", 0, "INVALID_REQUEST"),
        (400, "INVALID_REQUEST", 268498688, "OUT_TRADE_NO_USED"),
        (400, "APPID_MCHID_NOT_MATCH", 0, "APPID_MCHID_NOT_MATCH"),
        (400, "MCH_NOT_EXISTS", 0, "MCH_NOT_EXISTS"),
        (403, "OUT_TRADE_NO_USED", 0, "OUT_TRADE_NO_USED"),
        (403, "NO_AUTH", 0, "NO_AUTH"),
        (403, "NOAUTH", 0, "NO_AUTH"),
        (403, "NOT_ENOUGH", 0, "NOT_ENOUGH"),
        (403, "NOTENOUGH", 0, "NOT_ENOUGH"),
        (403, "RULE_LIMIT", 0, "RULE_LIMIT"),
        (403, "TRADE_ERROR", 0, "TRADE_ERROR"),
        (403, "ACCOUNT_ERROR", 0, "ACCOUNT_ERROR"),
        (403, "USER_ACCOUNT_ABNORMAL", 0, "USER_ACCOUNT_ABNORMAL"),
        (403, "REQUEST_BLOCKED", 0, "REQUEST_BLOCKED"),
        (500, "OPENID_MISMATCH", 0, "OPENID_MISMATCH"),
        (500, "INVALID_TRANSACTIONID", 0, "INVALID_TRANSACTIONID"),
    ],
)
def test_refusal_bears_wechat_s_code(
    status: int, said: str, cause: int, code: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    for name, (path, _) in ASKS.items():
        platform.refuse(path, status, said, cause=cause)

        refused = failing(gateway, name)

        assert (type(refused), refused.code) == (GatewayRefused, code)


def test_our_own_bad_signature_is_an_alarm(platform: PayPlatform, gateway: WeChatPay) -> None:
    for name, (path, _) in ASKS.items():
        platform.refuse(path, 401, "SIGN_ERROR")

        with capture_logs() as logs:
            refused = failing(gateway, name)

        assert refused.code == "SIGN_ERROR"
        assert [(one["event"], one["log_level"]) for one in logs] == [("pay.sign_error", "error")]


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (404, "ORDER_NOT_EXIST", 0),
        (404, "ORDERNOTEXIST", 0),
        (404, "RESOURCE_NOT_EXISTS", 0),
        (400, "INVALID_REQUEST", 268512771),
    ],
)
def test_order_that_wechat_does_not_know(
    status: int, code: str, cause: int, platform: PayPlatform, gateway: WeChatPay
) -> None:
    for path in (QUERY, CLOSE):
        platform.refuse(path, status, code, cause=cause)

    gateway.close(ORDER.out_trade_no)

    assert gateway.query(ORDER.out_trade_no).state is TradeState.UNKNOWN


@pytest.mark.parametrize("code", ["RESOURCE_NOT_EXISTS", "REFUND_NOT_EXIST"])
def test_refund_that_wechat_does_not_know(code: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    for path in (QUERY_REFUND, REFUND):
        platform.refuse(path, 404, code)

    assert gateway.query_refund(BACK.out_refund_no).status is RefundStatus.UNKNOWN
    assert failing(gateway, "refund").code == code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "FREQUENCY_LIMITED"),
        (429, "RATELIMIT_EXCEEDED"),
        (429, "ANYTHING"),
        (403, "RATE_LIMITED"),
        (400, "SYSTEM_ERROR"),
        (500, "SYSTEM_ERROR"),
        (500, "SYSTEMERROR"),
        (500, "BANK_ERROR"),
        (502, "BAD_GATEWAY"),
        (202, "USER_PAYING"),
        (302, "FOUND"),
    ],
)
def test_what_may_have_happened_is_unclear(
    status: int, code: str, platform: PayPlatform, gateway: WeChatPay
) -> None:
    for name, (path, _) in ASKS.items():
        platform.refuse(path, status, code)

        assert unclear(gateway, name).startswith(f"http_{status}")


@pytest.mark.parametrize(
    "answer",
    [
        Reset(),
        Raw(b"<html>bad gateway</html>", 502),
        Raw(b"<html>nothing here</html>", 404),
        Raw(b"{}", 404),
        Raw(b'{"code": 5}', 400),
        Raw(b"", 400),
        Raw(b"[1]", 403),
        Raw(b" " * 5_000_000, 200),
        Raw(b"{", 200, (("Content-Length", "100"),)),
    ],
)
def test_no_answer_of_wechat_pay_is_unclear(
    answer: Answer, platform: PayPlatform, gateway: WeChatPay
) -> None:
    gateway.client._session._timeout = 0.1  # half an answer, and then silence: do not wait for long
    for name, (path, _) in ASKS.items():
        platform.fake.answer(path, answer)

        unclear(gateway, name)


@pytest.mark.parametrize("name", ASKS)
def test_effect_and_then_silence_is_unclear(name: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    """What was asked has been done there; the connection breaks before we hear of it. Asked again, all is well."""
    platform.answer(ASKS[name][0], Reset(), SOUND[name])

    unclear(gateway, name)
    ASKS[name][1](gateway)

    first, again = platform.calls
    assert first.body == again.body


def test_nobody_there_is_unclear(gateway: WeChatPay) -> None:
    gateway.client._base = "http://127.0.0.1:9"

    for name in ASKS:
        assert unclear(gateway, name) == "ConnectionError"


@pytest.mark.parametrize("name", ASKS)
def test_success_counts_only_signed(name: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    path, said = ASKS[name][0], SOUND[name]
    body = '{"prepay_id": "wx1"}'
    answers: dict[str, Raw] = {
        "missing_headers": platform.unsigned(said),
        "forged": platform.signed(body, Wechatpay_Nonce="another"),
        "stale": platform.signed(body, after=timedelta(seconds=-301)),
        "unknown_serial": platform.signed(body, Wechatpay_Serial="PUB_KEY_ID_9"),
        "probe": platform.signed(body, Wechatpay_Signature="WECHATPAY/SIGNTEST/abc"),
    }

    for reason, answer in answers.items():
        platform.fake.answer(path, answer)
        with capture_logs() as logs:
            assert unclear(gateway, name) == f"unsigned: {reason}"
        assert [one["event"] for one in logs] == ["pay.answer.not_signed"]


@pytest.mark.parametrize("body", ["not json", "[]", '"x"', "[" * 100_000, '{"other": 1}', '{"prepay_id": 5}'])
def test_signed_nonsense_is_unclear(body: str, platform: PayPlatform, gateway: WeChatPay) -> None:
    for name in ("prepay", "query", "refund", "query_refund"):
        platform.fake.answer(ASKS[name][0], platform.signed(body))

        unclear(gateway, name)


def test_refusal_counts_however_it_is_signed_but_proves_no_payment(
    platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.seals.key = rsa_key("stranger")
    refused = '{"code": "ORDERPAID", "trade_state": "SUCCESS"}'
    platform.fake.answer(PREPAY, platform.signed(refused, 400))
    platform.fake.answer(QUERY, platform.signed(refused, 400))

    assert type(failing(gateway, "prepay")) is AlreadyPaid
    assert type(failing(gateway, "query")) is AlreadyPaid


def test_refusal_s_words_are_cleaned(platform: PayPlatform, gateway: WeChatPay) -> None:
    said = {"code": "PARAM_ERROR", "message": f"openid {ORDER.openid} 无效"}
    platform.fake.answer(PREPAY, platform.unsigned(said, 400))

    assert failing(gateway, "prepay").message == "openid *** 无效"
