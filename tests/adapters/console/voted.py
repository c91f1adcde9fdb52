"""An election meeting of last year with a vote that is open and one that waits for its tellers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.core.db import Session
from app.meetings.models import MeetingKind
from app.meetings.votes.models import Matter, Method, Teller, Vote
from app.meetings.votes.states import VoteState
from app.members.models import Member
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

LONG_AGO = NOW - timedelta(days=120)


@dataclass(frozen=True)
class Voted:
    meeting_id: int
    open_id: int
    counted_id: int


def seed(session: Session, mark: str, branch: Organization, tellers: Sequence[Member]) -> Voted:
    meeting = factories.meeting(session, branch, starts_at=LONG_AGO, expected=tuple(tellers))
    meeting.kind, meeting.title = MeetingKind.ELECTION, f"{mark}选举大会"
    begun = _vote(session, meeting.id, Matter.ADMISSION, f"{mark}李明", VoteState.OPEN)
    counted = _vote(session, meeting.id, Matter.GENERAL, f"{mark}工作报告", VoteState.COUNTED)
    for vote in (begun, counted):
        session.add_all(Teller(vote_id=vote.id, member_id=one.id) for one in tellers)
    session.flush()
    return Voted(meeting.id, begun.id, counted.id)


def _vote(session: Session, meeting_id: int, matter: Matter, subject: str, state: VoteState) -> Vote:
    """Counted: two of two, both in favour."""
    made = Vote(
        meeting_id=meeting_id,
        number=1 if state is VoteState.OPEN else 2,
        matter=matter,
        method=Method.BALLOT,
        subject=subject,
        state=state,
        opened_by="test",
        opened_at=LONG_AGO,
    )
    if state is VoteState.COUNTED:
        made.due_voting = made.present_voting = made.issued = made.returned = made.in_favour = 2
        made.against = made.abstained = made.spoiled = 0
        made.count_number, made.counted_by, made.counted_at = 1, "test", LONG_AGO
    session.add(made)
    session.flush()
    return made
