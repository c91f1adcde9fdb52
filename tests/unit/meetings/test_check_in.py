"""Signing in: one row a person and meeting, the same answer at every repeat."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from app.core.db import Sessions
from app.meetings import changes, check_in, hand_codes
from app.meetings.check_in import UNKNOWN, CheckInResult
from app.meetings.closing import RecordClosed
from app.meetings.hand_codes import CODE_REMEMBERED
from app.meetings.models import Meeting, Standing
from app.meetings.rules import CheckInOutcome
from app.meetings.states import LeaveState
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, CODE, INSTANT, OPENS, Room, another_meeting, room, stand

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
        changes.cancel(
            session, meeting=session.get_one(Meeting, one.meeting_id), reason="改期另行通知", now=NOW
        )


def come_instead(one: Room, member_id: int, at: datetime) -> CheckInResult:
    with one.sessions.write() as driver:
        return check_in.attend_instead(driver, meeting_id=one.meeting_id, member_id=member_id, now=at)


def sit_in(one: Room, member_id: int) -> CheckInResult:
    with one.sessions.write() as driver:
        return check_in.ask_to_sit_in(driver, meeting_id=one.meeting_id, member_id=member_id, now=NOW)


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


def test_hand_code_given_again_names_the_later_meeting(at_any: Room) -> None:
    person, tomorrow = at_any.members[0], CLOSES + CODE_REMEMBERED
    with at_any.sessions.begin() as session:
        later_id = another_meeting(session, scene="m-2", expected=[person], starts_at=tomorrow)
        later = session.get_one(Meeting, later_id)
        later.hand_code = None
        hand_codes.release(session, now=tomorrow)
        later.hand_code = CODE

    result = at_any.say(person, tomorrow)

    assert (result.outcome, result.meeting_id) == (OUT.CHECKED_IN, later_id)
    assert at_any.signed() == []


def test_person_outside_the_count_signs_in_without_a_position(at_any: Room) -> None:
    first, second = at_any.members
    stand(at_any, at_any.guest, Standing.INVITED)

    at_any.scan(first)
    guest = at_any.scan(at_any.guest)
    after_the_guest = at_any.scan(second)

    assert (guest.outcome, guest.position, guest.expected) == (OUT.CHECKED_IN, 0, 2)
    assert (after_the_guest.position, after_the_guest.expected) == (2, 2)
    assert at_any.scan(at_any.guest).outcome is OUT.ALREADY


@pytest.mark.parametrize("state", [LeaveState.ASKED, LeaveState.GRANTED])
def test_person_on_leave_is_asked_whether_they_come_after_all(state: LeaveState, at_any: Room) -> None:
    person = at_any.members[0]
    at_any.asks_leave(person, state)

    result = at_any.scan(person)

    assert (result.outcome, result.meeting_id) == (OUT.ON_LEAVE, at_any.meeting_id)
    assert (at_any.signed(), at_any.leaves()) == ([], [state])
    assert at_any.refused() == [(person, "on_leave")]


@pytest.mark.parametrize("state", [LeaveState.REFUSED, LeaveState.WITHDRAWN])
def test_leave_that_does_not_stand_asks_nothing(state: LeaveState, here: Room) -> None:
    here.asks_leave(here.members[0], state)

    assert here.scan(here.members[0]).outcome is OUT.CHECKED_IN


def test_who_comes_instead_counts_from_the_scan_and_has_no_leave_any_more(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.asks_leave(person)
    at_any.scan(person)

    results = [come_instead(at_any, person, LATER) for _ in range(2)]

    assert [(one.outcome, one.position) for one in results] == [(OUT.CHECKED_IN, 1), (OUT.ALREADY, 1)]
    assert at_any.signed() == [(person, "scan", NOW)]
    assert at_any.leaves() == [LeaveState.WITHDRAWN]


def test_nobody_comes_instead_without_having_scanned(at_any: Room) -> None:
    on_leave, at_home = at_any.members
    at_any.asks_leave(on_leave)

    assert come_instead(at_any, on_leave, NOW) == UNKNOWN
    assert come_instead(at_any, at_home, NOW) == UNKNOWN
    assert sit_in(at_any, at_home) == UNKNOWN
    assert sit_in(at_any, at_any.guest) == UNKNOWN
    assert (at_any.signed(), at_any.leaves()) == ([], [LeaveState.GRANTED])


def test_who_comes_instead_answers_late_and_counts_unless_the_record_is_closed(here: Room) -> None:
    person = here.members[0]
    here.asks_leave(person)
    here.scan(person)
    here.close_record()

    assert come_instead(here, person, LATER).outcome is OUT.CLOSED
    here.amend_record()
    assert come_instead(here, person, CLOSES + INSTANT).outcome is OUT.CHECKED_IN


def test_recorder_signs_in_whoever_came_in_spite_of_leave(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.asks_leave(person)

    assert at_any.record(person, LATER).outcome is OUT.CHECKED_IN
    assert (at_any.signed(), at_any.leaves()) == ([(person, "recorder", LATER)], [LeaveState.WITHDRAWN])


def test_guest_who_asks_to_sit_in_is_left_to_the_recorder(at_any: Room) -> None:
    at_any.scan(at_any.guest)

    results = [sit_in(at_any, at_any.guest) for _ in range(2)]

    assert [one.outcome for one in results] == [OUT.SIT_IN, OUT.SIT_IN]
    assert at_any.signed() == []
    assert at_any.refused() == [(at_any.guest, "not_expected"), (at_any.guest, "sit_in")]


def test_guest_who_asks_when_the_recorder_has_already_let_them_in_is_signed_in(here: Room) -> None:
    here.scan(here.guest)
    stand(here, here.guest, Standing.INVITED)

    assert sit_in(here, here.guest).outcome is OUT.CHECKED_IN


def test_asking_about_no_meeting_is_unknown(here: Room) -> None:
    nowhere = Room(here.sessions, 404, here.members, here.guest)

    assert sit_in(nowhere, here.guest) == UNKNOWN
    assert come_instead(nowhere, here.members[0], NOW) == UNKNOWN


def test_closed_record_takes_nobody_in_any_more(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(first)
    at_any.close_record()

    assert at_any.scan(second).outcome is OUT.CLOSED
    assert at_any.scan(first).outcome is OUT.ALREADY
    with pytest.raises(RecordClosed):
        at_any.record(second)
    assert at_any.signed() == [(first, "scan", NOW)]


def test_amended_record_takes_people_in_again_until_it_is_closed(here: Room) -> None:
    here.close_record()
    here.amend_record()

    assert here.record(here.members[0]).outcome is OUT.CHECKED_IN
