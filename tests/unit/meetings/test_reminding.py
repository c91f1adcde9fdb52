"""Two reminders at most, when people work, to those who may still come."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.meetings import reminding, telling
from app.meetings.models import CheckIn, Ground, Leave, LeaveKind, Meeting, Standing, Way
from app.meetings.states import LeaveState
from app.meetings.telling import Change, Reminder
from app.members.models import Member
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.test_telling import Called, bound, call, put

TODAY = NOW.date()  # Monday
WEDNESDAY = TODAY + timedelta(days=2)
MORNING = from_local(TODAY + timedelta(days=1), 9)


def works(day: Any) -> bool:
    return bool(day.weekday() < 5)


def at(days: int, hour: int, minute: int = 0) -> datetime:
    return from_local(TODAY + timedelta(days=days), hour, minute)


@pytest.mark.parametrize(
    ("starts", "told", "expected"),
    [
        (at(2, 14), NOW, [(Reminder.DAY, at(1, 9)), (Reminder.HOURS, at(2, 12))]),
        (at(7, 9), NOW, [(Reminder.DAY, at(4, 9)), (Reminder.HOURS, at(7, 8))]),  # Monday: on Friday
        (at(5, 10), NOW, [(Reminder.DAY, at(4, 9))]),  # Saturday: nothing on the day itself
        (at(2, 8, 20), NOW, [(Reminder.DAY, at(1, 9))]),  # sign-in is open at eight already
        (at(2, 8, 30), NOW, [(Reminder.DAY, at(1, 9)), (Reminder.HOURS, at(2, 8))]),
        (at(2, 21, 59), NOW, [(Reminder.DAY, at(1, 9)), (Reminder.HOURS, at(2, 19, 59))]),
        (at(2, 22), NOW, [(Reminder.DAY, at(1, 9))]),  # 20:00 is quiet
        (at(1, 14), NOW, [(Reminder.HOURS, at(1, 12))]),  # told today of tomorrow
        (at(0, 13), NOW, [(Reminder.HOURS, at(0, 11))]),
        (at(0, 12, 59), NOW, []),  # told two hours before the reminder would come
    ],
)
def test_moments(starts: datetime, told: datetime, expected: list[tuple[Reminder, datetime]]) -> None:
    assert [(one.reminder, one.at) for one in reminding.moments(starts, told, works)] == expected


def reminded(session: Session, reminder: Reminder, meeting: Meeting) -> set[str]:
    rows = session.scalars(
        select(Member.name)
        .join(Delivery, Delivery.member_id == Member.id)
        .where(Delivery.subject == f"meeting:{meeting.id}:reminder:{reminder}")
    )
    return set(rows)


def test_reminded_twice_and_never_a_third_time(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        called = call(session)
        shortly = called.meeting.starts_at - timedelta(hours=1)

        made = [
            reminding.remind_due(session, now=now)
            for now in (MORNING - timedelta(seconds=1), MORNING, MORNING, MORNING + timedelta(hours=12))
        ]

        assert made == [0, 2, 0, 0]
        assert [reminding.remind_due(session, now=shortly) for _ in range(2)] == [2, 0]
        assert reminding.remind_due(session, now=called.meeting.starts_at) == 0
        rows = session.scalars(select(Delivery)).all()
        assert {(row.kind, row.urgency) for row in rows} == {("meeting_reminder", Urgency.PERSONAL)}


def test_moved_meeting_reminds_nobody_a_third_time(session: Session) -> None:
    called = call(session)
    reminding.remind_due(session, now=MORNING)
    called.meeting.starts_at += timedelta(days=7)
    called.meeting.moved_at, called.meeting.revision = MORNING, 1

    assert reminding.remind_due(session, now=MORNING + timedelta(days=7)) == 0
    assert reminding.remind_due(session, now=called.meeting.starts_at - timedelta(hours=1)) == 2


def test_who_signed_in_or_is_on_leave_or_is_not_counted_is_left_in_peace(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        called = call(session, "到", "假", "未准", "在等")
        here, away, refused, waiting = called.members
        ill = factories.member(session, called.branch, name="病重")
        guest = factories.member(session, called.branch, name="列席")
        put(
            session,
            called.meeting,
            ill,
            Standing.NOT_COUNTED,
            ground=Ground.ILLNESS,
            approval_no="〔2026〕1号",
        )
        put(session, called.meeting, guest, Standing.INVITED)
        session.add(CheckIn(meeting_id=called.meeting.id, member_id=here.id, checked_in_at=NOW, way=Way.SCAN))
        for member, state in (
            (away, LeaveState.GRANTED),
            (refused, LeaveState.REFUSED),
            (waiting, LeaveState.ASKED),
        ):
            leave(session, called, member, state)

        reminding.remind_due(session, now=MORNING)

        assert reminded(session, Reminder.DAY, called.meeting) == {"未准", "在等", "列席"}


def leave(session: Session, called: Called, member: Member, state: LeaveState) -> None:
    session.add(
        Leave(
            meeting_id=called.meeting.id,
            member_id=member.id,
            kind=LeaveKind.SHIFT,
            state=state,
            asked_at=NOW,
        )
    )
    session.flush()


@pytest.mark.parametrize("field", ["cancelled_at", "merged_into_id"])
def test_meeting_that_does_not_take_place_reminds_nobody(session: Session, field: str) -> None:
    called, other = call(session), call(session, "丙")
    setattr(called.meeting, field, NOW if field == "cancelled_at" else other.meeting.id)
    session.flush()

    assert reminding.remind_due(session, now=MORNING) == 1
    assert reminded(session, Reminder.DAY, other.meeting) == {"丙"}


def test_reminder_that_waits_is_taken_back_with_the_meeting(session: Session) -> None:
    called = call(session)
    reminding.remind_due(session, now=MORNING)

    telling.tell(session, meeting=called.meeting, change=Change.CANCELLED, now=MORNING)

    states = set(session.scalars(select(Delivery.state).where(Delivery.kind == "meeting_reminder")))
    assert states == {DeliveryState.WITHDRAWN}


def test_who_comes_onto_the_list_after_the_reminder_gets_none_of_their_own(session: Session) -> None:
    called = call(session)
    reminding.remind_due(session, now=MORNING)
    put(session, called.meeting, bound(session, called.branch, "后来"), Standing.INVITED)

    assert reminding.remind_due(session, now=MORNING + timedelta(hours=1)) == 0
