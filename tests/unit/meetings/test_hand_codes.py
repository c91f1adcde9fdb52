"""The six digits: one meeting's alone, given back, and no good for guessing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from app.core.db import Session, Sessions, in_turn
from app.meetings import code_tries, hand_codes
from app.meetings.check_in import UNKNOWN, CheckInResult
from app.meetings.code_tries import COOL_DOWN, FORGOTTEN_AFTER, MOST_WRONG
from app.meetings.hand_codes import CODE_REMEMBERED
from app.meetings.models import CheckIn, Meeting
from app.meetings.rules import CheckInOutcome
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.rooms import CLOSES, CODE, INSTANT, Room, another_meeting, room

OUT = CheckInOutcome
WRONG = "000000"


@pytest.fixture
def at_any(any_sessions: Sessions) -> Room:
    return room(any_sessions)


@pytest.fixture
def here(sessions: Sessions) -> Room:
    return room(sessions)


def typed(
    one: Room, chat: int, code: str = WRONG, *, member_id: int | None = None, at: datetime = NOW
) -> CheckInResult:
    with one.sessions.write() as driver:
        return code_tries.try_code(driver, hand_code=code, identity_id=chat, member_id=member_id, now=at)


def lock_out(one: Room, chat: int, member_id: int | None = None, at: datetime = NOW) -> list[CheckInResult]:
    return [typed(one, chat, member_id=member_id, at=at) for _ in range(MOST_WRONG)]


def without_code(session: Session) -> Meeting:
    made = factories.meeting(session, factories.organization(session))
    made.hand_code = None
    session.flush()
    return made


def test_code_is_six_digits_and_kept_where_there_is_one(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting = without_code(session)
        hand_codes.assign(session, meeting=meeting, now=NOW)
        first = meeting.hand_code
        hand_codes.assign(session, meeting=meeting, now=NOW)

        assert first is not None
        assert (len(first), first.isdigit()) == (6, True)
        assert meeting.hand_code == first


def test_code_that_another_meeting_has_is_drawn_again(
    any_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    with any_sessions.begin() as session:
        meetings = [without_code(session) for _ in range(2)]
        for one in meetings:
            hand_codes.assign(session, meeting=one, now=NOW)

        assert [one.hand_code for one in meetings] == ["000007", "000008"]


def test_code_is_given_back_a_day_after_the_end_and_not_before(at_any: Room) -> None:
    with at_any.sessions.begin() as session:
        early = hand_codes.release(session, now=CLOSES + CODE_REMEMBERED - INSTANT)
        due = hand_codes.release(session, now=CLOSES + CODE_REMEMBERED)
        again = hand_codes.release(session, now=CLOSES + CODE_REMEMBERED)

    assert (early, due, again) == (0, 1, 0)
    assert at_any.say(at_any.members[0], CLOSES + INSTANT) == UNKNOWN


def test_code_given_back_is_given_to_the_next_meeting(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _: 7)
    with sessions.begin() as session:
        old = factories.meeting(session, factories.organization(session), hand_code="000007")
        new = without_code(session)
        hand_codes.assign(session, meeting=new, now=old.check_in_until + CODE_REMEMBERED)
        session.refresh(old)

        assert (old.hand_code, new.hand_code) == (None, "000007")


def test_six_wrong_ones_lock_the_chat_and_the_right_one_with_it(at_any: Room) -> None:
    chat, person = at_any.stranger(), at_any.members[0]

    told = lock_out(at_any, chat, person)
    right = typed(at_any, chat, CODE, member_id=person, at=NOW + COOL_DOWN - INSTANT)

    assert [one.outcome for one in told] == [OUT.UNKNOWN] * 5 + [OUT.LOCKED]
    assert (right.outcome, right.at) == (OUT.LOCKED, NOW + COOL_DOWN)
    assert at_any.signed() == []


def test_lock_ends_with_the_cool_down_and_the_count_begins_anew(at_any: Room) -> None:
    chat, person, later = at_any.stranger(), at_any.members[0], NOW + COOL_DOWN
    lock_out(at_any, chat, person)

    again = lock_out(at_any, chat, person, later)
    right = typed(at_any, chat, CODE, member_id=person, at=later + COOL_DOWN)

    assert [one.outcome for one in again] == [OUT.UNKNOWN] * 5 + [OUT.LOCKED]
    assert right.outcome is OUT.CHECKED_IN


def test_wrong_ones_are_forgotten_after_an_hour(here: Room) -> None:
    chat = here.stranger()
    for _ in range(MOST_WRONG - 1):
        typed(here, chat)

    assert typed(here, chat, at=NOW + FORGOTTEN_AFTER).outcome is OUT.UNKNOWN


def test_right_one_is_not_counted_as_wrong(here: Room) -> None:
    chat, person = here.stranger(), here.members[0]
    told = [typed(here, chat, CODE, member_id=person).outcome for _ in range(MOST_WRONG + 2)]

    assert told == [OUT.CHECKED_IN] + [OUT.ALREADY] * (MOST_WRONG + 1)


def test_each_chat_is_counted_for_itself(here: Room) -> None:
    lock_out(here, here.stranger(), here.members[0])

    assert typed(here, here.stranger(), CODE, member_id=here.members[1]).outcome is OUT.CHECKED_IN


def test_recorder_of_each_open_meeting_that_expects_the_person_is_told(at_any: Room) -> None:
    person = at_any.members[0]
    with at_any.sessions.begin() as session:
        another_meeting(session, scene="m-2", code="000001", expected=[person])
        another_meeting(
            session, scene="m-3", code="000002", expected=[person], starts_at=NOW + timedelta(days=1)
        )
        another_meeting(session, scene="m-4", code="000003", expected=[at_any.members[1]])
        another_meeting(
            session, scene="m-5", code="000004", expected=[person], starts_at=NOW - timedelta(days=1)
        )

    lock_out(at_any, at_any.stranger(), person)

    assert at_any.refused() == [(person, "wrong_codes")] * 2


def test_digits_of_somebody_unknown_are_kept_and_limited_alike(at_any: Room) -> None:
    chat = at_any.stranger()

    kept = typed(at_any, chat, CODE)
    told = lock_out(at_any, chat)

    assert (kept.outcome, told[-1].outcome) == (OUT.KEPT, OUT.LOCKED)
    assert at_any.refused() == []


def test_wrong_ones_typed_at_once_are_all_counted(any_sessions: Sessions) -> None:
    one = room(any_sessions)
    chat = one.stranger()

    with ThreadPoolExecutor(MOST_WRONG) as pool:
        tries = [pool.submit(in_turn, lambda: typed(one, chat)) for _ in range(MOST_WRONG)]
        told = [found.result().outcome for found in tries]

    assert sorted(told) == sorted([OUT.UNKNOWN] * (MOST_WRONG - 1) + [OUT.LOCKED])
    assert typed(one, chat, CODE).outcome is OUT.LOCKED


def test_code_names_no_row_that_has_none(here: Room) -> None:
    with here.sessions.begin() as session:
        session.execute(delete(CheckIn))
        session.get_one(Meeting, here.meeting_id).hand_code = None
        without_code(session)
        assert session.scalars(select(Meeting.hand_code)).all() == [None, None]

    assert here.say(here.members[0]) == UNKNOWN
    assert here.say(here.members[0], code="") == UNKNOWN
