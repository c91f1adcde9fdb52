"""Moving a meeting and calling it off: what follows, what stays, and when it is too late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.db import Session, Sessions
from app.meetings import changes, service
from app.meetings.changes import MeetingCancelled, MeetingMerged, MeetingOver
from app.meetings.closing import RecordClosed
from app.meetings.models import Meeting
from app.meetings.records.states import RecordState
from app.meetings.rules import CheckInOutcome as Out
from app.meetings.service import MeetingInPast, MeetingTimesWrong
from tests.factories import NOW
from tests.unit.meetings.gatherings import HOUR, TOMORROW, announce, branch_of, record, sign, signed
from tests.unit.meetings.rooms import CODE, SCENE, Room, another_meeting, room

INSTANT = timedelta(microseconds=1)
LATER = TOMORROW + timedelta(days=2)


def move(session: Session, meeting: Meeting, starts_at: datetime = LATER, **given: Any) -> None:
    changes.move(
        session,
        meeting=meeting,
        starts_at=starts_at,
        ends_at=given.pop("ends_at", starts_at + HOUR),
        place=given.pop("place", meeting.place),
        now=given.pop("now", NOW),
    )


def test_window_moves_with_the_meeting(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, _ = branch_of(session, 1)
        meeting = announce(session, branch)

        move(session, meeting, place="二楼")

        assert (meeting.starts_at, meeting.ends_at, meeting.place) == (LATER, LATER + HOUR, "二楼")
        assert meeting.check_in_from == LATER - timedelta(minutes=30)
        assert meeting.check_in_until == LATER + HOUR + timedelta(minutes=30)
        assert (meeting.revision, meeting.moved_at) == (1, NOW)


def test_same_time_and_place_change_nothing(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    move(session, meeting, TOMORROW, ends_at=meeting.ends_at)

    assert (meeting.revision, meeting.moved_at) == (0, None)


def test_code_of_wechat_is_asked_for_anew_after_another_time_only(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    service.ticket_issued(session, meeting=meeting, url="http://weixin.qq.com/q/02abc", until=TOMORROW)
    scene, hand_code = meeting.scene, meeting.hand_code

    move(session, meeting, TOMORROW, ends_at=meeting.ends_at, place="二楼")
    after_place = (meeting.ticket_url, meeting.ticket_until)
    move(session, meeting)

    assert after_place == ("http://weixin.qq.com/q/02abc", TOMORROW)
    assert (meeting.ticket_url, meeting.ticket_until, meeting.revision) == (None, None, 2)
    assert (meeting.scene, meeting.hand_code) == (scene, hand_code)


def test_meeting_without_digits_gets_new_ones_when_it_is_moved(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    meeting.hand_code = None

    move(session, meeting)

    assert meeting.hand_code is not None


def test_roster_is_due_again_before_the_new_time(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    meeting.roster_at = meeting.check_in_from

    move(session, meeting)

    assert meeting.roster_at < meeting.check_in_from


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (NOW, Out.TOO_EARLY),
        (NOW + timedelta(minutes=90) - INSTANT, Out.TOO_EARLY),
        (NOW + timedelta(minutes=90), Out.CHECKED_IN),
        (NOW + timedelta(hours=3, minutes=30), Out.CHECKED_IN),
        (NOW + timedelta(hours=3, minutes=30) + INSTANT, Out.CLOSED),
    ],
)
def test_scan_is_judged_by_the_new_window(at: datetime, outcome: Out, sessions: Sessions) -> None:
    one = room(sessions)
    with sessions.begin() as session:
        move(session, session.get_one(Meeting, one.meeting_id), NOW + timedelta(hours=2))

    assert one.scan(one.members[0], at).outcome is outcome


def test_who_signed_in_before_the_move_stays_signed_in(any_sessions: Sessions) -> None:
    one = room(any_sessions)
    one.scan(one.members[0])
    with any_sessions.begin() as session:
        move(session, session.get_one(Meeting, one.meeting_id), NOW + timedelta(hours=2))

    assert one.scan(one.members[0], NOW).outcome is Out.ALREADY
    assert one.signed() == [(one.members[0], "scan", NOW)]


def test_moved_meeting_answers_to_the_codes_it_had(sessions: Sessions) -> None:
    one = room(sessions)
    with sessions.begin() as session:
        move(session, session.get_one(Meeting, one.meeting_id), LATER)

    assert one.scan(one.members[0], LATER, SCENE).outcome is Out.CHECKED_IN
    assert one.say(one.members[1], LATER, CODE).outcome is Out.CHECKED_IN


def test_meeting_may_be_moved_until_its_sign_in_ends(session: Session) -> None:
    branch, people = branch_of(session, 1)
    meeting = announce(session, branch, starts_at=NOW)
    sign(session, meeting, people[0])
    until = meeting.check_in_until

    with pytest.raises(MeetingOver):
        move(session, meeting, now=until + INSTANT)
    move(session, meeting, now=until)

    assert (meeting.starts_at, len(signed(session, meeting))) == (LATER, 1)


def test_meeting_is_not_moved_to_where_nobody_could_sign_in(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    move(session, meeting, NOW - HOUR, ends_at=NOW - timedelta(minutes=30))
    with pytest.raises(MeetingInPast):
        move(session, meeting, NOW - HOUR, ends_at=NOW - timedelta(minutes=30) - INSTANT)


def test_times_of_a_move_have_to_be_in_order(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    with pytest.raises(MeetingTimesWrong):
        move(session, meeting, ends_at=LATER)


def test_first_reason_of_a_cancelled_meeting_stays(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch, _ = branch_of(session, 1)
        meeting = announce(session, branch)

        changes.cancel(session, meeting=meeting, reason="书记出差", now=NOW)
        changes.cancel(session, meeting=meeting, reason="又一次", now=meeting.check_in_until)

        assert (meeting.cancelled_at, meeting.cancel_reason, meeting.revision) == (NOW, "书记出差", 1)


def test_meeting_that_was_held_is_not_cancelled(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)

    with pytest.raises(MeetingOver):
        changes.cancel(session, meeting=meeting, reason="", now=meeting.check_in_until + INSTANT)


def test_cancelled_meeting_is_not_moved(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch)
    changes.cancel(session, meeting=meeting, reason="书记出差", now=NOW)

    with pytest.raises(MeetingCancelled):
        move(session, meeting)


def test_merged_meeting_is_neither_moved_nor_cancelled(session: Session) -> None:
    host, _ = branch_of(session, 1)
    other, _ = branch_of(session, 1, "第二党支部")
    meeting, target = announce(session, host), announce(session, other)
    changes.merge(session, meeting=meeting, into=target, now=NOW)

    with pytest.raises(MeetingMerged):
        move(session, meeting)
    with pytest.raises(MeetingMerged):
        changes.cancel(session, meeting=meeting, reason="", now=NOW)


def test_meeting_with_a_closed_record_stands_as_it_was(session: Session) -> None:
    branch, _ = branch_of(session, 1)
    meeting = announce(session, branch, starts_at=NOW)
    record(session, meeting, RecordState.CLOSED)
    words = {"title": "大会", "place": "二楼", "chair": "", "recorder": "", "agenda": ""}

    acts: tuple[Callable[[], None], ...] = (
        lambda: move(session, meeting),
        lambda: changes.cancel(session, meeting=meeting, reason="停电", now=NOW),
        lambda: service.describe(session, meeting=meeting, **words),
    )
    for act in acts:
        with pytest.raises(RecordClosed):
            act()


def test_scan_of_a_cancelled_meeting_counts_nowhere(any_sessions: Sessions) -> None:
    one: Room = room(any_sessions)
    with any_sessions.begin() as session:
        other = another_meeting(session, scene="m-2", expected=one.members)
        changes.cancel(session, meeting=session.get_one(Meeting, one.meeting_id), reason="停电", now=NOW)

    assert one.scan(one.members[0]).outcome is Out.CANCELLED
    assert one.signed() == []
    with any_sessions.read() as session:
        assert signed(session, session.get_one(Meeting, other)) == {}
