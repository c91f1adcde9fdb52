"""Reading bills: a member's own, and when a committee's were last made. Lists for the console: `listing`."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import Session
from app.dues.bills.models import Bill, BillRun
from app.dues.bills.states import OPEN


def open_bills(session: Session, member_id: int) -> Sequence[Bill]:
    """Those on which something may still be paid, the oldest month first."""
    return session.scalars(
        select(Bill)
        .where(Bill.member_id == member_id, Bill.live.is_not(None), Bill.state.in_(OPEN))
        .order_by(Bill.month)
    ).all()


def bill_of(session: Session, *, member_id: int, month: int) -> Bill | None:
    """The one that stands."""
    return session.scalar(
        select(Bill).where(Bill.member_id == member_id, Bill.month == month, Bill.live.is_not(None))
    )


def of_member(session: Session, member_id: int, *, limit: int = 24) -> Sequence[Bill]:
    """Those that stand, the latest month first."""
    mine = select(Bill).where(Bill.member_id == member_id, Bill.live.is_not(None))
    return session.scalars(mine.order_by(Bill.month.desc()).limit(limit)).all()


def last_run(session: Session, *, committee_id: int, month: int) -> BillRun | None:
    return session.scalar(select(BillRun).where(BillRun.committee_id == committee_id, BillRun.month == month))
