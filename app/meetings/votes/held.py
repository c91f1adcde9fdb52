"""A vote or its meeting, held until the transaction ends, so that two people at one sheet take turns."""

from sqlalchemy import exists, select

from app.core.db import Session
from app.meetings.closing import hold_open
from app.meetings.models import Meeting, MeetingOrganization
from app.meetings.votes.models import Teller, Vote
from app.meetings.votes.refusals import VoteAtJointMeeting, VoteEnded
from app.meetings.votes.states import VoteState

AFRESH = {"populate_existing": True}
CHANGEABLE = frozenset({VoteState.OPEN, VoteState.COUNTED})


def meeting(session: Session, meeting_id: int) -> Meeting:
    """Locked before its votes, always in that order.

    Raises MeetingCancelled, MeetingMerged, RecordClosed, VoteAtJointMeeting.
    """
    found = session.get_one(Meeting, meeting_id)
    hold_open(session, found)
    if session.scalar(select(exists().where(MeetingOrganization.meeting_id == meeting_id))):
        raise VoteAtJointMeeting
    return found


def vote(session: Session, vote_id: int) -> Vote:
    wanted = select(Vote).where(Vote.id == vote_id).with_for_update()
    return session.scalars(wanted, execution_options=AFRESH).one()


def changeable(session: Session, vote_id: int) -> Vote:
    """Raises VoteEnded."""
    found = vote(session, vote_id)
    if found.state not in CHANGEABLE:
        raise VoteEnded
    return found


def tellers(session: Session, vote_id: int) -> list[Teller]:
    wanted = select(Teller).where(Teller.vote_id == vote_id).order_by(Teller.id)
    return list(session.scalars(wanted, execution_options=AFRESH))
