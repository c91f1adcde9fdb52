"""Reading meetings, each in the reader's scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.core.db import AnyRow, Session
from app.meetings.attendance import Attendance, Live, Part, Tally, attendance, live, partners, tally
from app.meetings.models import Leave, Meeting, MeetingOrganization
from app.meetings.own_meetings import STANDS, OwnMeeting, expected_by, own, own_past
from app.organizations.models import Organization
from app.organizations.scope import Scope

__all__ = [
    "Attendance",
    "Live",
    "OwnMeeting",
    "Part",
    "Tally",
    "attendance",
    "by_id",
    "expected_by",
    "leave_by_id",
    "live",
    "managed",
    "of_period",
    "own",
    "own_past",
    "partners",
    "recent",
    "seen_by",
    "tally",
    "total",
    "upcoming",
]


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """WHERE for meetings that the scope holds or takes part in."""
    joint = select(MeetingOrganization.meeting_id).where(scope.owns(MeetingOrganization.organization_id))
    return or_(scope.owns(Meeting.organization_id), Meeting.id.in_(joint))


def by_id(session: Session, scope: Scope, meeting_id: int) -> Meeting | None:
    """Also a joint meeting of which the scope is a partner: to be seen, not to be managed."""
    return session.scalar(select(Meeting).where(Meeting.id == meeting_id, seen_by(scope)))


def managed(session: Session, scope: Scope, meeting_id: int) -> Meeting | None:
    """The host's alone."""
    held = select(Meeting).where(Meeting.id == meeting_id, scope.owns(Meeting.organization_id))
    return session.scalar(held)


def leave_by_id(session: Session, scope: Scope, leave_id: int) -> Leave | None:
    """A leave that the scope answers, as host of the meeting."""
    asked = select(Leave).join(Meeting, Meeting.id == Leave.meeting_id)
    return session.scalar(asked.where(Leave.id == leave_id, scope.owns(Meeting.organization_id)))


def upcoming(session: Session, scope: Scope, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(Meeting, the host's short name), the next one first; also those that are on now."""
    statement = _listed(scope).where(Meeting.ends_at >= now, STANDS)
    return session.execute(statement.order_by(Meeting.starts_at, Meeting.id).limit(limit)).all()


def recent(session: Session, scope: Scope, *, offset: int, limit: int) -> Sequence[AnyRow]:
    """(Meeting, the host's short name), the latest first, cancelled and merged ones too."""
    statement = _listed(scope).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return session.execute(statement.offset(offset).limit(limit)).all()


def of_period(session: Session, scope: Scope, first: datetime, last: datetime) -> Sequence[AnyRow]:
    """(Meeting, the host's short name) of what starts from `first` on and before `last`, in order of time."""
    statement = _listed(scope).where(Meeting.starts_at >= first, Meeting.starts_at < last)
    return session.execute(statement.order_by(Meeting.starts_at, Meeting.id)).all()


def total(session: Session, scope: Scope) -> int:
    return session.scalar(select(func.count(Meeting.id)).where(seen_by(scope))) or 0


def _listed(scope: Scope) -> Select[*tuple[Any, ...]]:
    hosts = select(Meeting, Organization.short_name).join(
        Organization, Organization.id == Meeting.organization_id
    )
    return hosts.where(seen_by(scope))
