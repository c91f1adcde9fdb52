"""Paying on the phone: what is shown, what is believed, and what happens when somebody taps again."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash.models import Receipt, ReceiptLine
from app.dues.orders.states import OrderState
from app.dues.ports import PaySheet
from tests.adapters.pages.collecting import Collecting
from tests.fakes.gateway import NOT_SENT

S = BillState
SHEET = re.compile(r"data-pay='([^']+)'")


@pytest.fixture
def bills(here: Collecting) -> Sequence[int]:
    here.assess()
    return here.bill((202602, S.OVERDUE), (202603, S.DUE))


def pay(here: Collecting, bills: Sequence[int], **form: object) -> TestResponse:
    return here.phone.post("/m/dues/pay", {"bill": list(bills), **form})


def sheet(answer: TestResponse) -> dict[str, str]:
    found = SHEET.search(answer.text)
    assert found is not None
    given: dict[str, str] = json.loads(unescape(found[1]))
    return given


def paid_on_the_phone(here: Collecting, answer: TestResponse) -> str:
    """WeChat has the money; the order's number."""
    given = PaySheet("", "", "", sheet(answer)["package"], "", "")
    return here.wechat.pay(given, here.people.member.openid)


def state(here: Collecting, number: str) -> Any:
    return here.phone.get(f"/m/dues/orders/{number}/state").json


def ask(here: Collecting, number: str) -> TestResponse:
    return here.phone.post(f"/m/dues/orders/{number}/ask")


def test_sheet_shows_the_sum_its_parts_and_wechat_s_own_fields(
    here: Collecting, bills: Sequence[int]
) -> None:
    answer = pay(here, bills)

    assert answer.status_code == 200
    assert "用微信支付 153.00 元" in answer.text
    assert answer.text.index("2026年2月党费") < answer.text.index("2026年3月党费")
    given = sheet(answer)
    assert set(given) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert given["package"].startswith("prepay_id=")
    assert here.orders()[0].openid == here.people.member.openid


def test_sheet_may_load_wechat_s_script_and_nothing_else_foreign(
    here: Collecting, bills: Sequence[int]
) -> None:
    policy = pay(here, bills).headers["Content-Security-Policy"]

    assert "script-src 'self' https://res.wx.qq.com" in policy
    assert "connect-src 'self'" in policy
    assert "https://res.wx.qq.com" not in here.phone.get("/m/dues").headers["Content-Security-Policy"]


def test_second_tap_shows_the_same_order(here: Collecting, bills: Sequence[int]) -> None:
    first, again = pay(here, bills), pay(here, bills)

    assert sheet(first)["package"] == sheet(again)["package"]
    assert len(here.orders()) == 1


def test_advance_and_more_than_is_due_are_parts_of_their_own(here: Collecting, bills: Sequence[int]) -> None:
    text = pay(here, bills[1:], ahead="2", extra="20.5").text

    assert "用微信支付 250.00 元" in text
    for said in ("2026年3月党费", "2026年4月党费（预缴）", "2026年5月党费（预缴）", "自愿多缴", "20.50元"):
        assert said in text


def test_payment_is_not_claimed_before_our_books_have_it(here: Collecting, bills: Sequence[int]) -> None:
    number = paid_on_the_phone(here, pay(here, bills))

    waiting = here.phone.get(f"/m/dues/orders/{number}?back=1").text

    assert "正在确认" in waiting
    assert "已收到" not in waiting
    assert state(here, number) == {"state": "open"}
    assert here.states() == {202602: S.OVERDUE, 202603: S.DUE}


def test_asked_once_the_payment_is_found_and_its_receipt_shown(
    here: Collecting, bills: Sequence[int]
) -> None:
    number = paid_on_the_phone(here, pay(here, bills))

    asked = ask(here, number)

    assert (asked.status_code, asked.headers["Location"]) == (303, f"/m/dues/orders/{number}?back=1")
    assert state(here, number) == {"state": "paid"}
    assert here.states() == {202602: S.PAID, 202603: S.PAID}
    with here.services.sessions.read() as session:
        receipt = session.scalars(select(Receipt)).one()
    text = here.phone.get(f"/m/dues/orders/{number}?back=1").text
    assert "已收到153.00元" in text
    assert f'href="/m/dues/receipts/{receipt.id}"' in text
    assert "153.00元" in here.phone.get("/m/dues/receipts").text


def test_impatient_finger_asks_wechat_once(here: Collecting, bills: Sequence[int]) -> None:
    pay(here, bills)
    number = here.orders()[0].out_trade_no

    for _ in range(3):
        assert ask(here, number).status_code == 303

    assert here.wechat.said["query"] == 1


def test_cancelled_sheet_leaves_an_order_that_can_be_paid_later(
    here: Collecting, bills: Sequence[int]
) -> None:
    answer = pay(here, bills, extra="10")
    number = here.orders()[0].out_trade_no

    assert f'href="/m/dues/orders/{number}"' in here.phone.get("/m/dues").text
    page = here.phone.get(f"/m/dues/orders/{number}").text
    assert "还没有付款" in page
    form = dict(re.findall(r'name="(ahead|extra)" value="([^"]+)"', page))
    assert sheet(pay(here, bills, **form))["package"] == sheet(answer)["package"]


def test_order_whose_time_is_over_is_not_offered_again(here: Collecting, bills: Sequence[int]) -> None:
    pay(here, bills)
    number = here.orders()[0].out_trade_no
    here.door.clock.advance(timedelta(minutes=31))

    assert state(here, number) == {"state": "over"}
    assert "这笔支付没有完成" in here.phone.get(f"/m/dues/orders/{number}").text


def test_paid_after_its_time_is_found_all_the_same(here: Collecting, bills: Sequence[int]) -> None:
    number = paid_on_the_phone(here, pay(here, bills))
    here.door.clock.advance(timedelta(minutes=31))

    ask(here, number)

    assert state(here, number) == {"state": "paid"}


def test_silent_wechat_is_said_and_nothing_is_lost(here: Collecting, bills: Sequence[int]) -> None:
    here.wechat.troubles.append(NOT_SENT)

    away = pay(here, bills)

    assert away.status_code == 503
    assert "微信支付暂时没有回应" in away.text
    assert "没有扣款" in away.text
    assert pay(here, bills).status_code == 200
    assert len(here.orders()) == 1


def test_silent_wechat_leaves_the_waiting_page_waiting(here: Collecting, bills: Sequence[int]) -> None:
    number = paid_on_the_phone(here, pay(here, bills))
    here.wechat.down = True

    assert ask(here, number).status_code == 303
    assert state(here, number) == {"state": "open"}


def test_bill_that_was_paid_meanwhile_is_not_ordered(here: Collecting, bills: Sequence[int]) -> None:
    ask(here, paid_on_the_phone(here, pay(here, bills)))

    answer = pay(here, bills)

    assert answer.status_code == 409
    assert "金额刚刚有变化，没有下单。" in answer.text
    assert [one.state for one in here.orders()] == [OrderState.PAID]


def test_somebody_else_s_bill_is_not_ordered(here: Collecting, bills: Sequence[int]) -> None:
    other = here.door.signed_in(here.people.other.identity_id)

    assert other.post("/m/dues/pay", {"bill": list(bills)}).status_code == 409
    assert here.orders() == []


def test_somebody_else_s_order_is_nowhere(here: Collecting, bills: Sequence[int]) -> None:
    pay(here, bills)
    number = here.orders()[0].out_trade_no
    other = here.door.signed_in(here.people.other.identity_id)

    assert other.get(f"/m/dues/orders/{number}").status_code == 404
    assert other.get(f"/m/dues/orders/{number}/state").status_code == 404
    assert other.post(f"/m/dues/orders/{number}/ask").status_code == 404
    assert here.wechat.said["query"] == 0


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({}, 409, "没有要缴的"),
        ({"extra": "十元"}, 400, "请填写金额，例如 20 或 20.50"),
        ({"extra": "-1"}, 400, "请填写金额"),
        ({"extra": "1000"}, 409, "是大额党费"),
        ({"ahead": "4"}, 409, "预缴的月数超过了本单位的规定"),
        ({"ahead": "99999999999999", "extra": "1"}, 200, "用微信支付 1.00 元"),
        ({"bill": ["0", "x", "9" * 30, "²"]}, 409, "金额刚刚有变化"),
    ],
)
def test_wish_that_cannot_be_is_said_in_plain_words(
    here: Collecting, bills: Sequence[int], form: dict[str, object], status: int, said: str
) -> None:
    answer = here.phone.post("/m/dues/pay", form)

    assert answer.status_code == status
    assert said in answer.text


def test_what_was_paid_twice_is_named_on_its_receipt(here: Collecting, bills: Sequence[int]) -> None:
    """Two phones: the first order was left for another wish, and paid all the same."""
    first = pay(here, bills)
    second = pay(here, bills, extra="1")
    ask(here, paid_on_the_phone(here, second))
    number = paid_on_the_phone(here, first)

    ask(here, number)

    text = here.phone.get(f"/m/dues/orders/{number}").text
    assert "已收到153.00元" in text
    assert "正在退回153.00元（重复缴费）" in text
    with here.services.sessions.read() as session:
        surplus = session.scalars(select(ReceiptLine).where(ReceiptLine.account == Account.REFUNDS)).one()
    assert "已经缴过的，退回" in here.phone.get(f"/m/dues/receipts/{surplus.receipt_id}").text


def test_phone_that_opens_the_form_s_address_comes_back_to_the_dues(here: Collecting) -> None:
    answer = here.phone.get("/m/dues/pay")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/dues")
