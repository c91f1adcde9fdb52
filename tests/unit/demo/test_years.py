"""Two years of the demo branch, as the registers have them: complete, coherent, and the same for everybody."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.clock import local_day
from app.core.db import Session, Sessions, new_engine
from app.meetings import queries as meetings
from app.meetings.duties import calendar as duty_calendar
from app.meetings.duties.models import Duty
from app.meetings.duties.rules import DutyState
from app.meetings.models import (
    CheckIn,
    Leave,
    LeaveKind,
    MakeUp,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    Standing,
    Way,
)
from app.meetings.records import facts
from app.meetings.records.content import Content, check, from_json
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.votes import queries as votes
from app.meetings.votes.rules import Verdict
from app.meetings.votes.states import VoteState
from app.notices import workdays
from app.organizations.models import Organization
from demo.load import Target, ensure
from demo.reference_group import ReferenceGroup, build
from demo.turnout import BY
from tests import tables
from tests.conftest import NOW
from tests.unit.demo.conftest import APP_ID, SMALL

AUTUMN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NOTHING_HAPPENED = {None}


@pytest.fixture
def branch(of_group: Target, group: ReferenceGroup) -> Organization:
    with of_group.sessions.read() as session:
        code = group.units[group.demo_branch].code
        return session.scalars(select(Organization).where(Organization.code == code)).one()


def own(session: Session, branch: Organization) -> list[Meeting]:
    return list(
        session.scalars(
            select(Meeting).where(Meeting.organization_id == branch.id).order_by(Meeting.starts_at)
        )
    )


def test_two_years_are_generated_on_every_engine(
    any_sessions: Sessions, vault: Any, group: ReferenceGroup
) -> None:
    ensure(Target(any_sessions, vault, APP_ID), group, now=AUTUMN)

    with any_sessions.read() as session:
        kinds = Counter(session.scalars(select(Meeting.kind).where(Meeting.created_by == BY)))
        closed = session.scalar(select(func.count()).where(Record.state == RecordState.CLOSED))
    assert kinds[MeetingKind.THEME_DAY] == 23
    assert kinds[MeetingKind.BRANCH_COMMITTEE] == 22
    assert kinds[MeetingKind.MEMBER_MEETING] == 7
    assert {MeetingKind.PARTY_LECTURE, MeetingKind.APPRAISAL, MeetingKind.ELECTION} <= kinds.keys()
    assert closed is not None
    assert closed >= 60


def test_what_is_generated_is_the_same_each_time(
    sessions: Sessions, branch: Organization, tmp_path: Any, vault: Any, group: ReferenceGroup
) -> None:
    def told(source: Sessions) -> list[Any]:
        with source.read() as session:
            came = select(CheckIn.meeting_id, CheckIn.member_id, CheckIn.checked_in_at, CheckIn.way)
            said = select(Record.meeting_id, Record.version, Record.content)
            return [session.execute(one).all() for one in (came, said)]

    other = Sessions(_empty(tmp_path))
    ensure(Target(other, vault, APP_ID), group, now=NOW)

    assert told(sessions) == told(other)
    other.engine.dispose()


def _empty(folder: Any) -> Any:
    engine = new_engine(f"sqlite:///{folder}/other.db")
    tables.empty(engine)
    return engine


def test_meetings_are_held_on_working_days_within_two_years(sessions: Sessions, branch: Organization) -> None:
    with sessions.read() as session:
        days = {local_day(one.starts_at) for one in own(session, branch)}
        works = workdays.known_to(session)

        assert all(works(day) for day in days)
    assert min(days).year == local_day(NOW).year - 1
    assert max(days) < local_day(NOW)


def test_each_course_that_a_meeting_may_take_was_taken_once(sessions: Sessions, branch: Organization) -> None:
    with sessions.read() as session:
        mine = own(session, branch)
        joint = session.scalars(select(MeetingOrganization)).all()
        merged = [one for one in mine if one.merged_into_id]
        target = session.get_one(Meeting, merged[0].merged_into_id)

    assert [bool(one.cancel_reason) for one in mine if one.cancelled_at] == [True]
    assert len([one for one in mine if one.moved_at]) == 1
    assert len([one for one in mine if one.late_reason]) == 1
    assert len(merged) == 1
    assert target.organization_id != branch.id
    assert {one.meeting_id for one in joint} == {target.id, *(one.id for one in mine if "联合" in one.title)}
    assert len(joint) == 2


def test_people_came_by_several_ways_and_had_leave_of_each_kind(
    sessions: Sessions, branch: Organization
) -> None:
    with sessions.read() as session:
        ways = set(session.scalars(select(CheckIn.way)))
        kinds = set(session.scalars(select(Leave.kind)))
        both = session.scalar(
            select(func.count())
            .select_from(Leave)
            .join(
                CheckIn,
                (CheckIn.meeting_id == Leave.meeting_id) & (CheckIn.member_id == Leave.member_id),
            )
        )
        made_up = session.scalar(select(func.count()).select_from(MakeUp))

    assert ways == set(Way) - {Way.KEPT_SCAN}
    assert kinds == set(LeaveKind)
    assert both == 0
    assert made_up


def test_closed_records_say_what_the_registers_say(sessions: Sessions, branch: Organization) -> None:
    with sessions.read() as session:
        rows = session.execute(select(Meeting, Record).join(Record, Record.meeting_id == Meeting.id)).all()
        for meeting, record in rows:
            content = from_json(record.content)
            check(content, meeting.kind)
            if record.state is RecordState.CLOSED:
                assert _sorted(content) == _sorted(Content(facts=facts.take(session, meeting)))
                assert record.closed_at
                assert record.closed_at > meeting.ends_at


def _sorted(content: Content) -> list[object]:
    """The facts, whatever the order of the names."""
    assert content.facts is not None
    kept = vars(content.facts)
    return [sorted(map(str, kept[one])) if isinstance(kept[one], tuple) else kept[one] for one in kept]


def test_records_are_numbered_without_a_gap_and_the_latest_is_a_draft(
    sessions: Sessions, branch: Organization
) -> None:
    with sessions.read() as session:
        mine = own(session, branch)
        states = {one.meeting_id: one.state for one in session.scalars(select(Record))}
        amended = session.scalars(select(Record).where(Record.version == 2)).one()

    for year in {one.record_year for one in mine} - NOTHING_HAPPENED:
        numbers = [one.record_number for one in mine if one.record_year == year]
        assert numbers == list(range(1, len(numbers) + 1))
    assert states[mine[-1].id] is RecordState.DRAFT
    assert amended.reason
    assert amended.state is RecordState.CLOSED


def test_votes_are_confirmed_by_two_tellers_and_passed(sessions: Sessions, branch: Organization) -> None:
    with sessions.read() as session:
        found = [sheet for one in own(session, branch) for sheet in votes.of_meeting(session, one.id)]

    assert sorted(one.verdict for one in found if one.verdict) == [Verdict.ELECTED, Verdict.PASSED]
    assert {one.vote.state for one in found} == {VoteState.CONFIRMED}
    assert [len([two for two in one.tellers if two.confirmed_at]) for one in found] == [2, 2]
    assert [one.opinions for one in found] == [0, 2]


def test_one_person_is_not_counted_with_the_number_of_the_approval(
    sessions: Sessions, branch: Organization
) -> None:
    with sessions.read() as session:
        election = next(one for one in own(session, branch) if one.kind is MeetingKind.ELECTION)
        rows = meetings.attendance(session, election).rows

    away = [row for row in rows if row.standing is Standing.NOT_COUNTED]
    assert [bool(row.approval_no) for row in away] == [True]


def test_duties_of_the_last_year_are_held_but_for_one_gap(sessions: Sessions, branch: Organization) -> None:
    with sessions.read() as session:
        rows = duty_calendar.of_year(
            session, organization=branch, year=local_day(NOW).year - 1, today=local_day(NOW)
        )

    states = Counter((cell.duty, cell.state) for row in rows for cell in row)
    assert [key for key in states if key[1] is DutyState.OVERDUE] == [
        (Duty.BRANCH_COMMITTEE, DutyState.OVERDUE)
    ]
    assert states[Duty.BRANCH_COMMITTEE, DutyState.OVERDUE] == 1
    assert states[Duty.THEME_DAY, DutyState.EXPLAINED] == 1
    assert states[Duty.MEMBER_MEETING, DutyState.HELD] == 4
    assert states[Duty.PARTY_LECTURE, DutyState.HELD] == 4


@pytest.mark.parametrize("days", range(0, 366, 73))
def test_any_day_of_the_year_has_a_history(sessions: Sessions, vault: Any, days: int) -> None:
    small = build(size=SMALL)

    ensure(Target(sessions, vault, APP_ID), small, now=NOW + timedelta(days=days))

    with sessions.read() as session:
        over = session.scalars(select(Meeting.check_in_until).where(Meeting.created_by == BY)).all()
    assert max(over) < NOW + timedelta(days=days)
