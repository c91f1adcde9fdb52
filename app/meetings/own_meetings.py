"""One person's meetings: what is coming, one of them whole, and what is past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from app.core.db import AnyRow, Driver, Session
from app.core.prepared import Prepared
from app.meetings.attendance import ASKED_LEAVE, CAUGHT_UP, SIGNED_IN
from app.meetings.models import CheckIn, Expected, Leave, MakeUp, Meeting, Standing, Way
from app.meetings.states import LeaveState
from app.organizations.models import Organization

STANDS = and_(Meeting.cancelled_at.is_(None), Meeting.merged_into_id.is_(None))
_COMING = Prepared(
    select(
        Meeting.title,
        Meeting.starts_at,
        Meeting.place,
        Meeting.id,
        Meeting.kind,
        Meeting.ends_at,
        Expected.standing,
        Leave.state.label("leave_state"),
        CheckIn.checked_in_at,
    )
    .join(Expected, Expected.meeting_id == Meeting.id)
    .outerjoin(CheckIn, SIGNED_IN)
    .outerjoin(Leave, ASKED_LEAVE)
    .where(Expected.member_id == bindparam("member_id"), Meeting.ends_at >= bindparam("now"), STANDS)
    .order_by(Meeting.starts_at, Meeting.id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class OwnMeeting:
    """A meeting as one person on its list may see it: nothing about the others."""

    meeting: Meeting
    host: str
    standing: Standing
    checked_in_at: datetime | None
    way: Way | None
    leave: Leave | None
    made_up_on: date | None

    @property
    def leave_state(self) -> LeaveState | None:
        return self.leave.state if self.leave else None


def expected_by(driver: Driver, *, member_id: int, now: datetime, limit: int) -> Sequence[Any]:
    """(title, starts_at, place, id, kind, ends_at, standing, leave_state, checked_in_at) of what is coming."""
    return _COMING.all(driver, member_id=member_id, now=now, limit=limit)


def own(session: Session, *, member_id: int, meeting_id: int) -> OwnMeeting | None:
    """The meeting, or the one that it was merged into; None to who is on no list of it."""
    led_to = select(func.coalesce(Meeting.merged_into_id, Meeting.id)).where(Meeting.id == meeting_id)
    columns = (Organization.short_name, Expected.standing, CheckIn.checked_in_at, CheckIn.way, Leave)
    row = session.execute(
        select(Meeting, *columns, MakeUp.done_on)
        .join(Expected, Expected.meeting_id == Meeting.id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .outerjoin(CheckIn, SIGNED_IN)
        .outerjoin(Leave, ASKED_LEAVE)
        .outerjoin(MakeUp, CAUGHT_UP)
        .where(Meeting.id == led_to.scalar_subquery(), Expected.member_id == member_id)
    ).one_or_none()
    return None if row is None else OwnMeeting(*row)


def own_past(session: Session, *, member_id: int, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, title, kind, starts_at, place, standing, checked_in_at, leave_state, made_up_on), the latest first."""
    columns = (Meeting.id, Meeting.title, Meeting.kind, Meeting.starts_at, Meeting.place)
    marks = (CheckIn.checked_in_at, Leave.state.label("leave_state"), MakeUp.done_on.label("made_up_on"))
    return session.execute(
        select(*columns, Expected.standing, *marks)
        .join(Expected, Expected.meeting_id == Meeting.id)
        .outerjoin(CheckIn, SIGNED_IN)
        .outerjoin(Leave, ASKED_LEAVE)
        .outerjoin(MakeUp, CAUGHT_UP)
        .where(Expected.member_id == member_id, Meeting.ends_at < now, STANDS)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(limit)
    ).all()
