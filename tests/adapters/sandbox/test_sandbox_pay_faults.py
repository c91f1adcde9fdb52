"""What can go wrong with a call of WeChat Pay."""

from collections.abc import Callable

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from tests.adapters.sandbox.sandbox_account import OPENID, Sandbox, served
from tests.adapters.sandbox.sandbox_merchant import (
    ORDERS,
    REFUNDS,
    Merchant,
    check_signed,
    pay_section,
    public_pem,
    refusal,
)


@pytest.fixture
def merchant(start: Callable[..., Sandbox]) -> Merchant:
    sandbox = start(pay=pay_section())
    sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    return Merchant(sandbox)


def _orders(merchant: Merchant) -> list[str]:
    return [one.out_trade_no for one in merchant.sandbox.world.payments.orders.all.values()]


@pytest.mark.parametrize(
    ("errcode", "status"),
    [("SYSTEM_ERROR", 500), ("FREQUENCY_LIMITED", 429), ("NOT_ENOUGH", 403), ("INVALID_REQUEST", 400)],
)
def test_fault_error_answers_any_code_and_does_nothing(merchant: Merchant, errcode: str, status: int) -> None:
    merchant.fault(error_rate=1, errcode=errcode)

    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted())

    assert (answer.status_code, answer.get_json()["code"]) == (status, errcode)
    assert _orders(merchant) == []


def test_fault_500_is_html(merchant: Merchant) -> None:
    merchant.fault(status_500=2)

    answers = [merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted()) for _ in range(2)]

    assert [(one.status_code, one.mimetype) for one in answers] == [
        (200, "application/json"),
        (500, "text/html"),
    ]


def test_fault_only_on_the_paths_named(merchant: Merchant) -> None:
    merchant.fault(error_rate=1, only=[REFUNDS])

    merchant.paid()

    assert refusal(merchant.refund(1))[:2] == (500, "SYSTEM_ERROR")


def test_fault_signature_of_an_answer_is_wrong(merchant: Merchant) -> None:
    merchant.fault(bad_signature=1)

    answer = merchant.call("POST", f"{ORDERS}/jsapi", merchant.wanted())

    with pytest.raises(InvalidSignature):
        check_signed(answer.headers, answer.data, public_pem("platform"))


def test_fault_slow_is_logged_with_its_time(merchant: Merchant) -> None:
    merchant.fault(slow_ms=30)

    merchant.query()

    entry = merchant.sandbox.get("/sim/log")["entries"][-1]
    assert entry["ms"] >= 30
    assert (entry["status"], entry["errcode"]) == (404, "ORDER_NOT_EXIST")


def test_fault_reset_after_effect_drops_the_caller_but_refunds(merchant: Merchant) -> None:
    merchant.paid()
    merchant.fault(reset_after_effect=1)

    with served(merchant.sandbox.app) as url, pytest.raises(requests.ConnectionError):
        merchant.refund_at(url, 500)

    assert [one["refund"] for one in merchant.books()["refunds"]] == [500]


def test_fault_pay_while_closing_answers_500_and_the_order_is_paid(merchant: Merchant) -> None:
    merchant.prepay()
    merchant.fault(pay_while_closing=1)

    answers = [merchant.close(), merchant.close()]

    assert [refusal(one)[:2] for one in answers] == [(500, "SYSTEM_ERROR"), (400, "ORDERPAID")]
    assert merchant.query().get_json()["trade_state"] == "SUCCESS"
