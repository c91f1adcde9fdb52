"""What must be true of one member's money once the jobs have done all they can."""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from app.core.db import Session
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account, Entry, Journal, JournalKind
from app.dues.cash.models import PayWay, Receipt
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import OrderState, RefundState
from app.dues.statements.models import Case, CaseKind
from tests.factories import NOW
from tests.fakes.gateway import MCHID, FakeWeChatPay

EXPECTED_CASES = frozenset(
    {
        CaseKind.PAID_TWICE,
        CaseKind.REFUND_ABNORMAL,
        CaseKind.REFUND_CLOSED,
        CaseKind.REFUND_REFUSED,
        CaseKind.NO_BILL,
    }
)
"""What may happen to honest people on a bad day. That books and bill differ is none of it."""
ENDED = {RefundState.SUCCEEDED, RefundState.REFUSED, RefundState.CLOSED}


def of_orders(orders: Sequence[Order], platform: FakeWeChatPay) -> None:
    """What WeChat has as paid is paid here, and nothing else is; nothing waits."""
    paid = {one.out_trade_no for one in platform.payments.orders.of_merchant(MCHID) if one.paid}
    assert {one.out_trade_no for one in orders if one.state is OrderState.PAID} == paid
    assert {one.state for one in orders} <= {OrderState.PAID, OrderState.CLOSED}
    assert all(one.open_member_id is None and one.ask_at is None for one in orders)


def of_books(session: Session, orders: Sequence[Order], member_id: int, *, took: int, cash: int) -> None:
    """They sum to zero, say what WeChat's say, and have each payment once."""
    total = _balances(session, member_id)
    assert sum(total.values()) == 0
    assert (total[Account.WECHAT], total[Account.CASH]) == (took, cash)
    assert all(total[account] <= 0 for account in (Account.REFUNDS, Account.ADVANCE, Account.EXTRA))
    mine = select(Entry.journal_id).where(Entry.member_id == member_id)
    booked = session.scalars(
        select(Journal.external_key).where(
            Journal.kind == JournalKind.PAID,
            Journal.external_key.startswith("order:"),
            Journal.id.in_(mine),
        )
    )
    assert Tally(booked) == Tally(f"order:{one.id}" for one in orders if one.state is OrderState.PAID)


def of_bills(session: Session, bill_ids: Iterable[int]) -> None:
    for bill_id in bill_ids:
        bill = session.get_one(Bill, bill_id)
        assert bill.paid_fen == on_bill(session, bill_id)
        assert bill.state is _state(bill)


def of_receipts(session: Session, orders: Sequence[Order], member_id: int, committee_id: int) -> None:
    """One for each payment; the committee's numbers have neither a gap nor a double."""
    wechat = Receipt.member_id == member_id, Receipt.way == PayWay.WECHAT
    rows = session.execute(select(Receipt.order_id, Receipt.amount_fen).where(*wechat))
    receipts = [(row.order_id, row.amount_fen) for row in rows]
    assert sorted(receipts) == sorted(
        (one.id, one.amount_fen) for one in orders if one.state is OrderState.PAID
    )
    series = Receipt.committee_id == committee_id, Receipt.year == NOW.year
    given, last = session.execute(select(func.count(), func.max(Receipt.number)).where(*series)).one()
    assert given == (last or 0)


def of_refunds(session: Session, orders: Sequence[Order], platform: FakeWeChatPay) -> None:
    """What WeChat gave back is given back here, under the one number; nothing else is."""
    theirs = {one.out_refund_no: one for one in platform.payments.refunds.of_merchant(MCHID)}
    for refund in session.scalars(select(Refund).where(Refund.order_id.in_([one.id for one in orders]))):
        assert refund.state in ENDED
        there = theirs.pop(refund.out_refund_no, None)
        succeeded = there is not None and there.status == "SUCCESS"
        assert succeeded is (refund.state is RefundState.SUCCEEDED)
    assert theirs == {}


def of_cases(session: Session) -> None:
    cases = set(session.scalars(select(Case.kind).where(Case.mchid == MCHID)))
    assert cases <= EXPECTED_CASES, cases


def _balances(session: Session, member_id: int) -> Tally[Account]:
    """Debit minus credit by account, of all entries about that member."""
    total: Tally[Account] = Tally()
    rows = select(Entry.debit, Entry.credit, Entry.amount_fen).where(Entry.member_id == member_id)
    for debit, credit, fen in session.execute(rows):
        total[debit] += fen
        total[credit] -= fen
    return total


def on_bill(session: Session, bill_id: int) -> int:
    """What the books say is paid on a bill; nothing here books its making."""

    def side(which: Any) -> int:
        fen = select(func.coalesce(func.sum(Entry.amount_fen), 0))
        return int(session.execute(fen.where(Entry.bill_id == bill_id, which)).scalar_one())

    return side(Entry.credit == Account.RECEIVABLE) - side(Entry.debit == Account.RECEIVABLE)


def _state(bill: Bill) -> BillState:
    if bill.paid_fen == bill.amount_fen:
        return BillState.PAID
    if bill.paid_fen:
        return BillState.PARTIAL
    return bill.state if bill.state in (BillState.DUE, BillState.OVERDUE) else BillState.DUE
