"""What happens to a meeting that was announced: it is moved, called off, or held together with another."""

from datetime import datetime

from app.core.db import Session
from app.meetings import hand_codes
from app.meetings.closing import ensure_open, hold_open
from app.meetings.holding import MeetingCancelled, MeetingMerged, MeetingOver, hold
from app.meetings.merging import MergeHasVotes, MergeWithItself, merge
from app.meetings.models import Meeting
from app.meetings.service import MeetingInPast, window_of

__all__ = [
    "MeetingCancelled",
    "MeetingMerged",
    "MeetingOver",
    "MergeHasVotes",
    "MergeWithItself",
    "cancel",
    "merge",
    "move",
]


def move(
    session: Session, *, meeting: Meeting, starts_at: datetime, ends_at: datetime, place: str, now: datetime
) -> None:
    """Another time or place. Who signed in by then stays so; the same time and place change nothing.

    Raises MeetingOver, MeetingCancelled, MeetingMerged, RecordClosed, MeetingTimesWrong, MeetingInPast.
    """
    window = window_of(starts_at, ends_at)
    hold_open(session, meeting)
    if meeting.check_in_until < now:
        raise MeetingOver
    if window["check_in_until"] < now:
        raise MeetingInPast
    other_time = (meeting.starts_at, meeting.ends_at) != (starts_at, ends_at)
    if not other_time and meeting.place == place:
        return
    for column, value in window.items():
        setattr(meeting, column, value)
    meeting.place, meeting.moved_at = place, now
    meeting.revision += 1
    if other_time:
        _renew_tickets(session, meeting, now)
    session.flush()


def _renew_tickets(session: Session, meeting: Meeting, now: datetime) -> None:
    """WeChat's code was asked for until the old end, and the six digits may have been given up by then."""
    meeting.ticket_url = meeting.ticket_until = None
    hand_codes.assign(session, meeting=meeting, now=now)


def cancel(session: Session, *, meeting: Meeting, reason: str, now: datetime) -> None:
    """Idempotent; the first reason stays. What was held is not undone.

    Raises MeetingMerged, MeetingOver, RecordClosed.
    """
    hold(session, meeting)
    if meeting.merged_into_id is not None:
        raise MeetingMerged
    if meeting.check_in_until < now:
        raise MeetingOver
    ensure_open(session, meeting.id)
    if meeting.cancelled_at is None:
        meeting.cancelled_at, meeting.cancel_reason = now, reason
        meeting.revision += 1
    session.flush()
