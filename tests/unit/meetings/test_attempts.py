"""Attempts that did not count: kept once for each reason, and seen to by the recorder."""

from datetime import timedelta

import pytest

from app.core.db import Sessions
from app.meetings import attempts
from app.meetings.rules import CheckInOutcome
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, INSTANT, Room, another_meeting, room

OUT = CheckInOutcome


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


def waiting(one: Room) -> int:
    with one.sessions.read() as session:
        return attempts.people_waiting(session, meeting_id=one.meeting_id)


def settle(one: Room, member_id: int) -> bool:
    with one.sessions.begin() as session:
        return attempts.settle(session, meeting_id=one.meeting_id, member_id=member_id, now=NOW)


def test_people_wait_once_however_often_and_for_whatever_they_were_refused(at_any: Room) -> None:
    first, second = at_any.members
    at_any.scan(first, CLOSES + INSTANT)
    at_any.link(first, fresh=False)
    at_any.scan(second, CLOSES + INSTANT)

    assert waiting(at_any) == 2


def test_who_signs_in_waits_no_more(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.link(person, fresh=False)
    at_any.scan(person)

    assert waiting(at_any) == 0


def test_recorder_settles_all_attempts_of_a_person_at_once_and_of_nobody_else(at_any: Room) -> None:
    first, second = at_any.members
    for person in (first, second):
        at_any.scan(person, CLOSES + INSTANT)
        at_any.link(person, fresh=False)

    assert [settle(at_any, first), settle(at_any, first)] == [True, False]
    assert waiting(at_any) == 1


def test_first_attempt_of_a_kind_is_the_one_that_is_remembered(at_any: Room) -> None:
    person = at_any.members[0]
    at_any.link(person, scanned_at=NOW, sent_at=NOW + timedelta(minutes=3))
    at_any.link(person, scanned_at=NOW + timedelta(minutes=1), sent_at=NOW + timedelta(minutes=5))

    with at_any.sessions.write() as driver:
        who = {"meeting_id": at_any.meeting_id, "member_id": person}
        assert attempts.first(driver, **who, reason=OUT.LATE) == NOW
        assert attempts.first(driver, **who, reason=OUT.EXPIRED) is None


def test_attempts_of_another_meeting_are_not_counted_here(at_any: Room) -> None:
    with at_any.sessions.begin() as session:
        another_meeting(session, scene="m-other")
    at_any.scan(at_any.members[0], scene="m-other")

    assert waiting(at_any) == 0
