"""Refunds and the merchant's books, to the fen."""

from collections.abc import Callable

import pytest

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox
from tests.adapters.sandbox.sandbox_merchant import REFUNDS, Merchant, pay_section, refusal


@pytest.fixture
def merchant(start: Callable[..., Sandbox]) -> Merchant:
    section = pay_section()
    for one in section["merchants"]:
        one["api_v3_key"] = ""  # nobody is to be told here
    sandbox = start(pay=section)
    sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国"})
    return Merchant(sandbox)


def _status(merchant: Merchant, part: str = "R1") -> str:
    return str(merchant.call("GET", f"{REFUNDS}/{part}").get_json()["status"])


def test_refund_is_processing_and_then_succeeds(merchant: Merchant) -> None:
    number = merchant.paid()["transaction_id"]

    answer = merchant.refund(500, reason="多交了").get_json()
    merchant.later(3)

    assert (answer["status"], answer["transaction_id"], answer["channel"]) == (
        "PROCESSING",
        number,
        "ORIGINAL",
    )
    assert (answer["amount"]["refund"], answer["amount"]["total"]) == (500, 1200)
    assert "success_time" not in answer
    ended = merchant.call("GET", f"{REFUNDS}/R1").get_json()
    assert (ended["status"], ended["success_time"]) == ("SUCCESS", "2026-09-21T22:13:23+08:00")
    assert merchant.query().get_json()["trade_state"] == "REFUND"


def test_refund_by_the_number_of_the_transaction(merchant: Merchant) -> None:
    number = merchant.paid()["transaction_id"]

    answer = merchant.refund(500, out_trade_no=None, transaction_id=number)

    assert answer.get_json()["out_trade_no"] == "A2026000001"


def test_refund_with_the_same_number_goes_back_once(merchant: Merchant) -> None:
    merchant.paid()

    answers = [merchant.refund(500).get_json(), merchant.refund(500).get_json()]
    other = merchant.refund(501)

    assert answers[0] == answers[1]
    assert refusal(other) == (400, "INVALID_REQUEST", 268498688)
    assert [one["refund"] for one in merchant.books()["refunds"]] == [500]


def test_refund_in_parts_never_exceeds_what_was_paid(merchant: Merchant) -> None:
    merchant.paid()
    merchant.refund(700, part="R1")

    over = merchant.refund(501, part="R2")
    rest = merchant.refund(500, part="R3")

    assert (refusal(over)[:2], rest.status_code) == ((400, "INVALID_REQUEST"), 200)
    assert merchant.books()["balance"] == 0


def test_refund_has_fifty_parts_at_most(merchant: Merchant) -> None:
    merchant.paid()

    codes = [merchant.refund(1, part=f"R{n}").status_code for n in range(51)]

    assert codes == [200] * 50 + [400]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"out_trade_no": None}, "PARAM_ERROR"),
        ({"out_trade_no": "A2026999999"}, "ORDER_NOT_EXIST"),
        ({"out_refund_no": ""}, "PARAM_ERROR"),
        ({"reason": "长" * 81}, "PARAM_ERROR"),
        ({"funds_account": "POCKET"}, "PARAM_ERROR"),
        ({"amount": {"refund": 0, "total": 1200, "currency": "CNY"}}, "PARAM_ERROR"),
        ({"amount": {"refund": 1, "total": 1200}}, "PARAM_ERROR"),
        ({"amount": {"refund": 1, "total": 1, "currency": "CNY"}}, "INVALID_REQUEST"),
    ],
)
def test_refund_that_does_not_fit_is_refused(merchant: Merchant, changes: Json, expected: str) -> None:
    merchant.paid()

    assert refusal(merchant.refund(500, **changes))[1] == expected


def test_refund_of_an_unpaid_or_year_old_order_is_refused(merchant: Merchant) -> None:
    merchant.prepay("A-unpaid-1")
    merchant.paid()
    unpaid = merchant.refund(1, "A-unpaid-1")
    merchant.sandbox.world.clock.advance(366 * 86400)

    assert [refusal(one)[1] for one in (unpaid, merchant.refund(1))] == ["INVALID_REQUEST"] * 2


def test_refund_unknown_is_404(merchant: Merchant) -> None:
    assert refusal(merchant.call("GET", f"{REFUNDS}/R9"))[:2] == (404, "RESOURCE_NOT_EXISTS")


def test_refund_without_money_is_refused_until_there_is_some(merchant: Merchant) -> None:
    merchant.paid()
    merchant.sandbox.post("/sim/pay/balance", {"move": -1000})

    poor = merchant.refund(500)
    merchant.sandbox.post("/sim/pay/balance", {"move": 1000})

    assert refusal(poor)[:2] == (403, "NOT_ENOUGH")
    assert merchant.refund(500).status_code == 200


def test_refund_closed_gives_the_money_back_to_the_merchant(merchant: Merchant) -> None:
    merchant.fault(refund_ends="closed")
    merchant.paid()
    merchant.refund(1200)
    merchant.later(3)
    merchant.fault(refund_ends="success")

    again = merchant.refund(1200, part="R2")

    assert (_status(merchant), again.status_code) == ("CLOSED", 200)
    assert [one["amount"] for one in merchant.books()["entries"]] == [1200, -7, -1193, 1193, -1193]


def test_refund_abnormal_is_sent_another_way(merchant: Merchant) -> None:
    merchant.fault(refund_ends="abnormal")
    merchant.paid()
    refund_id = merchant.refund(1200).get_json()["refund_id"]
    merchant.later(3)
    broken = _status(merchant)
    merchant.fault(refund_ends="success")
    path, way = (
        f"{REFUNDS}/{refund_id}/apply-abnormal-refund",
        {"out_refund_no": "R1", "type": "USER_BANK_CARD"},
    )

    said = merchant.call("POST", path, way).get_json()
    merchant.later(3)
    again = merchant.call("POST", path, way)

    assert (broken, said["status"], said["channel"]) == ("ABNORMAL", "PROCESSING", "OTHER_BANKCARD")
    assert (_status(merchant), refusal(again)[1]) == ("SUCCESS", "INVALID_REQUEST")
    assert merchant.books()["balance"] == 0


def test_fault_delay_says_when_a_refund_ends(merchant: Merchant) -> None:
    merchant.fault(refund_delay_s=86400)
    merchant.paid()
    merchant.refund(1)
    merchant.later(86399)

    assert _status(merchant) == "PROCESSING"


def test_books_of_parts_are_right_to_the_fen(merchant: Merchant) -> None:
    merchant.paid(total=100)
    for part in ("R1", "R2"):
        merchant.refund(50, part=part)

    books = merchant.books()
    assert [one["amount"] for one in books["entries"]] == [100, -1, -49, -50]
    assert [one["balance"] for one in books["entries"]] == [100, 99, 50, 0]
    assert books["payments"][0]["total"] == sum(one["refund"] for one in books["refunds"])


def test_restart_keeps_a_refund_that_has_not_ended(merchant: Merchant, start: Callable[..., Sandbox]) -> None:
    merchant.paid()
    merchant.refund(500)
    again = start(pay=pay_section())

    again.world.load(merchant.sandbox.world.dump())
    later = Merchant(again)
    later.later(3)

    assert _status(later) == "SUCCESS"
