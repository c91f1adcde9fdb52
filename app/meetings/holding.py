"""A meeting's row as the lock of everything that is decided about its people."""

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.models import Meeting


class MeetingOver(DomainError):
    code = "meeting_over"


class MeetingCancelled(DomainError):
    code = "meeting_cancelled"


class MeetingMerged(DomainError):
    """It is held together with another one now: that one is changed instead."""

    code = "meeting_merged"


def hold(session: Session, meeting: Meeting, *, against_sign_in: bool = False) -> None:
    """Lock the row until the transaction ends, and read it anew.

    People sign in meanwhile on PostgreSQL unless `against_sign_in`; SQLite has one writer anyway.
    """
    session.flush()
    session.refresh(meeting, with_for_update={"key_share": not against_sign_in})


def hold_standing(session: Session, meeting: Meeting, *, against_sign_in: bool = False) -> None:
    """The same. Raises MeetingCancelled and MeetingMerged."""
    hold(session, meeting, against_sign_in=against_sign_in)
    refuse_gone(meeting)


def refuse_gone(meeting: Meeting) -> None:
    if meeting.merged_into_id is not None:
        raise MeetingMerged
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
