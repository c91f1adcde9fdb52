"""Reading meetings and who came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from app.core.db import AnyRow, Driver, Session
from app.core.prepared import Prepared
from app.meetings.models import CheckIn, Expected, KeptScan, Meeting, RefusedCheckIn, Standing
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope


@dataclass(frozen=True)
class Attendance:
    """`rows`: everyone of 应到 by organisation and name, with when and how they signed in, if they did."""

    expected: int
    present: int
    voting_expected: int
    voting_present: int
    rows: Sequence[AnyRow]
    kept_scans: int
    refused: Sequence[AnyRow]


_EXPECTED_BY = Prepared(
    select(Meeting.title, Meeting.starts_at, Meeting.place)
    .join(Expected, Expected.meeting_id == Meeting.id)
    .where(
        Expected.member_id == bindparam("member_id"),
        Meeting.ends_at >= bindparam("now"),
        Meeting.cancelled_at.is_(None),
    )
    .order_by(Meeting.starts_at, Meeting.id)
    .limit(bindparam("limit"))
)


def by_id(session: Session, scope: Scope, meeting_id: int) -> Meeting | None:
    return session.scalar(
        select(Meeting).where(Meeting.id == meeting_id, scope.owns(Meeting.organization_id))
    )


def upcoming(session: Session, scope: Scope, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(Meeting, organisation's short name), the next one first; also those that are on now."""
    statement = _listed(scope).where(Meeting.ends_at >= now, Meeting.cancelled_at.is_(None))
    return session.execute(statement.order_by(Meeting.starts_at, Meeting.id).limit(limit)).all()


def recent(session: Session, scope: Scope, *, offset: int, limit: int) -> Sequence[AnyRow]:
    """(Meeting, organisation's short name), the latest first."""
    statement = _listed(scope).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return session.execute(statement.offset(offset).limit(limit)).all()


def total(session: Session, scope: Scope) -> int:
    return session.scalar(select(func.count(Meeting.id)).where(scope.owns(Meeting.organization_id))) or 0


def _listed(scope: Scope) -> Any:
    return (
        select(Meeting, Organization.short_name)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(scope.organizations())
    )


def expected_by(driver: Driver, *, member_id: int, now: datetime, limit: int) -> Sequence[Any]:
    """(title, starts_at, place) of the meetings to come at which this person is expected."""
    return _EXPECTED_BY.all(driver, member_id=member_id, now=now, limit=limit)


def attendance(session: Session, meeting: Meeting) -> Attendance:
    rows = session.execute(
        select(
            Member.id.label("member_id"),
            Member.name,
            Organization.short_name.label("organization_name"),
            Expected.standing,
            CheckIn.checked_in_at,
            CheckIn.way,
        )
        .join(Member, Member.id == Expected.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .outerjoin(CheckIn, (CheckIn.meeting_id == Expected.meeting_id) & (CheckIn.member_id == Member.id))
        .where(Expected.meeting_id == meeting.id)
        .order_by(Organization.path, Member.name_pinyin, Member.name, Member.id)
    ).all()
    present = [row for row in rows if row.checked_in_at]
    return Attendance(
        expected=len(rows),
        present=len(present),
        voting_expected=sum(row.standing is Standing.VOTING for row in rows),
        voting_present=sum(row.standing is Standing.VOTING for row in present),
        rows=rows,
        kept_scans=_kept_scans(session, meeting.id),
        refused=_refused(session, meeting.id),
    )


def _kept_scans(session: Session, meeting_id: int) -> int:
    return session.scalar(select(func.count()).where(KeptScan.meeting_id == meeting_id)) or 0


def _refused(session: Session, meeting_id: int) -> Sequence[AnyRow]:
    """(member_id, name, reason, at) of attempts that did not count and were not settled since."""
    settled = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting_id)
    statement = (
        select(RefusedCheckIn.member_id, Member.name, RefusedCheckIn.reason, RefusedCheckIn.at)
        .join(Member, Member.id == RefusedCheckIn.member_id)
        .where(RefusedCheckIn.meeting_id == meeting_id, RefusedCheckIn.member_id.not_in(settled))
        .order_by(RefusedCheckIn.at)
    )
    return session.execute(statement).all()


def live(session: Session, meeting_id: int, *, limit: int) -> tuple[int, int, Sequence[AnyRow]]:
    """(应到, 实到, the latest (name, checked_in_at)) for the screen at the meeting."""
    expected = session.scalar(select(func.count()).where(Expected.meeting_id == meeting_id)) or 0
    present = session.scalar(select(func.count()).where(CheckIn.meeting_id == meeting_id)) or 0
    latest = session.execute(
        select(Member.name, CheckIn.checked_in_at)
        .join(Member, Member.id == CheckIn.member_id)
        .where(CheckIn.meeting_id == meeting_id)
        .order_by(CheckIn.id.desc())
        .limit(limit)
    ).all()
    return expected, present, latest
