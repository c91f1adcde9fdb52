"""A meeting that is moved, called off or merged while people scan: each is told what holds now, and counted once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from app.core.db import Session, Sessions, driver_of, in_turn
from app.meetings import changes, check_in, door, expecting, rosters
from app.meetings.check_in import CheckInResult
from app.meetings.merging import merge
from app.meetings.models import CheckIn, Expected, Meeting, Way
from app.meetings.rules import CheckInOutcome
from app.meetings.tickets import Card
from app.members.models import Member
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.rooms import INSTANT, SCENE, Room, another_meeting, room

OUT = CheckInOutcome
LATER = timedelta(hours=3)


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


@pytest.fixture
def here(sessions: Sessions) -> Room:
    return room(sessions)


def beside(one: Room, *, people: int = 1) -> Room:
    """Another branch's meeting at the same hour, at which the room's first people are expected too."""
    with one.sessions.begin() as session:
        other = another_meeting(session, scene="m-target", code="000001", expected=one.members[:people])
    return replace(one, meeting_id=other)


def merge_into(one: Room, target: Room) -> None:
    with one.sessions.begin() as session:
        source, into = (session.get_one(Meeting, room.meeting_id) for room in (one, target))
        merge(session, meeting=source, into=into, now=NOW)


def move(one: Room, by: timedelta) -> None:
    with one.sessions.begin() as session:
        meeting = session.get_one(Meeting, one.meeting_id)
        changes.move(
            session,
            meeting=meeting,
            starts_at=meeting.starts_at + by,
            ends_at=meeting.ends_at + by,
            place="二楼",
            now=NOW - timedelta(hours=1),
        )


def test_every_way_into_a_merged_meeting_signs_into_the_one_that_took_it_in(at_any: Room) -> None:
    first, second = at_any.members
    target = beside(at_any)
    merge_into(at_any, target)

    results = [at_any.scan(first), at_any.say(second), at_any.link(first), at_any.record(second)]

    assert [one.outcome for one in results] == [OUT.CHECKED_IN, OUT.CHECKED_IN, OUT.ALREADY, OUT.ALREADY]
    assert {one.meeting_id for one in results} == {target.meeting_id}
    assert [row[0] for row in target.signed()] == [first, second]
    assert at_any.signed() == []


def test_card_printed_before_the_merge_is_good_after_it(here: Room) -> None:
    person = here.members[0]
    target = beside(here)
    merge_into(here, target)

    with here.sessions.write() as driver:
        card = Card(here.meeting_id, person)
        result = check_in.by_card(driver, card=card, member_id=person, now=NOW)

    assert (result.outcome, result.meeting_id) == (OUT.CHECKED_IN, target.meeting_id)


def test_scan_kept_before_the_merge_counts_in_the_target(at_any: Room) -> None:
    stranger, person = at_any.stranger(), at_any.members[0]
    target = beside(at_any)
    at_any.keep(stranger)
    merge_into(at_any, target)

    (counted,) = at_any.claim(stranger, person)

    assert (counted.outcome, counted.meeting_id) == (OUT.CHECKED_IN, target.meeting_id)
    assert target.signed() == [(person, "kept_scan", NOW)]


def test_refusal_at_a_merged_meeting_is_kept_at_the_target(here: Room) -> None:
    target = beside(here)
    merge_into(here, target)

    result = here.scan(here.guest)

    assert (result.outcome, result.meeting_id) == (OUT.NOT_EXPECTED, target.meeting_id)


def test_people_who_scan_while_meetings_are_merged_are_all_in_the_target_once(any_sessions: Sessions) -> None:
    one = room(any_sessions, people=12)
    target = beside(one, people=6)

    def scan(member_id: int) -> CheckInResult:
        return in_turn(lambda: one.scan(member_id))

    with ThreadPoolExecutor(8) as pool:
        early = [pool.submit(scan, person) for person in one.members[:6]]
        merging = pool.submit(in_turn, lambda: merge_into(one, target))
        late = [pool.submit(scan, person) for person in one.members]
        merging.result()
        outcomes = {told.result().outcome for told in early + late}

    assert outcomes <= {OUT.CHECKED_IN, OUT.ALREADY}
    assert sorted(row[0] for row in target.signed()) == sorted(one.members)
    assert {one.scan(person).position for person in one.members} == set(range(1, 13))


def test_scan_that_was_written_as_the_merge_came_is_written_at_the_target_too(sessions: Sessions) -> None:
    """PostgreSQL lets the scan's row wait behind the merge, which then has not seen it: played by hand here."""
    one = room(sessions)
    person, target = one.members[0], beside(one)
    with sessions.begin() as session:
        seen_before = door.by_scene(driver_of(session), scene=SCENE, member_id=person)
    merge_into(one, target)

    with sessions.write() as driver:
        trial = check_in._Try(person, NOW, Way.SCAN)
        result = check_in._sign_in(driver, seen_before, trial)

    assert (result.outcome, result.meeting_id) == (OUT.CHECKED_IN, target.meeting_id)
    assert [row[0] for row in target.signed()] == [person]
    assert one.signed() == []


def test_moved_meeting_takes_sign_ins_in_its_new_window_alone(at_any: Room) -> None:
    person = at_any.members[0]
    move(at_any, LATER)

    early = at_any.scan(person)
    opens = early.opens
    assert opens is not None
    told = [at_any.scan(person, opens - INSTANT), at_any.scan(person, opens)]

    assert (early.outcome, opens) == (OUT.TOO_EARLY, NOW + LATER - timedelta(minutes=30))
    assert [one.outcome for one in told] == [OUT.TOO_EARLY, OUT.CHECKED_IN]


def test_meeting_called_off_between_two_scans_keeps_the_first_and_refuses_the_second(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(first)
    with at_any.sessions.begin() as session:
        meeting = session.get_one(Meeting, at_any.meeting_id)
        changes.cancel(session, meeting=meeting, reason="台风停工", now=NOW)

    told = [at_any.scan(first), at_any.scan(second), at_any.link(second), at_any.say(second)]

    assert [one.outcome for one in told] == [OUT.ALREADY, OUT.CANCELLED, OUT.CANCELLED, OUT.CANCELLED]
    assert at_any.refused() == [(second, "cancelled")]


def test_member_taken_off_the_list_that_day_is_told_and_left_to_the_recorder(here: Room) -> None:
    moved_away = here.members[0]
    with here.sessions.begin() as session:
        session.execute(delete(Expected).where(Expected.member_id == moved_away))

    result = here.scan(moved_away)

    assert (result.outcome, result.expected) == (OUT.NOT_EXPECTED, 1)
    assert here.refused() == [(moved_away, "not_expected")]


def _by_hand(session: Session, meeting: Meeting, person: int) -> None:
    expecting.remove(session, meeting=meeting, member_id=person)


def _by_the_roster(session: Session, meeting: Meeting, _person: int) -> None:
    meeting.roster_at = meeting.check_in_from - INSTANT
    assert rosters.take_due(session, now=NOW) == 1


@pytest.mark.parametrize("taken_off", [_by_hand, _by_the_roster])
@pytest.mark.parametrize(
    "any_database_url",
    [pytest.param(server, marks=pytest.mark.services) for server in ("postgresql", "mysql")],
    indirect=True,
)
def test_scan_that_read_before_somebody_was_taken_off_the_list_counts_nowhere(
    any_sessions: Sessions, taken_off: Callable[[Session, Meeting, int], None]
) -> None:
    """On SQLite it cannot have: there, who writes reads after everybody else has written."""
    one = room(any_sessions)
    person = one.members[0]

    with any_sessions.write() as driver:
        seen_before = door.by_scene(driver, scene=SCENE, member_id=person)
        with any_sessions.begin() as session:
            session.get_one(Member, person).organization_id = factories.organization(session).id
            session.flush()
            taken_off(session, session.get_one(Meeting, one.meeting_id), person)
        result = check_in._sign_in(driver, seen_before, check_in._Try(person, NOW, Way.SCAN))

    assert result.outcome is OUT.NOT_EXPECTED
    assert one.signed() == []
    assert one.refused() == [(person, "not_expected")]


def test_ordinary_scan_costs_three_statements_and_a_second_one_two(sessions: Sessions) -> None:
    one = room(sessions)
    said: list[str] = []
    with sessions.write() as driver:
        driver.connection.driver_connection.set_trace_callback(said.append)
        check_in.by_scene(driver, scene=SCENE, member_id=one.members[0], now=NOW)
        first = len(said)
        check_in.by_scene(driver, scene=SCENE, member_id=one.members[0], now=NOW)
        driver.connection.driver_connection.set_trace_callback(None)

    assert (first, len(said) - first) == (3, 2)


def test_nobody_is_ever_counted_twice(at_any: Room) -> None:
    person = at_any.members[0]
    for way in (at_any.scan, at_any.say, at_any.record):
        way(person)
    at_any.link(person)

    with at_any.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckIn)) == 1
