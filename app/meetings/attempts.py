"""Attempts that did not count: each reason once a person and meeting, with its first moment, for the recorder."""

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, func, insert, select, update

from app.core.db import Driver, Session, UTCDateTime, rows_changed
from app.core.prepared import Prepared
from app.meetings.models import CheckIn, Expected, Meeting, RefusedCheckIn
from app.meetings.rules import CheckInOutcome

row = RefusedCheckIn
_now: BindParameter[datetime] = bindparam("now", type_=UTCDateTime())
_KEEP = Prepared(
    insert(row).values({name: bindparam(name) for name in ("meeting_id", "member_id", "reason", "at")})
)
_FIRST = Prepared(
    select(row.at).where(
        row.meeting_id == bindparam("meeting_id"),
        row.member_id == bindparam("member_id"),
        row.reason == bindparam("reason"),
    )
)
_OPEN = Prepared(
    select(Meeting.id)
    .join(Expected, Expected.meeting_id == Meeting.id)
    .where(
        Expected.member_id == bindparam("member_id"),
        Meeting.check_in_from <= _now,
        Meeting.check_in_until >= _now,
        Meeting.cancelled_at.is_(None),
        Meeting.merged_into_id.is_(None),
    )
)


def keep(driver: Driver, *, meeting_id: int, member_id: int, reason: CheckInOutcome, at: datetime) -> None:
    """The first of its kind stays: a second try changes nothing."""
    _KEEP.once(driver, meeting_id=meeting_id, member_id=member_id, reason=reason.value, at=at)


def first(driver: Driver, *, meeting_id: int, member_id: int, reason: CheckInOutcome) -> datetime | None:
    """When this person first tried and was refused for that."""
    found = _FIRST.first(driver, meeting_id=meeting_id, member_id=member_id, reason=reason.value)
    return found.at if found else None


def keep_at_open_meetings(driver: Driver, *, member_id: int, reason: CheckInOutcome, now: datetime) -> None:
    """Tell the recorder of each meeting that takes sign-ins now and expects this person."""
    for one in _OPEN.all(driver, member_id=member_id, now=now):
        keep(driver, meeting_id=one.id, member_id=member_id, reason=reason, at=now)


def people_waiting(session: Session, *, meeting_id: int) -> int:
    """How many people tried, were refused, and have neither signed in since nor been seen to."""
    present = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting_id)
    waiting = select(func.count(row.member_id.distinct())).where(
        row.meeting_id == meeting_id, row.settled_at.is_(None), row.member_id.not_in(present)
    )
    return session.scalar(waiting) or 0


def settle(session: Session, *, meeting_id: int, member_id: int, now: datetime) -> bool:
    """The recorder has seen to this person's attempts, whatever came of it. False where none was open."""
    seen = update(row).where(
        row.meeting_id == meeting_id, row.member_id == member_id, row.settled_at.is_(None)
    )
    return rows_changed(session, seen.values(settled_at=now)) > 0
