"""What the books owe back to a member, and WeChat is not already asked to give back."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.core.db import Session
from app.dues.books.models import Account, Entry, Journal
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import RefundState
from app.dues.sums import whole
from app.members.models import Member

UNDERWAY = frozenset({RefundState.WANTED, RefundState.PROCESSING, RefundState.ABNORMAL})


def left(session: Session, committee_id: int, member_id: int) -> int:
    """Fen that nobody has given back, and no refund by WeChat is underway for."""
    theirs = (
        select(whole(Entry.amount_fen))
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Journal.committee_id == committee_id, Entry.member_id == member_id)
    )
    given = session.execute(theirs.where(Entry.credit == Account.REFUNDS)).scalar_one()
    back = session.execute(theirs.where(Entry.debit == Account.REFUNDS)).scalar_one()
    return given - back - _asked_for(session, committee_id, member_id)


def _asked_for(session: Session, committee_id: int, member_id: int) -> int:
    """Of what is owed. A proposal about money that is booked elsewhere moves it here once it is approved."""
    proposed = (Refund.state == RefundState.PROPOSED) & (Refund.taken_from == Account.REFUNDS)
    asked = (
        select(whole(Refund.amount_fen))
        .join(Order, Order.id == Refund.order_id)
        .where(Order.committee_id == committee_id, Order.member_id == member_id)
    )
    return session.execute(asked.where(or_(Refund.state.in_(UNDERWAY), proposed))).scalar_one()


def called(session: Session, committee_id: int, name: str) -> Sequence[int]:
    """Members of that name to whom these books owe something, even where they have moved on."""
    named = (
        select(Member.id)
        .join(Entry, Entry.member_id == Member.id)
        .join(Journal, Journal.id == Entry.journal_id)
        .where(Member.name == name, Journal.committee_id == committee_id, Entry.credit == Account.REFUNDS)
    )
    found = session.scalars(named.distinct().order_by(Member.id)).all()
    return [one for one in found if left(session, committee_id, one) > 0]
