"""At most two reminders of a meeting, to those who may still come (facts/domain §7.3 FR8, FR9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings.models import CheckIn, Expected, Leave, Meeting
from app.meetings.states import LeaveState
from app.meetings.telling import Reminder, concerned, facts, reminder_subject
from app.notices import personal
from app.notices.models import Delivery
from app.notices.timing import (
    ONE_DAY,
    QUIET_FROM,
    REMINDER_HOUR,
    IsWorkingDay,
    next_permitted,
    working_day_after,
    working_day_before,
)
from app.notices.workdays import known_to

KIND: Final = "meeting_reminder"
SHORTLY: Final = timedelta(hours=2)
TOO_SHORT: Final = timedelta(minutes=30)
"""Sign-in is open by then: nobody needs to be told any more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reminder goes out, and until when it is worth sending."""

    reminder: Reminder
    at: datetime
    until: datetime


def moments(starts_at: datetime, told_at: datetime, works: IsWorkingDay) -> tuple[Moment, ...]:
    """The reminders of a meeting of which people were told at that moment, in order. None by night or on a rest day."""
    return tuple(_moments(starts_at, told_at, works))


def _moments(starts_at: datetime, told_at: datetime, works: IsWorkingDay) -> Iterator[Moment]:
    shortly = next_permitted(starts_at - SHORTLY, works)
    day = working_day_before(local_day(starts_at), works)
    if day > local_day(told_at):
        yield Moment(Reminder.DAY, from_local(day, REMINDER_HOUR), from_local(day, QUIET_FROM.hour))
    if shortly <= starts_at - TOO_SHORT and told_at <= shortly - SHORTLY:
        yield Moment(Reminder.HOURS, shortly, starts_at)


def remind_due(session: Session, *, now: datetime) -> int:
    """Remind where it is time; how many deliveries. May be called at any time, by anybody."""
    due = _due(session, now)
    begun = _begun(session, [subject for _, subject in due])
    return sum(
        personal.queue_for(
            session,
            _may_come(meeting),
            subject=subject,
            kind=KIND,
            fields=facts(session, meeting),
            now=now,
            before=meeting.starts_at,
        )
        for meeting, subject in due
        if subject not in begun
    )


def _due(session: Session, now: datetime) -> list[tuple[Meeting, str]]:
    works = known_to(session)
    found = list[tuple[Meeting, str]]()
    for meeting in _coming(session, now, works):
        told_at = max(meeting.created_at, meeting.moved_at or meeting.created_at)
        running = [one for one in moments(meeting.starts_at, told_at, works) if one.at <= now < one.until]
        if running:
            found.append((meeting, reminder_subject(meeting.id, running[-1].reminder)))
    return found


def _coming(session: Session, now: datetime, works: IsWorkingDay) -> Sequence[Meeting]:
    """Of nothing later than the next working day is anybody reminded today."""
    end = from_local(working_day_after(local_day(now), works) + ONE_DAY)
    stands = Meeting.cancelled_at.is_(None), Meeting.merged_into_id.is_(None)
    coming = select(Meeting).where(Meeting.starts_at > now, Meeting.starts_at < end, *stands)
    return session.scalars(coming.order_by(Meeting.starts_at, Meeting.id)).all()


def _begun(session: Session, subjects: Sequence[str]) -> frozenset[str]:
    """Those of them that somebody has been reminded of. Who comes onto the list later is told, not reminded."""
    there = select(Delivery.subject).where(Delivery.subject.in_(subjects)).distinct()
    return frozenset(session.scalars(there)) if subjects else frozenset()


def _may_come(meeting: Meeting) -> Select[Any]:
    signed_in = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting.id)
    on_leave = select(Leave.member_id).where(
        Leave.meeting_id == meeting.id, Leave.state == LeaveState.GRANTED
    )
    return concerned(meeting).where(Expected.member_id.not_in(signed_in), Expected.member_id.not_in(on_leave))
