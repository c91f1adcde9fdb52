"""Signing in: one row a person and meeting, the same answer at every repeat."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.core.db import Sessions
from app.meetings import service
from app.meetings.check_in import CODE_REMEMBERED, UNKNOWN, CheckInResult
from app.meetings.models import Meeting
from app.meetings.rules import CheckInOutcome
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, CODE, INSTANT, OPENS, Room, another_meeting, room

OUT = CheckInOutcome
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


@pytest.fixture
def here(sessions: Sessions) -> Room:
    return room(sessions)


def cancel(one: Room) -> None:
    with one.sessions.begin() as session:
        service.cancel(session, meeting=session.get_one(Meeting, one.meeting_id), now=NOW)


def test_scan_signs_in_and_says_which_meeting_and_position(at_any: Room) -> None:
    result = at_any.scan(at_any.members[0])

    assert result == CheckInResult(OUT.CHECKED_IN, at_any.meeting_id, "第一季度支部党员大会", OPENS, 1, 2)
    assert at_any.signed() == [(at_any.members[0], "scan", NOW)]


def test_second_scan_records_nothing_and_keeps_the_position(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(first)
    at_any.scan(second)

    again = at_any.scan(first, LATER)

    assert (again.outcome, again.position, again.expected) == (OUT.ALREADY, 1, 2)
    assert at_any.signed() == [(first, "scan", NOW), (second, "scan", NOW)]


def test_hand_code_and_recorder_sign_in_alike(at_any: Room) -> None:
    first, second = at_any.members

    results = [at_any.say(first), at_any.record(second, LATER)]

    assert [(one.outcome, one.position) for one in results] == [(OUT.CHECKED_IN, 1), (OUT.CHECKED_IN, 2)]
    assert at_any.signed() == [(first, "hand_code", NOW), (second, "recorder", LATER)]


def test_ways_mixed_are_one_sign_in(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.say(person)

    assert at_any.scan(person).outcome is OUT.ALREADY
    assert at_any.record(person).outcome is OUT.ALREADY
    assert at_any.signed() == [(person, "hand_code", NOW)]


def test_twenty_scans_at_once_are_one_sign_in_with_one_answer(any_sessions: Sessions) -> None:
    one = room(any_sessions)
    person = one.members[0]

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(one.scan, [person] * 20))

    assert one.signed() == [(person, "scan", NOW)]
    assert sorted(result.outcome for result in results) == ["already"] * 19 + ["checked_in"]
    assert {(result.position, result.expected, result.title) for result in results} == {
        (1, 2, "第一季度支部党员大会")
    }


def test_people_who_scan_together_have_positions_without_gaps(any_sessions: Sessions) -> None:
    one = room(any_sessions, people=12)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one.scan, one.members))

    told = sorted(one.scan(person).position for person in one.members)
    assert told == list(range(1, 13))


def test_unknown_scene_and_code_sign_nobody_in(at_any: Room) -> None:
    person = at_any.members[0]

    assert at_any.scan(person, scene="m-of-nobody") == UNKNOWN
    assert at_any.scan(person, scene="") == UNKNOWN
    assert at_any.say(person, code="000000") == UNKNOWN
    assert at_any.signed() == []


def test_scene_is_compared_letter_by_letter(at_any: Room) -> None:
    assert at_any.scan(at_any.members[0], scene="M-OF-THE-ROOM") == UNKNOWN


def test_scan_of_one_meeting_never_signs_into_another(at_any: Room) -> None:
    person = at_any.members[0]
    with at_any.sessions.begin() as session:
        other_id = another_meeting(session, scene="m-other", expected=[person])

    result = at_any.scan(person, scene="m-other")

    assert (result.outcome, result.meeting_id, result.expected) == (OUT.CHECKED_IN, other_id, 1)
    assert at_any.signed() == []
    assert at_any.scan(person).position == 1


def test_window_is_open_from_its_first_moment_to_its_last(here: Room) -> None:
    first, second = here.members

    outcomes = [here.scan(first, OPENS - INSTANT), here.scan(first, OPENS), here.scan(second, CLOSES)]

    assert [one.outcome for one in outcomes] == [OUT.TOO_EARLY, OUT.CHECKED_IN, OUT.CHECKED_IN]


def test_refusal_says_when_the_window_opens_and_no_position(at_any: Room) -> None:
    result = at_any.scan(at_any.members[0], OPENS - INSTANT)

    assert (result.outcome, result.opens, result.position) == (OUT.TOO_EARLY, OPENS, 0)
    assert at_any.signed() == []


def test_refused_attempt_is_kept_once_for_each_reason(at_any: Room) -> None:
    person = at_any.members[0]
    for _ in range(3):
        at_any.scan(person, OPENS - INSTANT)
        at_any.scan(person, CLOSES + INSTANT)
        at_any.scan(at_any.guest)

    assert at_any.refused() == [(person, "too_early"), (person, "closed"), (at_any.guest, "not_expected")]


def test_cancelled_meeting_refuses_but_forgets_nobody(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(first)
    cancel(at_any)

    assert at_any.scan(second).outcome is OUT.CANCELLED
    assert at_any.scan(first).outcome is OUT.ALREADY
    assert at_any.refused() == [(second, "cancelled")]


def test_recorder_signs_in_after_the_end_at_the_end(at_any: Room) -> None:
    person = at_any.members[0]

    result = at_any.record(person, CLOSES + timedelta(days=2))

    assert result.outcome is OUT.CHECKED_IN
    assert at_any.signed() == [(person, "recorder", CLOSES)]


def test_recorder_cannot_sign_in_before_the_opening_nor_a_guest_nor_at_a_cancelled_one(here: Room) -> None:
    early = here.record(here.members[0], OPENS - INSTANT).outcome
    guest = here.record(here.guest).outcome
    cancel(here)
    cancelled = here.record(here.members[0]).outcome

    assert (early, guest, cancelled) == (OUT.TOO_EARLY, OUT.NOT_EXPECTED, OUT.CANCELLED)
    assert here.signed() == []


def test_recorder_at_no_meeting_is_unknown(here: Room) -> None:
    nowhere = Room(here.sessions, 404, here.members, here.guest)

    assert nowhere.record(here.members[0]) == UNKNOWN


def test_hand_code_says_closed_for_a_day_and_then_names_nothing(here: Room) -> None:
    person = here.members[0]

    outcomes = [
        here.say(person, CLOSES + INSTANT).outcome,
        here.say(person, CLOSES + CODE_REMEMBERED - INSTANT).outcome,
        here.say(person, CLOSES + CODE_REMEMBERED).outcome,
    ]

    assert outcomes == [OUT.CLOSED, OUT.CLOSED, OUT.UNKNOWN]


def test_hand_code_used_again_names_the_later_meeting(here: Room) -> None:
    person = here.members[0]
    tomorrow = NOW + timedelta(hours=20)
    with here.sessions.begin() as session:
        later = another_meeting(session, scene="m-2", code=CODE, expected=[person], starts_at=tomorrow)

    result = here.say(person, tomorrow)

    assert (result.outcome, result.meeting_id) == (OUT.CHECKED_IN, later)
    assert here.signed() == []
