"""On which bills money of an order came to stand, and how much of what is paid on a bill may go back by WeChat."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from app.core.db import AnyRow, Session
from app.dues.bills.models import Bill
from app.dues.books.models import Account, Entry, Journal, JournalKind
from app.dues.orders.models import Order
from app.dues.sums import whole

BY_HAND: Final = (Account.CASH, Account.BANK)


def bills(session: Session, order: Order) -> Sequence[AnyRow]:
    """(id, month) of those that it paid, or that what the member had paid ahead has met since; the oldest first."""
    paid = Journal.external_key == f"order:{order.id}"
    met = _met(order)
    found = (
        select(Bill.id, Bill.month)
        .join(Entry, Entry.bill_id == Bill.id)
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Entry.credit == Account.RECEIVABLE, or_(paid, met))
    )
    return session.execute(found.distinct().order_by(Bill.month, Bill.id)).all()


def from_advances(session: Session, order: Order, bill_id: int) -> int:
    """Fen of a bill of the same member that were paid ahead."""
    entries = select(whole(Entry.amount_fen)).join(Journal, Journal.id == Entry.journal_id)
    return session.execute(entries.where(Entry.bill_id == bill_id, _met(order))).scalar_one()


def _met(order: Order) -> ColumnElement[bool]:
    mine = (Journal.committee_id == order.committee_id) & (Entry.member_id == order.member_id)
    return mine & (Journal.kind == JournalKind.ADVANCE_USED)


def most(session: Session, bill_id: int) -> int:
    """What is paid on it, but for cash and transfers: these go back the way they came."""
    theirs = select(whole(Entry.amount_fen)).where(Entry.bill_id == bill_id)
    came = theirs.where(Entry.credit == Account.RECEIVABLE, Entry.debit.in_(BY_HAND))
    went = theirs.where(Entry.debit == Account.RECEIVABLE, Entry.credit.in_(BY_HAND))
    by_hand = session.execute(came).scalar_one() - session.execute(went).scalar_one()
    return session.get_one(Bill, bill_id, populate_existing=True).paid_fen - by_hand
