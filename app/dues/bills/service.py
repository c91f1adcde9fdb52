"""Paying on bills, taking them back, and what time does to them. Making them: `generating`."""

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import update

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.core.states import advance
from app.dues import months
from app.dues.bills import rules
from app.dues.bills.models import Bill
from app.dues.bills.queries import open_bills
from app.dues.bills.states import BILL, OPEN, BillState

__all__ = [
    "BillPaidOn",
    "await_transfer",
    "credit",
    "mark_overdue",
    "open_bills",
    "open_month",
    "resume",
    "take_back",
    "takeable",
    "uncredit",
]

AWAITING = frozenset({BillState.DUE, BillState.PARTIAL, BillState.OVERDUE})


class BillPaidOn(DomainError):
    """Something is paid or on its way: reverse or await that first."""

    code: ClassVar[str] = "dues_bill_paid_on"


def credit(session: Session, *, bill_id: int, fen: int, today: date) -> int:
    """Put up to `fen` on a bill; how many fen it took, never more than was open. The row stays locked."""
    _positive(fen)
    bill = _locked(session, bill_id)
    taken = rules.takes(bill.state, amount_fen=bill.amount_fen, paid_fen=bill.paid_fen, fen=fen)
    if taken:
        _pay(session, bill, bill.paid_fen + taken, today)
    return taken


def uncredit(session: Session, *, bill_id: int, fen: int, today: date) -> None:
    """Take back what a reversed or refunded payment had put on a bill.

    More than is paid on it is a bug, and raises ValueError.
    """
    _positive(fen)
    bill = _locked(session, bill_id)
    if fen > bill.paid_fen:
        raise ValueError(f"bill {bill_id}: {fen} fen to take back, {bill.paid_fen} paid")
    _pay(session, bill, bill.paid_fen - fen, today)


def _positive(fen: int) -> None:
    if fen <= 0:
        raise ValueError(f"{fen} fen cannot be paid")


def _locked(session: Session, bill_id: int) -> Bill:
    return session.get_one(Bill, bill_id, with_for_update=True, populate_existing=True)


def _pay(session: Session, bill: Bill, paid_fen: int, today: date) -> None:
    """The table of states has the last word; the amounts are held by a CHECK as well."""
    to = rules.standing_of(amount_fen=bill.amount_fen, paid_fen=paid_fen, month=bill.month, today=today)
    bill.state = rules.after(bill.state, to)
    bill.paid_fen = paid_fen
    session.flush()


def await_transfer(session: Session, *, bill_ids: Collection[int]) -> None:
    """The member says that they transferred these: shown so until somebody confirms or refuses it."""
    _move_all(session, bill_ids, AWAITING, BillState.PENDING)


def resume(session: Session, *, bill_ids: Collection[int], today: date) -> None:
    """That transfer is refused or withdrawn: bills that still wait for it are as they were."""
    for bill_id in sorted(bill_ids):
        bill = _locked(session, bill_id)
        if bill.state is BillState.PENDING:
            _pay(session, bill, bill.paid_fen, today)


def _move_all(
    session: Session, bill_ids: Collection[int], before: Collection[BillState], to: BillState
) -> None:
    for state in before:
        advance(BILL, state, to)
    waiting = update(Bill).where(Bill.id.in_(bill_ids), Bill.state.in_(before))
    rows_changed(session, waiting.values(state=to))
    session.expire_all()


def take_back(session: Session, *, bill_id: int) -> Bill:
    """Reverse a bill on which nothing is paid, so that it can be made anew. Raises BillPaidOn."""
    bill = _locked(session, bill_id)
    if not takeable(bill):
        raise BillPaidOn
    bill.state = advance(BILL, bill.state, BillState.REVERSED)
    bill.live = None
    session.flush()
    return bill


def takeable(bill: Bill) -> bool:
    """Nothing is paid on it, or said to be on its way."""
    return not bill.paid_fen and bill.state in OPEN - {BillState.PENDING} | {BillState.EXEMPT}


def open_month(session: Session, *, now: datetime) -> int:
    """Bills that were made ahead fall due with the first day of their month (China). How many."""
    begun = update(Bill).where(Bill.state == BillState.ASSESSED, Bill.month <= months.current(now))
    return rows_changed(session, begun.values(state=advance(BILL, BillState.ASSESSED, BillState.DUE)))


def mark_overdue(session: Session, *, now: datetime) -> int:
    """Bills on which nothing is paid, once their month is over. A name for a page: nothing follows. How many."""
    late = update(Bill).where(Bill.state == BillState.DUE, Bill.month < months.current(now))
    return rows_changed(session, late.values(state=advance(BILL, BillState.DUE, BillState.OVERDUE)))
