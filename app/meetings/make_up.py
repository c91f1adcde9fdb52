"""补课: who was away catches up later. It is written down beside the meeting and is never presence."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.meetings.expecting import AlreadySignedIn, NotExpected, expected_of, is_present
from app.meetings.holding import hold_standing
from app.meetings.models import MakeUp, Meeting, Standing


class MakeUpTooEarly(DomainError):
    """The meeting has not ended yet, so nobody has missed it."""

    code = "make_up_too_early"


class MakeUpDayWrong(DomainError):
    """Before the meeting, or still to come."""

    code = "make_up_day_wrong"


def record(
    session: Session, *, meeting: Meeting, member_id: int, done_on: date, way: str, by: str, now: datetime
) -> None:
    """Also after the record is closed: catching up changes nothing of what it says. Again: it is corrected.

    Raises NotExpected, AlreadySignedIn, MakeUpTooEarly, MakeUpDayWrong, MeetingCancelled, MeetingMerged.
    """
    hold_standing(session, meeting)
    listed = expected_of(session, meeting.id, member_id)
    if listed is None or listed.standing is Standing.INVITED:
        raise NotExpected
    if is_present(session, meeting.id, member_id):
        raise AlreadySignedIn
    if now <= meeting.ends_at:
        raise MakeUpTooEarly
    if not local_day(meeting.starts_at) <= done_on <= local_day(now):
        raise MakeUpDayWrong
    values = {"done_on": done_on, "way": way, "recorded_by": by, "recorded_at": now}
    try:
        with session.begin_nested():
            session.add(MakeUp(meeting_id=meeting.id, member_id=member_id, **values))
    except IntegrityError:
        rows_changed(session, update(MakeUp).where(*_mine(meeting.id, member_id)).values(values))


def remove(session: Session, *, meeting: Meeting, member_id: int) -> bool:
    """Take back what was entered by mistake; whether there was anything."""
    return rows_changed(session, delete(MakeUp).where(*_mine(meeting.id, member_id))) == 1


def _mine(meeting_id: int, member_id: int) -> tuple[ColumnElement[bool], ...]:
    return MakeUp.meeting_id == meeting_id, MakeUp.member_id == member_id
