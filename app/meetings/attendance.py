"""Who is expected at a meeting and who came: counts, and the list by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select, true

from app.core.db import AnyRow, Session
from app.meetings.models import (
    CheckIn,
    Expected,
    KeptScan,
    Leave,
    MakeUp,
    Meeting,
    MeetingOrganization,
    RefusedCheckIn,
    Standing,
)
from app.meetings.rosters import COUNTED
from app.meetings.states import LeaveState
from app.members.models import Member
from app.organizations.models import Organization
from app.organizations.scope import Scope

SIGNED_IN = and_(CheckIn.meeting_id == Expected.meeting_id, CheckIn.member_id == Expected.member_id)
ASKED_LEAVE = and_(Leave.meeting_id == Expected.meeting_id, Leave.member_id == Expected.member_id)
CAUGHT_UP = and_(MakeUp.meeting_id == Expected.meeting_id, MakeUp.member_id == Expected.member_id)


@dataclass(frozen=True)
class Tally:
    """`expected` = `present` + `on_leave` + `absent` is 应到: with and without a vote, on leave or not.

    Outside it stand `not_counted` and `invited`, whether they come or not. `made_up` are of those not present.
    """

    expected: int = 0
    present: int = 0
    voting_expected: int = 0
    voting_present: int = 0
    on_leave: int = 0
    absent: int = 0
    not_counted: int = 0
    invited: int = 0
    invited_present: int = 0
    made_up: int = 0


class Part(NamedTuple):
    """One organisation of a joint meeting, with its own 应到 and 实到."""

    organization: Organization
    expected: int
    present: int


class Listed(NamedTuple):
    """How a person on the list counts."""

    standing: Standing
    present: bool
    on_leave: bool
    made_up: bool
    people: int = 1


@dataclass(frozen=True)
class Attendance:
    """`rows`: the list by organisation and name. `refused`: attempts that nobody settled. `organizations`: of a
    joint meeting, the host first.
    """

    tally: Tally
    rows: Sequence[AnyRow]
    kept_scans: int
    refused: Sequence[AnyRow]
    organizations: Sequence[Part]


class Live(NamedTuple):
    """For the screen at the meeting; `latest`: (name, checked_in_at) of the last to sign in."""

    expected: int
    present: int
    latest: Sequence[AnyRow]
    voting_expected: int
    voting_present: int


def tally(session: Session, meeting_id: int) -> Tally:
    columns = (
        Expected.standing,
        CheckIn.id.is_not(None).label("present"),
        Leave.id.is_not(None).label("on_leave"),
        MakeUp.id.is_not(None).label("made_up"),
    )
    counted = (
        select(*columns, func.count().label("people"))
        .select_from(Expected)
        .outerjoin(CheckIn, SIGNED_IN)
        .outerjoin(Leave, ASKED_LEAVE & (Leave.state == LeaveState.GRANTED))
        .outerjoin(MakeUp, CAUGHT_UP)
        .where(Expected.meeting_id == meeting_id)
        .group_by(*columns)
    )
    return tallied(Listed(*row) for row in session.execute(counted))


def tallied(listed: Iterable[Listed]) -> Tally:
    """The rule of counting: leave still counts, who is not counted and who sits in never do (facts/domain §2.3)."""
    everybody = list(listed)

    def people(of: Iterable[Listed]) -> int:
        return sum(one.people for one in of)

    due = [one for one in everybody if one.standing in COUNTED]
    away = [one for one in due if not one.present]
    voting = [one for one in due if one.standing is Standing.VOTING]
    invited = [one for one in everybody if one.standing is Standing.INVITED]
    return Tally(
        expected=people(due),
        present=people(one for one in due if one.present),
        voting_expected=people(voting),
        voting_present=people(one for one in voting if one.present),
        on_leave=people(one for one in away if one.on_leave),
        absent=people(one for one in away if not one.on_leave),
        not_counted=people(one for one in everybody if one.standing is Standing.NOT_COUNTED),
        invited=people(invited),
        invited_present=people(one for one in invited if one.present),
        made_up=people(one for one in away if one.made_up),
    )


def attendance(session: Session, meeting: Meeting, *, within: Scope | None = None) -> Attendance:
    """With the names of those in `within` alone, where it is given: a partner sees its own people.

    Rows have member_id, name, organization_id, organization_name, organization_path (of that day), standing,
    ground, approval_no, checked_in_at, way, leave_id, leave_kind, leave_state, leave_reason, leave_answer,
    made_up_on, made_up_way.
    """
    rows = session.execute(_listed(meeting, within)).all()
    return Attendance(
        tally=tally(session, meeting.id),
        rows=rows,
        kept_scans=_kept_scans(session, meeting.id),
        refused=_refused(session, meeting.id, within),
        organizations=_parts(session, meeting, within),
    )


def _listed(meeting: Meeting, within: Scope | None) -> Select[*tuple[Any, ...]]:
    columns = (
        Member.id.label("member_id"),
        Member.name,
        Organization.id.label("organization_id"),
        Organization.short_name.label("organization_name"),
        Organization.path.label("organization_path"),
        Expected.standing,
        Expected.ground,
        Expected.approval_no,
        CheckIn.checked_in_at,
        CheckIn.way,
        Leave.id.label("leave_id"),
        Leave.kind.label("leave_kind"),
        Leave.state.label("leave_state"),
        Leave.reason.label("leave_reason"),
        Leave.answer.label("leave_answer"),
        MakeUp.done_on.label("made_up_on"),
        MakeUp.way.label("made_up_way"),
    )
    return (
        select(*columns)
        .select_from(Expected)
        .join(Member, Member.id == Expected.member_id)
        .join(Organization, Organization.id == Expected.organization_id)
        .outerjoin(CheckIn, SIGNED_IN)
        .outerjoin(Leave, ASKED_LEAVE)
        .outerjoin(MakeUp, CAUGHT_UP)
        .where(Expected.meeting_id == meeting.id, within.organizations() if within else true())
        .order_by(Organization.path, Member.name_pinyin, Member.name, Member.id)
    )


def _kept_scans(session: Session, meeting_id: int) -> int:
    return session.scalar(select(func.count()).where(KeptScan.meeting_id == meeting_id)) or 0


def _refused(session: Session, meeting_id: int, within: Scope | None) -> Sequence[AnyRow]:
    """(member_id, name, reason, at) of attempts that did not count and were not settled since."""
    present = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting_id)
    statement = (
        select(RefusedCheckIn.member_id, Member.name, RefusedCheckIn.reason, RefusedCheckIn.at)
        .join(Member, Member.id == RefusedCheckIn.member_id)
        .where(
            RefusedCheckIn.meeting_id == meeting_id,
            RefusedCheckIn.settled_at.is_(None),
            RefusedCheckIn.member_id.not_in(present),
            within.owns(Member.organization_id) if within else true(),
        )
        .order_by(RefusedCheckIn.at, RefusedCheckIn.id)
    )
    return session.execute(statement).all()


def _parts(session: Session, meeting: Meeting, within: Scope | None) -> list[Part]:
    others = partners(session, meeting.id)
    if not others:
        return []
    host = session.get_one(Organization, meeting.organization_id)
    people = session.execute(
        select(Organization.path, func.count().label("expected"), func.count(CheckIn.id).label("present"))
        .select_from(Expected)
        .join(Organization, Organization.id == Expected.organization_id)
        .outerjoin(CheckIn, SIGNED_IN)
        .where(Expected.meeting_id == meeting.id, Expected.standing.in_(COUNTED))
        .group_by(Organization.path)
    ).all()
    return [
        Part(
            one,
            sum(row.expected for row in people if row.path.startswith(one.path)),
            sum(row.present for row in people if row.path.startswith(one.path)),
        )
        for one in (host, *others)
        if within is None or within.covers(one.path)
    ]


def partners(session: Session, meeting_id: int) -> Sequence[Organization]:
    """The organisations that take part beside the host, in the order of the tree's paths."""
    taking_part = select(MeetingOrganization.organization_id).where(
        MeetingOrganization.meeting_id == meeting_id
    )
    return session.scalars(
        select(Organization).where(Organization.id.in_(taking_part)).order_by(Organization.path)
    ).all()


def live(session: Session, meeting_id: int, *, limit: int) -> Live:
    counts = tally(session, meeting_id)
    latest = session.execute(
        select(Member.name, CheckIn.checked_in_at)
        .join(Member, Member.id == CheckIn.member_id)
        .where(CheckIn.meeting_id == meeting_id)
        .order_by(CheckIn.id.desc())
        .limit(limit)
    ).all()
    return Live(counts.expected, counts.present, latest, counts.voting_expected, counts.voting_present)
