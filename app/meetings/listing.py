"""What a branch works from: its meetings by filter, leave that waits for a word, whom it chose last time, its term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select

from app.core.db import AnyRow, Session
from app.meetings.duties.models import Term
from app.meetings.models import Expected, Leave, Meeting, MeetingKind, MeetingOrganization, Standing
from app.meetings.states import LeaveState
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope

COUNTED = (Standing.VOTING, Standing.NON_VOTING)


class Stage(StrEnum):
    COMING = "coming"
    PAST = "past"
    LATE_ENTRY = "late_entry"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Filter:
    """`organization_path`: that organisation and all below it; `organization_ids`: these alone; `until` is out."""

    organization_path: str = ""
    organization_ids: tuple[int, ...] = ()
    kind: MeetingKind | None = None
    stage: Stage | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


def rows(
    session: Session, scope: Scope, wanted: Filter, *, now: datetime, offset: int, limit: int
) -> Sequence[AnyRow]:
    """(Meeting, organisation's short name), the latest first; those to come, the next first."""
    nearest = (Meeting.starts_at, Meeting.id)
    latest = (Meeting.starts_at.desc(), Meeting.id.desc())
    statement = (
        select(Meeting, Organization.short_name)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(*_where(scope, wanted, now))
        .order_by(*(nearest if wanted.stage is Stage.COMING else latest))
    )
    return session.execute(statement.offset(offset).limit(limit)).all()


def total(session: Session, scope: Scope, wanted: Filter, *, now: datetime) -> int:
    return session.scalar(select(func.count(Meeting.id)).where(*_where(scope, wanted, now))) or 0


def _where(scope: Scope, wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    given = [_of(scope)]
    if wanted.organization_path:
        given.append(_of(Scope.of([wanted.organization_path])))
    if wanted.organization_ids:
        given.append(_held_by(wanted.organization_ids))
    if wanted.kind:
        given.append(Meeting.kind == wanted.kind)
    if wanted.stage:
        given.append(_at(wanted.stage, now))
    if wanted.since:
        given.append(Meeting.starts_at >= wanted.since)
    if wanted.until:
        given.append(Meeting.starts_at < wanted.until)
    if wanted.text:
        given.append(Meeting.title.contains(wanted.text, autoescape=True))
    return given


def _of(scope: Scope) -> ColumnElement[bool]:
    """Held by an organisation of the scope, or held jointly with one."""
    joint = select(MeetingOrganization.meeting_id).where(scope.owns(MeetingOrganization.organization_id))
    return or_(scope.owns(Meeting.organization_id), Meeting.id.in_(joint))


def _held_by(organization_ids: Sequence[int]) -> ColumnElement[bool]:
    joint = select(MeetingOrganization.meeting_id)
    joint = joint.where(MeetingOrganization.organization_id.in_(organization_ids))
    return or_(Meeting.organization_id.in_(organization_ids), Meeting.id.in_(joint))


def _at(stage: Stage, now: datetime) -> ColumnElement[bool]:
    stands = Meeting.cancelled_at.is_(None) & Meeting.merged_into_id.is_(None)
    match stage:
        case Stage.COMING:
            return stands & (Meeting.ends_at >= now)
        case Stage.PAST:
            return stands & (Meeting.ends_at < now)
        case Stage.LATE_ENTRY:
            return Meeting.late_reason.is_not(None)
        case Stage.CANCELLED:
            return Meeting.cancelled_at.is_not(None)


def leaves_asked(
    session: Session, organization_ids: Sequence[int], *, since: datetime, limit: int
) -> Sequence[AnyRow]:
    """(Leave, Meeting, member's name) that nobody has answered, of meetings that end after `since`."""
    statement = (
        select(Leave, Meeting, Member.name)
        .join(Meeting, Meeting.id == Leave.meeting_id)
        .join(Member, Member.id == Leave.member_id)
        .where(*_asked(organization_ids, since))
        .order_by(Meeting.starts_at, Leave.asked_at, Leave.id)
    )
    return session.execute(statement.limit(limit)).all()


def leaves_asked_count(session: Session, organization_ids: Sequence[int], *, since: datetime) -> int:
    counted = select(func.count(Leave.id)).join(Meeting, Meeting.id == Leave.meeting_id)
    return session.scalar(counted.where(*_asked(organization_ids, since))) or 0


def _asked(organization_ids: Sequence[int], since: datetime) -> list[ColumnElement[bool]]:
    return [
        Meeting.organization_id.in_(organization_ids),
        Meeting.ends_at >= since,
        Meeting.cancelled_at.is_(None),
        Leave.state == LeaveState.ASKED,
    ]


def last_expected(session: Session, organization_id: int, kind: MeetingKind) -> list[int]:
    """The members who were of 应到 at the latest meeting of that kind: offered again."""
    latest = (
        select(Meeting.id)
        .where(
            Meeting.organization_id == organization_id,
            Meeting.kind == kind,
            Meeting.cancelled_at.is_(None),
            Meeting.merged_into_id.is_(None),
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    people = select(Expected.member_id).where(
        Expected.meeting_id == latest.scalar_subquery(), Expected.standing.in_(COUNTED)
    )
    return list(session.scalars(people.order_by(Expected.member_id)))


def may_take_in(session: Session, meeting: Meeting, *, now: datetime, limit: int) -> Sequence[Meeting]:
    """Meetings of the same organisation that are not over, into which this one can be merged."""
    statement = select(Meeting).where(
        Meeting.organization_id == meeting.organization_id,
        Meeting.id != meeting.id,
        Meeting.check_in_until >= now,
        Meeting.cancelled_at.is_(None),
        Meeting.merged_into_id.is_(None),
    )
    return session.scalars(statement.order_by(Meeting.starts_at, Meeting.id).limit(limit)).all()


def sitting_term(session: Session, organization_id: int) -> Term | None:
    return session.get(Term, organization_id)
