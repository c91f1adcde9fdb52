"""A scan by somebody not bound yet is kept, and counts from its own time once they bind."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.db import Sessions
from app.meetings import changes, check_in
from app.meetings.check_in import UNKNOWN
from app.meetings.models import KeptScan, Meeting
from app.meetings.rules import CheckInOutcome
from app.members.models import WeChatIdentity
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, CODE, INSTANT, OPENS, Room, another_meeting, room

OUT = CheckInOutcome
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def here(any_sessions: Sessions) -> Room:
    return room(any_sessions)


def kept(one: Room) -> int:
    with one.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(KeptScan)) or 0


def test_kept_scan_counts_with_its_own_time(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    told = here.keep(stranger)

    (counted,) = here.claim(stranger, person)

    assert (told.outcome, told.title) == (OUT.KEPT, "第一季度支部党员大会")
    assert (counted.outcome, counted.position, counted.expected) == (OUT.CHECKED_IN, 1, 2)
    assert here.signed() == [(person, "kept_scan", NOW)]


def test_kept_scan_counts_after_the_meeting_has_ended(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    here.keep(stranger, CLOSES)
    with here.sessions.begin() as session:
        meeting = session.get_one(Meeting, here.meeting_id)
        meeting.ends_at = meeting.check_in_until = CLOSES

    (counted,) = here.claim(stranger, person)

    assert counted.outcome is OUT.CHECKED_IN
    assert here.signed() == [(person, "kept_scan", CLOSES)]


def test_first_of_several_scans_is_the_one_that_counts(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    outcomes = [here.keep(stranger).outcome, here.keep(stranger, LATER).outcome]

    here.claim(stranger, person)

    assert outcomes == [OUT.KEPT, OUT.KEPT]
    assert here.signed() == [(person, "kept_scan", NOW)]


def test_claim_is_spent_with_its_first_use(here: Room) -> None:
    stranger = here.stranger()
    here.keep(stranger)

    first = here.claim(stranger, here.members[0])
    second = here.claim(stranger, here.members[1])

    assert ([one.outcome for one in first], second) == ([OUT.CHECKED_IN], [])
    assert kept(here) == 0


def test_each_person_claims_their_own_scans_alone(here: Room) -> None:
    one, other = here.stranger(), here.stranger()
    here.keep(one)
    here.keep(other, LATER)

    here.claim(other, here.members[1])

    assert here.signed() == [(here.members[1], "kept_scan", LATER)]
    assert kept(here) == 1


def test_scans_of_several_meetings_count_each_for_its_own(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    with here.sessions.begin() as session:
        other_id = another_meeting(session, scene="m-2", expected=[person])
    here.keep(stranger, LATER)
    here.keep(stranger, NOW, "m-2")

    counted = here.claim(stranger, person)

    assert [(one.meeting_id, one.outcome) for one in counted] == [
        (other_id, OUT.CHECKED_IN),
        (here.meeting_id, OUT.CHECKED_IN),
    ]
    assert here.signed() == [(person, "kept_scan", LATER)]


def test_scan_of_somebody_who_turns_out_not_expected_is_left_to_the_recorder(here: Room) -> None:
    stranger = here.stranger()
    here.keep(stranger)

    (counted,) = here.claim(stranger, here.guest)

    assert counted.outcome is OUT.NOT_EXPECTED
    assert here.refused() == [(here.guest, "not_expected")]


def test_scan_of_somebody_who_was_signed_in_meanwhile_changes_nothing(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    here.keep(stranger)
    here.record(person, LATER)

    (counted,) = here.claim(stranger, person)

    assert counted.outcome is OUT.ALREADY
    assert here.signed() == [(person, "recorder", LATER)]


def test_scan_outside_the_window_is_not_kept(here: Room) -> None:
    stranger = here.stranger()

    outcomes = [here.keep(stranger, OPENS - INSTANT).outcome, here.keep(stranger, CLOSES + INSTANT).outcome]

    assert outcomes == [OUT.TOO_EARLY, OUT.CLOSED]
    assert kept(here) == 0


def test_scan_of_a_cancelled_or_unknown_meeting_is_not_kept(here: Room) -> None:
    stranger = here.stranger()
    with here.sessions.begin() as session:
        changes.cancel(
            session, meeting=session.get_one(Meeting, here.meeting_id), reason="改期另行通知", now=NOW
        )

    assert here.keep(stranger).outcome is OUT.CANCELLED
    assert here.keep(stranger, scene="m-of-nobody") == UNKNOWN
    assert kept(here) == 0


def test_meeting_cancelled_after_the_scan_does_not_count(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    here.keep(stranger)
    with here.sessions.begin() as session:
        changes.cancel(
            session, meeting=session.get_one(Meeting, here.meeting_id), reason="改期另行通知", now=NOW
        )

    (counted,) = here.claim(stranger, person)

    assert counted.outcome is OUT.CANCELLED
    assert here.signed() == []


def test_hand_code_is_kept_like_a_scan(here: Room) -> None:
    stranger, person = here.stranger(), here.members[0]
    with here.sessions.write() as driver:
        told = check_in.keep_hand_code(driver, hand_code=CODE, identity_id=stranger, now=NOW)
        unknown = check_in.keep_hand_code(driver, hand_code="000000", identity_id=stranger, now=NOW)

    here.claim(stranger, person)

    assert (told.outcome, unknown) == (OUT.KEPT, UNKNOWN)
    assert here.signed() == [(person, "kept_scan", NOW)]


def test_kept_scan_goes_with_the_chat_that_made_it(here: Room) -> None:
    forgotten, erased = here.stranger(), here.stranger()
    here.keep(forgotten)
    here.keep(erased)

    with here.sessions.write() as driver:
        check_in.forget_kept_scans(driver, identity_id=forgotten)
    with here.sessions.begin() as session:
        session.delete(session.get_one(WeChatIdentity, erased))

    assert kept(here) == 0
    assert here.claim(forgotten, here.members[0]) == []
