"""补课 stands beside the meeting and is never presence."""

from datetime import date, datetime, timedelta

import pytest

from app.core.db import Session, Sessions
from app.meetings import changes, expecting, make_up, queries
from app.meetings.expecting import AlreadySignedIn, NotExpected
from app.meetings.holding import MeetingCancelled
from app.meetings.make_up import MakeUpDayWrong, MakeUpTooEarly
from app.meetings.models import Meeting
from app.meetings.records.states import RecordState
from app.members.models import Member
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.gatherings import announce, branch_of, record, sign

HELD_ON, AFTER = date(2026, 3, 2), NOW + timedelta(days=3)
END = NOW + timedelta(hours=2)


def gathering(session: Session) -> tuple[Meeting, list[Member]]:
    branch, people = branch_of(session, 3)
    return announce(session, branch, starts_at=NOW), people


def catch_up(
    session: Session, meeting: Meeting, member: Member, done_on: date = HELD_ON, now: datetime = AFTER
) -> None:
    make_up.record(
        session, meeting=meeting, member_id=member.id, done_on=done_on, way="自学", by="wang.li", now=now
    )


def test_who_caught_up_is_still_absent(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, people = gathering(session)
        sign(session, meeting, people[1])

        catch_up(session, meeting, people[0])

        assert queries.tally(session, meeting.id) == queries.Tally(3, 1, 3, 1, absent=2, made_up=1)
        made = {row.member_id: row.made_up_on for row in queries.attendance(session, meeting).rows}
        assert made == {people[0].id: HELD_ON, people[1].id: None, people[2].id: None}


def test_entered_again_it_is_corrected(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        meeting, people = gathering(session)

        catch_up(session, meeting, people[0])
        catch_up(session, meeting, people[0], date(2026, 3, 4))

        (row,) = [row for row in queries.attendance(session, meeting).rows if row.made_up_on]
        assert (row.made_up_on, row.made_up_way) == (date(2026, 3, 4), "自学")


def test_entered_by_mistake_it_is_taken_back(session: Session) -> None:
    meeting, people = gathering(session)
    catch_up(session, meeting, people[0])

    taken = [make_up.remove(session, meeting=meeting, member_id=people[0].id) for _ in range(2)]

    assert (taken, queries.tally(session, meeting.id).made_up) == ([True, False], 0)


@pytest.mark.parametrize(
    ("done_on", "refused"),
    [(date(2026, 3, 1), True), (HELD_ON, False), (date(2026, 3, 5), False), (date(2026, 3, 6), True)],
)
def test_day_is_from_the_meeting_until_today(*, done_on: date, refused: bool, session: Session) -> None:
    meeting, people = gathering(session)

    if refused:
        with pytest.raises(MakeUpDayWrong):
            catch_up(session, meeting, people[0], done_on)
    else:
        catch_up(session, meeting, people[0], done_on)


def test_nobody_has_missed_what_has_not_ended(session: Session) -> None:
    meeting, people = gathering(session)

    with pytest.raises(MakeUpTooEarly):
        catch_up(session, meeting, people[0], now=END)
    catch_up(session, meeting, people[0], now=END + timedelta(microseconds=1))


def test_only_who_was_expected_and_away_catches_up(session: Session) -> None:
    meeting, people = gathering(session)
    guest = factories.member(session, factories.organization(session), name="外来")
    sign(session, meeting, people[0])
    with pytest.raises(NotExpected):
        catch_up(session, meeting, guest)
    expecting.invite(session, meeting=meeting, member_id=guest.id)

    with pytest.raises(NotExpected):
        catch_up(session, meeting, guest)
    with pytest.raises(AlreadySignedIn):
        catch_up(session, meeting, people[0])


def test_catching_up_goes_on_after_the_record_is_closed(session: Session) -> None:
    meeting, people = gathering(session)
    record(session, meeting, RecordState.CLOSED)

    catch_up(session, meeting, people[0])

    assert queries.tally(session, meeting.id).made_up == 1


def test_nobody_misses_a_cancelled_meeting(session: Session) -> None:
    meeting, people = gathering(session)
    changes.cancel(session, meeting=meeting, reason="停电", now=NOW)

    with pytest.raises(MeetingCancelled):
        catch_up(session, meeting, people[0])
