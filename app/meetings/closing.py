"""What a closed record forbids: who came, who was away and who counted stand as they were read out."""

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.holding import hold_standing
from app.meetings.models import Meeting
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState


class RecordClosed(DomainError):
    """Only a reasoned amendment, a new version of the record, opens the list again."""

    code = "record_closed"


def ensure_open(session: Session, meeting_id: int) -> None:
    """Raises RecordClosed where the latest version of the record is closed."""
    latest = select(Record.state).where(Record.meeting_id == meeting_id).order_by(Record.version.desc())
    if session.scalar(latest.limit(1)) is RecordState.CLOSED:
        raise RecordClosed


def hold_open(session: Session, meeting: Meeting, *, against_sign_in: bool = False) -> None:
    """Lock the meeting for a change of its list. Raises MeetingCancelled, MeetingMerged, RecordClosed."""
    hold_standing(session, meeting, against_sign_in=against_sign_in)
    ensure_open(session, meeting.id)
