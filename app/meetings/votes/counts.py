"""The count of a vote: entered, entered again, and confirmed by two tellers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from app.core.db import Session
from app.core.states import advance
from app.meetings import queries as meetings
from app.meetings.models import CheckIn, Expected, Meeting, Standing
from app.meetings.votes import held
from app.meetings.votes.counting import Counted, Room, flaws
from app.meetings.votes.models import Candidate, Matter, Method, Teller, Vote, WrittenOpinion
from app.meetings.votes.refusals import (
    BallotsSurplus,
    CountOvertaken,
    CountTooEarly,
    CountWrong,
    NothingCounted,
    NotTeller,
    OpinionUnusable,
    ReasonMissing,
    TellersAbsent,
    TellersMissing,
    VoteEnded,
)
from app.meetings.votes.states import VOTE, VoteState

TELLERS = 2


@dataclass(frozen=True)
class Confirmation:
    """`fresh`: the first time of this teller for this count. `complete`: both have confirmed it."""

    fresh: bool
    complete: bool


def record_count(
    session: Session,
    *,
    vote: Vote,
    counted: Counted,
    seen: int,
    by: str,
    now: datetime,
    surplus_reason: str = "",
) -> Vote:
    """Keep the count, with the people of this moment; `seen` is the number of the count that the recorder saw.

    Entered again it clears what was confirmed. More ballots than were handed out make the vote void, for
    `surplus_reason`; without one BallotsSurplus is raised first, since a slip of the pen looks the same.
    """
    at = held.meeting(session, vote.meeting_id)
    found = held.changeable(session, vote.id)
    if found.count_number != seen:
        raise CountOvertaken
    if now < at.starts_at:
        raise CountTooEarly
    _check_tellers(session, found)
    tally = meetings.tally(session, at.id)
    room = Room(found.matter, found.method, tally.voting_present, _opinions(session, found, at), found.seats)
    if wrong := flaws(counted, room):
        raise CountWrong(flaws=wrong)
    if counted.surplus and not surplus_reason:
        raise BallotsSurplus
    found.due_voting, found.present_voting = tally.voting_expected, tally.voting_present
    _keep(session, found, counted)
    found.count_number += 1
    found.counted_by, found.counted_at = by, now
    found.state = advance(VOTE, found.state, VoteState.VOID if counted.surplus else VoteState.COUNTED)
    if counted.surplus:
        found.void_reason, found.ended_at = surplus_reason, now
    session.flush()
    return found


def _check_tellers(session: Session, vote: Vote) -> None:
    if len(held.tellers(session, vote.id)) != TELLERS:
        raise TellersMissing
    here = select(CheckIn.member_id).where(CheckIn.meeting_id == vote.meeting_id)
    away = exists().where(Teller.vote_id == vote.id, Teller.member_id.not_in(here))
    if session.scalar(select(away)):
        raise TellersAbsent


def _opinions(session: Session, vote: Vote, at: Meeting) -> int:
    """How many lie on the table. Raises OpinionUnusable."""
    here = select(CheckIn.member_id).where(CheckIn.meeting_id == at.id)
    voters = select(Expected.member_id).where(
        Expected.meeting_id == at.id, Expected.standing == Standing.VOTING
    )
    late = WrittenOpinion.received_at >= at.starts_at
    unusable = WrittenOpinion.member_id.in_(here) | WrittenOpinion.member_id.not_in(voters) | late
    handed_in = select(unusable).where(WrittenOpinion.vote_id == vote.id)
    found = session.scalars(handed_in).all()
    if any(found):
        raise OpinionUnusable
    return len(found)


def _keep(session: Session, vote: Vote, counted: Counted) -> None:
    is_election = vote.matter is Matter.ELECTION
    by_hand = vote.method is Method.HANDS
    vote.issued = None if by_hand else counted.issued
    vote.returned = None if by_hand else counted.returned
    vote.spoiled = None if by_hand else counted.spoiled
    vote.in_favour = None if is_election else counted.in_favour
    vote.against = None if is_election else counted.against
    vote.abstained = None if is_election else counted.abstained
    vote.written_in_favour = counted.written_in_favour
    vote.written_against = counted.written_against
    vote.written_abstained = counted.written_abstained
    if is_election:
        _keep_candidates(session, vote, counted)
    blank = {"confirmed_count": None, "confirmed_at": None, "paper_reason": None}
    session.execute(update(Teller).where(Teller.vote_id == vote.id).values(**blank))


def _keep_candidates(session: Session, vote: Vote, counted: Counted) -> None:
    """Who stands, and whose name was written in (另选他人); of an earlier count, the latter go."""
    written_in = delete(Candidate).where(Candidate.vote_id == vote.id, Candidate.written_in)
    session.execute(written_in)
    standing = session.scalars(select(Candidate).where(Candidate.vote_id == vote.id)).all()
    for one in standing:
        one.in_favour = counted.votes.get(one.name, 0)
    added = counted.votes.keys() - {one.name for one in standing}
    session.add_all(
        Candidate(vote_id=vote.id, name=name, in_favour=counted.votes[name], written_in=True)
        for name in sorted(added)
    )


def confirm(
    session: Session, *, vote: Vote, member_id: int, count_number: int, now: datetime
) -> Confirmation:
    """One tap of a teller, for the count that they saw; a second tap changes nothing.

    Raises NotTeller, NothingCounted, CountOvertaken, VoteEnded.
    """
    return _confirm(session, vote, member_id, count_number, now=now, paper_reason=None)


def record_signature(
    session: Session, *, vote: Vote, member_id: int, count_number: int, reason: str, now: datetime
) -> Confirmation:
    """The recorder enters that a teller signed the sheet on paper, and why not on a phone. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return _confirm(session, vote, member_id, count_number, now=now, paper_reason=reason)


def _confirm(
    session: Session,
    vote: Vote,
    member_id: int,
    count_number: int,
    *,
    now: datetime,
    paper_reason: str | None,
) -> Confirmation:
    found = held.vote(session, vote.id)
    tellers = held.tellers(session, found.id)
    own = next((one for one in tellers if one.member_id == member_id), None)
    if own is None:
        raise NotTeller
    if own.confirmed_count is not None and own.confirmed_count == count_number:
        return Confirmation(fresh=False, complete=found.state is VoteState.CONFIRMED)
    _check_confirmable(found, count_number)
    own.confirmed_count, own.confirmed_at, own.paper_reason = count_number, now, paper_reason
    complete = sum(one.confirmed_count == found.count_number for one in tellers) == TELLERS
    if complete:
        found.state, found.ended_at = advance(VOTE, found.state, VoteState.CONFIRMED), now
    session.flush()
    return Confirmation(fresh=True, complete=complete)


def _check_confirmable(vote: Vote, count_number: int) -> None:
    if vote.state is VoteState.OPEN:
        raise NothingCounted
    if vote.state is not VoteState.COUNTED:
        raise VoteEnded
    if vote.count_number != count_number:
        raise CountOvertaken
