"""Who is expected: read from the roster when a meeting is announced, and once more when its sign-in opens."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, literal, or_, select, update

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.meetings.holding import hold
from app.meetings.models import CheckIn, Expected, Leave, Meeting, MeetingOrganization, Standing
from app.meetings.states import LeaveState
from app.members.models import PARTY_MEMBERS, Member, MemberKind, PartyStatus
from app.organizations.models import Organization
from app.organizations.scope import Scope

ALWAYS_EXPECTED = frozenset({PartyStatus.NORMAL, PartyStatus.RECTIFYING, PartyStatus.UNDER_OBSERVATION})
COUNTED = frozenset({Standing.VOTING, Standing.NON_VOTING})
"""应到. Who is not counted, and who only sits in, stand outside it."""

AT_ONCE = 50
EXPECTED_COLUMNS = ["meeting_id", "member_id", "organization_id", "standing"]


class NobodyExpected(DomainError):
    """The organisation has no active member, so nobody could sign in."""

    code = "nobody_expected"


class NotOnRoster(DomainError):
    """Somebody who was chosen does not belong to the organisations that meet."""

    code = "not_on_roster"


def standing_on(day: date) -> ColumnElement[Any]:
    """The vote of a full member who was one on that day and is not under 留党察看 (facts/domain §2.3)."""
    full = (Member.kind == MemberKind.FULL) & or_(Member.converted_on.is_(None), Member.converted_on <= day)
    votes = full & (Member.status != PartyStatus.UNDER_OBSERVATION)
    return case((votes, Standing.VOTING.value), else_=Standing.NON_VOTING.value)


def on_roster(scope: Scope, day: date) -> ColumnElement[bool]:
    """WHERE for members of these subtrees who are expected on that day."""
    return and_(
        scope.owns(Member.organization_id),
        Member.kind.in_(PARTY_MEMBERS),
        Member.status.in_(ALWAYS_EXPECTED),
        or_(Member.joined_on.is_(None), Member.joined_on <= day),
    )


def expect(
    session: Session, *, meeting: Meeting, organizations: Sequence[Organization], only: Sequence[int] | None
) -> None:
    """Raises NotOnRoster for a person in `only` who is not of these organisations, and NobodyExpected."""
    wanted = _roster(meeting, Scope.of(one.path for one in organizations))
    if only is not None:
        wanted = wanted.where(Member.id.in_(set(only)))
    session.execute(insert(Expected).from_select(EXPECTED_COLUMNS, wanted))
    count = session.scalar(select(func.count()).where(Expected.meeting_id == meeting.id))
    if count == 0 and not only:
        raise NobodyExpected
    if only is not None and count != len(set(only)):
        raise NotOnRoster


def _roster(meeting: Meeting, scope: Scope) -> Select[Any]:
    day = local_day(meeting.starts_at)
    columns = (literal(meeting.id), Member.id, Member.organization_id, standing_on(day))
    return select(*columns).where(on_roster(scope, day))


def scope_of(session: Session, meeting: Meeting) -> Scope:
    """The subtrees that meet: the host's and the partners'."""
    partners = select(MeetingOrganization.organization_id).where(MeetingOrganization.meeting_id == meeting.id)
    taking_part = or_(Organization.id == meeting.organization_id, Organization.id.in_(partners))
    return Scope.of(session.scalars(select(Organization.path).where(taking_part)))


def take_due(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Read the roster again where sign-in has opened; how many meetings that were. Call until it says 0.

    Who joined is added, who left is taken off unless they signed in or asked for leave. Nobody is added to
    people whom a secretary chose (`roster_at` is empty).
    """
    opened = (
        Meeting.check_in_from <= now,
        Meeting.ends_at >= now,
        Meeting.cancelled_at.is_(None),
        Meeting.merged_into_id.is_(None),
    )
    due = select(Meeting).where(*opened, Meeting.roster_at < Meeting.check_in_from)
    found = session.scalars(due.order_by(Meeting.id).limit(limit)).all()
    return sum(_take(session, one, now) for one in found)


def _take(session: Session, meeting: Meeting, now: datetime) -> bool:
    seen = meeting.roster_at
    hold(session, meeting, against_sign_in=True)
    if meeting.roster_at != seen:
        return False
    meeting.roster_at = now
    session.flush()
    scope = scope_of(session, meeting)
    listed = select(Expected.member_id).where(Expected.meeting_id == meeting.id)
    _take_off(session, meeting, scope)
    joined = _roster(meeting, scope).where(Member.id.not_in(listed))
    session.execute(insert(Expected).from_select(EXPECTED_COLUMNS, joined))
    _correct(session, meeting, scope)
    return True


def _take_off(session: Session, meeting: Meeting, scope: Scope) -> None:
    """Only 应到 and the not counted: who was invited came from anywhere."""
    belongs = select(Member.id).where(on_roster(scope, local_day(meeting.starts_at)))
    present = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting.id)
    asked = select(Leave.member_id).where(
        Leave.meeting_id == meeting.id, Leave.state.in_((LeaveState.ASKED, LeaveState.GRANTED))
    )
    gone = delete(Expected).where(
        Expected.meeting_id == meeting.id,
        Expected.standing != Standing.INVITED,
        Expected.member_id.not_in(belongs),
        Expected.member_id.not_in(present),
        Expected.member_id.not_in(asked),
    )
    rows_changed(session, gone)


def _correct(session: Session, meeting: Meeting, scope: Scope) -> None:
    """Who was converted, moved to another group, or was invited and has joined since."""
    day = local_day(meeting.starts_at)
    standing = standing_on(day)
    differs = or_(Expected.standing != standing, Expected.organization_id != Member.organization_id)
    changed = (
        select(Expected.id, Member.organization_id, standing.label("standing"))
        .join(Member, Member.id == Expected.member_id)
        .where(Expected.meeting_id == meeting.id, Expected.standing != Standing.NOT_COUNTED)
        .where(on_roster(scope, day), differs)
    )
    for row in session.execute(changed).all():
        values = {"organization_id": row.organization_id, "standing": Standing(row.standing)}
        session.execute(update(Expected).where(Expected.id == row.id).values(values))
