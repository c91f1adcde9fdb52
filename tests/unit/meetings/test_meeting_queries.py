"""Reading meetings: in scope, in order, in the same few statements whatever the size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from app.core.db import Session, Sessions, driver_of
from app.meetings import attempts, queries
from app.meetings.models import Meeting
from app.members.models import MemberKind
from app.organizations.models import Organization
from app.organizations.scope import Scope
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, INSTANT, OPENS, Room, another_meeting, room

NOTHING = Scope(frozenset())


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    statements: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def meeting_of(session: Session, one: Room) -> Meeting:
    return session.get_one(Meeting, one.meeting_id)


def scope_of(session: Session, organization_id: int) -> Scope:
    return Scope.of([session.get_one(Organization, organization_id).path])


def test_attendance_tells_who_came_when_and_how(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(second, OPENS)

    with at_any.sessions.read() as session:
        seen = queries.attendance(session, meeting_of(session, at_any))

    assert (seen.tally, seen.kept_scans) == (queries.Tally(2, 1, 2, 1, absent=1), 0)
    assert (list(seen.refused), list(seen.organizations)) == ([], [])
    assert [(row.member_id, row.name, row.organization_name) for row in seen.rows] == [
        (first, "党员0", "第一党支部"),
        (second, "党员1", "第一党支部"),
    ]
    assert [(row.checked_in_at, row.way) for row in seen.rows] == [(None, None), (OPENS, "scan")]


def test_attendance_counts_votes_apart(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        kinds = (MemberKind.FULL, MemberKind.FULL, MemberKind.PROBATIONARY)
        people = tuple(factories.member(session, branch, kind=kind) for kind in kinds)
        meeting = factories.meeting(session, branch, expected=people)
    one = Room(any_sessions, meeting.id, [person.id for person in people], 0)
    one.record(one.members[0])
    one.record(one.members[2])

    with any_sessions.read() as session:
        seen = queries.tally(session, one.meeting_id)

    assert seen == queries.Tally(expected=3, present=2, voting_expected=2, voting_present=1, absent=1)


def test_refused_attempt_vanishes_once_it_is_settled(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.scan(person, CLOSES + INSTANT)
    at_any.scan(at_any.guest)

    with at_any.sessions.read() as session:
        before = queries.attendance(session, meeting_of(session, at_any)).refused
    at_any.record(person, CLOSES + timedelta(hours=1))
    with at_any.sessions.read() as session:
        after = queries.attendance(session, meeting_of(session, at_any)).refused

    assert [tuple(row) for row in before] == [
        (at_any.guest, "外来", "not_expected", NOW),
        (person, "党员0", "closed", CLOSES + INSTANT),
    ]
    assert [row.member_id for row in after] == [at_any.guest]


def test_kept_scans_are_a_number_without_names(at_any: Room) -> None:
    at_any.keep(at_any.stranger())
    at_any.keep(at_any.stranger())

    with at_any.sessions.read() as session:
        assert queries.attendance(session, meeting_of(session, at_any)).kept_scans == 2


def test_live_screen_shows_the_latest_first(any_sessions: Sessions) -> None:
    one = room(any_sessions, people=4)
    for person in one.members[:3]:
        one.scan(person)

    with any_sessions.read() as session:
        live = queries.live(session, one.meeting_id, limit=2)

    assert (live.expected, live.present, live.voting_expected, live.voting_present) == (4, 3, 4, 3)
    assert [tuple(row) for row in live.latest] == [("党员2", NOW), ("党员1", NOW)]


def test_meeting_of_another_subtree_is_invisible(at_any: Room) -> None:
    with at_any.sessions.begin() as session:
        other_id = another_meeting(session, scene="m-2")

    with at_any.sessions.read() as session:
        ours = scope_of(session, meeting_of(session, at_any).organization_id)
        assert queries.by_id(session, ours, at_any.meeting_id) is not None
        assert queries.by_id(session, ours, other_id) is None
        assert queries.by_id(session, NOTHING, at_any.meeting_id) is None
        assert queries.total(session, ours) == 1
        assert queries.total(session, NOTHING) == 0
        for listed in (
            queries.upcoming(session, ours, now=NOW, limit=9),
            queries.recent(session, ours, offset=0, limit=9),
        ):
            assert [(row[0].id, row[1]) for row in listed] == [(at_any.meeting_id, "第一党支部")]
        assert list(queries.upcoming(session, NOTHING, now=NOW, limit=9)) == []


def test_upcoming_has_the_running_one_first_and_no_ended_or_cancelled(session: Session) -> None:
    branch = factories.organization(session)
    ended, running, next_one, cancelled = (
        factories.meeting(session, branch, starts_at=NOW + timedelta(hours=hours)) for hours in (-3, -1, 5, 1)
    )
    cancelled.cancelled_at = NOW
    session.flush()

    listed = queries.upcoming(session, Scope.of([branch.path]), now=NOW, limit=9)
    recent = queries.recent(session, Scope.of([branch.path]), offset=1, limit=2)

    assert [row[0].id for row in listed] == [running.id, next_one.id]
    assert [row[0].id for row in recent] == [cancelled.id, running.id]
    assert ended.id not in {row[0].id for row in listed}


def test_period_has_its_first_moment_and_not_its_last(session: Session) -> None:
    branch = factories.organization(session)
    first, last = NOW, NOW + timedelta(days=2)
    starts = (first - INSTANT, first, last - INSTANT, last)
    meetings = [factories.meeting(session, branch, starts_at=at) for at in starts]
    meetings[2].cancelled_at = NOW
    session.flush()

    listed = queries.of_period(session, Scope.of([branch.path]), first, last)

    assert [row[0].id for row in listed] == [meetings[1].id, meetings[2].id]
    assert list(queries.of_period(session, NOTHING, first, last)) == []


def test_merged_meeting_is_listed_as_past_work_and_not_as_coming(session: Session) -> None:
    branch = factories.organization(session)
    merged, target = (factories.meeting(session, branch) for _ in range(2))
    merged.merged_into_id = target.id
    session.flush()
    scope = Scope.of([branch.path])

    assert [row[0].id for row in queries.upcoming(session, scope, now=NOW, limit=9)] == [target.id]
    assert {row[0].id for row in queries.recent(session, scope, offset=0, limit=9)} == {merged.id, target.id}


def test_attempt_that_the_recorder_saw_to_is_not_shown_again(at_any: Room) -> None:
    at_any.scan(at_any.guest)
    with at_any.sessions.begin() as session:
        settled = attempts.settle(session, meeting_id=at_any.meeting_id, member_id=at_any.guest, now=NOW)
        seen = queries.attendance(session, meeting_of(session, at_any))

    assert (settled, list(seen.refused)) == (True, [])


def test_person_is_told_only_of_meetings_at_which_they_are_expected(at_any: Room) -> None:
    person = at_any.members[0]
    with at_any.sessions.begin() as session:
        soon = another_meeting(session, scene="m-2", expected=[person], starts_at=NOW + timedelta(minutes=90))
        session.get_one(Meeting, soon).title = "主题党日"
        another_meeting(session, scene="m-3")
        cancelled = another_meeting(session, scene="m-4", expected=[person])
        session.get_one(Meeting, cancelled).cancelled_at = NOW

    with at_any.sessions.begin() as session:
        told = queries.expected_by(driver_of(session), member_id=person, now=NOW, limit=5)
        one = queries.expected_by(driver_of(session), member_id=person, now=NOW, limit=1)
        later = queries.expected_by(driver_of(session), member_id=person, now=CLOSES + INSTANT, limit=5)

    assert [(row.title, row.starts_at, row.place) for row in told] == [
        ("第一季度支部党员大会", NOW, ""),
        ("主题党日", NOW + timedelta(minutes=90), ""),
    ]
    assert [row.title for row in one] == ["第一季度支部党员大会"]
    assert [row.title for row in later] == ["主题党日"]


def statements_of(session: Session, people: int) -> dict[str, int]:
    """How many statements each list takes for so many meetings with so many people."""
    branch = factories.organization(session)
    expected = tuple(factories.member(session, branch) for _ in range(people))
    meeting, *_ = (factories.meeting(session, branch, expected=expected) for _ in range(people))
    scope = Scope.of([branch.path])
    reads: dict[str, Callable[[], object]] = {
        "attendance": lambda: queries.attendance(session, meeting),
        "live": lambda: queries.live(session, meeting.id, limit=10),
        "upcoming": lambda: queries.upcoming(session, scope, now=NOW, limit=10),
        "recent": lambda: queries.recent(session, scope, offset=0, limit=10),
    }
    return {name: _statements(session, read) for name, read in reads.items()}


def _statements(session: Session, read: Callable[[], object]) -> int:
    with counted(session) as ran:
        read()
    return len(ran)


def test_statements_do_not_grow_with_the_rows(session: Session) -> None:
    small = statements_of(session, people=1)

    assert small == {"attendance": 5, "live": 2, "upcoming": 1, "recent": 1}
    assert statements_of(session, people=3) == small
