"""Money goes back the way it came, also from bills that it reached another way than by their order."""

import pytest
from sqlalchemy import select

from app.dues.bills import generating, service
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.orders import refunding, returnable
from app.dues.orders.models import Order, Refund
from app.dues.orders.refunds import RefundTooMuch
from app.dues.orders.states import RefundState
from app.dues.orders.wishes import Wish
from app.staff.deciding import Decision
from tests.unit.dues.orders.counter import DUE, Counter

APRIL = 202604


def made(at: Counter, month: int = APRIL) -> Bill:
    with at.sessions.begin() as session:
        now = at.clock.now()
        generating.generate(session, committee_id=at.committee, month=month, by="kuaiji", now=now)
    with at.sessions.read() as session:
        return session.scalars(select(Bill).where(Bill.month == month, Bill.live == 1)).one()


def give_back(at: Counter, order: Order, bill: Bill, fen: int = DUE) -> Refund:
    now = at.clock.now()
    with at.sessions.begin() as session:
        refund = refunding.propose(
            session,
            order_id=order.id,
            fen=fen,
            taken_from=Account.RECEIVABLE,
            bill_id=bill.id,
            reason="困难减免",
            by="duizhang",
            now=now,
        )
        return refunding.decide(session, refund.id, Decision.APPROVED, by="shuji", now=now)


def on_bills(at: Counter, order: Order) -> list[int]:
    with at.sessions.read() as session:
        return [one.month for one in returnable.bills(session, order)]


def bill_of(at: Counter, bill: Bill) -> Bill:
    with at.sessions.read() as session:
        return session.get_one(Bill, bill.id)


def test_month_that_was_paid_ahead_goes_back_and_may_be_billed_anew(at: Counter) -> None:
    order = at.settled(Wish((), 1))
    at.later(days=31)
    bill = made(at)
    assert (bill.state, on_bills(at, order)) == (BillState.PAID, [APRIL])

    give_back(at, order, bill)
    at.run()
    at.later(minutes=2)
    at.run()

    assert at.refund().state is RefundState.SUCCEEDED
    assert (bill_of(at, bill).state, at.books().get(Account.WECHAT)) == (BillState.DUE, None)
    with pytest.raises(RefundTooMuch):
        give_back(at, order, bill, 1)
    with at.sessions.begin() as session:
        service.take_back(session, bill_id=bill.id)


def test_of_a_month_paid_ahead_no_more_goes_back_than_the_order_brought_ahead(at: Counter) -> None:
    order = at.settled(Wish(at.bills[:1], 0, 500))
    first = at.settled(Wish((), 1))
    at.later(days=31)
    bill = made(at)

    with pytest.raises(RefundTooMuch):
        give_back(at, order, bill, 1)
    give_back(at, first, bill)


def test_what_cash_paid_of_it_since_stays(at: Counter) -> None:
    orders = [at.settled(Wish((), 1)) for _ in range(2)]
    at.later(days=31)
    bill = made(at)
    give_back(at, orders[0], bill)
    at.bills = (bill.id,)
    at.cash()

    with pytest.raises(RefundTooMuch):
        give_back(at, orders[1], bill, 1)


def test_bill_that_was_made_anew_before_the_payment_came_is_found(at: Counter) -> None:
    order = at.paid(Wish(at.bills[1:]))
    with at.sessions.begin() as session:
        service.take_back(session, bill_id=at.bills[1])
    anew = made(at, 202603)
    at.desk.ask(order.id)

    assert on_bills(at, order) == [202603]
    give_back(at, order, anew)
    assert bill_of(at, anew).paid_fen == 0


def test_member_with_an_advance_of_another_order_may_have_either_back(at: Counter) -> None:
    orders = [at.settled(Wish((), 1)) for _ in range(2)]
    at.later(days=31)
    bill = made(at)

    give_back(at, orders[1], bill)

    assert at.books()[Account.ADVANCE] == -DUE
