"""Which amount holds for a member in a month."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.clock import from_local
from app.core.db import Session
from app.dues import months
from app.dues.assessments.models import Assessment, Relief, Review
from app.dues.standing import STANDS
from app.staff.deciding import Decision


def current(session: Session, member_id: int, month: int) -> Assessment | None:
    """The latest one that is in force by that month."""
    return session.scalar(
        select(Assessment)
        .where(
            Assessment.member_id == member_id,
            Assessment.standing == STANDS,
            Assessment.from_month <= month,
        )
        .order_by(Assessment.from_month.desc())
        .limit(1)
    )


def current_id(member_id: ColumnElement[int] | InstrumentedAttribute[int], month: int) -> ScalarSelect[int]:
    """`current` as a column of a statement about many: an index look-up for each, whatever the planner believes."""
    one = aliased(Assessment)
    return (
        select(one.id)
        .where(one.member_id == member_id, one.standing == STANDS, one.from_month <= month)
        .order_by(one.from_month.desc())
        .limit(1)
        .scalar_subquery()
    )


def latest_months(month: int) -> Subquery:
    """(member_id, from_month) of everybody's `current` one, for a join. Prefer `current_id`: joined with many, this
    is slow where the planner has no statistics yet."""
    return (
        select(Assessment.member_id, func.max(Assessment.from_month).label("from_month"))
        .where(Assessment.standing == STANDS, Assessment.from_month <= month)
        .group_by(Assessment.member_id)
        .subquery()
    )


def relief_of(session: Session, member_id: int, month: int) -> Relief | None:
    """The one that was decided last, where several hold."""
    return session.scalar(
        select(Relief)
        .where(Relief.member_id == member_id, relieved(month))
        .order_by(Relief.id.desc())
        .limit(1)
    )


def relief_id(member_id: ColumnElement[int] | InstrumentedAttribute[int], month: int) -> ScalarSelect[int]:
    """`relief_of` as a column of a statement about many."""
    one = aliased(Relief)
    return select(func.max(one.id)).where(one.member_id == member_id, _relieved(one, month)).scalar_subquery()


def relieved(month: int) -> ColumnElement[bool]:
    """WHERE a relief holds in that month: one that was ended holds to the end of the month of that day."""
    return _relieved(Relief, month)


def _relieved(relief: type[Relief], month: int) -> ColumnElement[bool]:
    begins: datetime = from_local(months.first_day(month))
    return and_(
        relief.decision == Decision.APPROVED,
        relief.from_month <= month,
        relief.until_month >= month,
        or_(relief.ended_at.is_(None), relief.ended_at >= begins),
    )


def of_member(session: Session, member_id: int) -> Sequence[Assessment]:
    """All that were ever proposed, the latest month first."""
    return session.scalars(
        select(Assessment)
        .where(Assessment.member_id == member_id)
        .order_by(Assessment.from_month.desc(), Assessment.id.desc())
    ).all()


def latest_review(session: Session, member_id: int) -> Review | None:
    return session.scalar(
        select(Review).where(Review.member_id == member_id).order_by(Review.id.desc()).limit(1)
    )
