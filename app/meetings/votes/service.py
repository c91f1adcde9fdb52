"""What is done with a vote: opened, counted, confirmed by two tellers, or made void. No ballot is cast here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.states import advance
from app.meetings.models import Expected, Meeting, Standing
from app.meetings.votes import held
from app.meetings.votes.clauses import rule
from app.meetings.votes.counts import Confirmation, confirm, record_count, record_signature
from app.meetings.votes.models import Candidate, Matter, Method, Teller, Vote, WrittenOpinion
from app.meetings.votes.refusals import (
    BallotNeeded,
    CandidatesWrong,
    OneByOne,
    OpinionLate,
    OpinionNotAllowed,
    OpinionNotVoter,
    OpinionRepeated,
    OpinionsClosed,
    ReasonMissing,
    SeatsWrong,
    SubjectEmpty,
    TellerConcerned,
    TellersWrong,
    VoteNotPossible,
)
from app.meetings.votes.rules import ONE_BY_ONE, POSSIBLE, person_of, several_people
from app.meetings.votes.states import VOTE, VoteState
from app.members.models import Member

__all__ = [
    "Confirmation",
    "add_written_opinion",
    "confirm",
    "name_tellers",
    "open_vote",
    "record_count",
    "record_signature",
    "take_opinion_back",
    "void",
]

TELLERS = 2
MOST_SEATS = 99
LONGEST_NAME = 50
DUE = (Standing.VOTING, Standing.NON_VOTING)


def open_vote(
    session: Session,
    *,
    meeting: Meeting,
    matter: Matter,
    method: Method,
    subject: str,
    by: str,
    now: datetime,
    seats: int = 0,
    candidates: Sequence[str] = (),
) -> Vote:
    """One question or one election; about a person, `subject` is their name, and what is decided in brackets."""
    at = held.meeting(session, meeting.id)
    _check_question(at, matter, method, subject)
    if matter is Matter.ELECTION:
        _check_election(seats, candidates)
    highest = select(func.coalesce(func.max(Vote.number), 0)).where(Vote.meeting_id == at.id)
    vote = Vote(
        meeting_id=at.id,
        number=(session.scalar(highest) or 0) + 1,
        matter=matter,
        method=method,
        subject=subject,
        seats=seats if matter is Matter.ELECTION else 0,
        state=VoteState.OPEN,
        opened_by=by,
        opened_at=now,
    )
    session.add(vote)
    session.flush()
    if matter is Matter.ELECTION:
        session.add_all(Candidate(vote_id=vote.id, name=name) for name in candidates)
        session.flush()
    return vote


def _check_question(at: Meeting, matter: Matter, method: Method, subject: str) -> None:
    if matter not in POSSIBLE.get(at.kind, frozenset()):
        raise VoteNotPossible
    if not subject.strip():
        raise SubjectEmpty
    if matter in ONE_BY_ONE and several_people(subject):
        raise OneByOne
    if method is Method.HANDS and rule(matter, on=local_day(at.starts_at)).secret:
        raise BallotNeeded


def _check_election(seats: int, candidates: Sequence[str]) -> None:
    if not 1 <= seats <= MOST_SEATS:
        raise SeatsWrong
    distinct = {person_of(name) for name in candidates}
    if not candidates or len(distinct) < len(candidates) or any(len(n) > LONGEST_NAME for n in candidates):
        raise CandidatesWrong


def name_tellers(session: Session, *, vote: Vote, member_ids: Sequence[int]) -> None:
    """Two of 应到 whom the vote does not concern. Who stays keeps their confirmation.

    Raises TellersWrong, TellerConcerned, VoteEnded.
    """
    found = held.changeable(session, vote.id)
    if len(member_ids) != TELLERS or len(set(member_ids)) != TELLERS:
        raise TellersWrong
    names = session.scalars(
        select(Member.name)
        .join(Expected, Expected.member_id == Member.id)
        .where(Expected.meeting_id == found.meeting_id, Expected.standing.in_(DUE), Member.id.in_(member_ids))
    ).all()
    if len(names) != TELLERS:
        raise TellersWrong
    if {person_of(name) for name in names} & _concerned(session, found):
        raise TellerConcerned
    gone = delete(Teller).where(Teller.vote_id == found.id, Teller.member_id.not_in(member_ids))
    session.execute(gone)
    kept = {one.member_id for one in held.tellers(session, found.id)}
    session.add_all(Teller(vote_id=found.id, member_id=one) for one in member_ids if one not in kept)
    session.flush()


def _concerned(session: Session, vote: Vote) -> set[str]:
    """The names of those whom it is about."""
    standing = session.scalars(select(Candidate.name).where(Candidate.vote_id == vote.id))
    about = {person_of(vote.subject)} if vote.matter in ONE_BY_ONE else set()
    return about | {person_of(name) for name in standing}


def add_written_opinion(
    session: Session, *, vote: Vote, member_id: int, received_at: datetime, by: str, now: datetime
) -> None:
    """That an absent voter handed one in before the meeting. What it says is on the paper alone.

    Raises OpinionNotAllowed, OpinionLate, OpinionNotVoter, OpinionRepeated, OpinionsClosed.
    """
    found = held.vote(session, vote.id)
    at = session.get_one(Meeting, found.meeting_id)
    if not rule(found.matter, on=local_day(at.starts_at)).written:
        raise OpinionNotAllowed
    if found.state is not VoteState.OPEN:
        raise OpinionsClosed
    if received_at >= at.starts_at or received_at > now:
        raise OpinionLate
    voters = select(Expected.id).where(Expected.meeting_id == at.id, Expected.standing == Standing.VOTING)
    if session.scalar(voters.where(Expected.member_id == member_id)) is None:
        raise OpinionNotVoter
    try:
        with session.begin_nested():
            session.add(
                WrittenOpinion(vote_id=found.id, member_id=member_id, received_at=received_at, recorded_by=by)
            )
    except IntegrityError:
        raise OpinionRepeated from None


def take_opinion_back(session: Session, *, vote: Vote, member_id: int) -> bool:
    """Of somebody who comes after all, and votes there. False where there was none. Raises OpinionsClosed."""
    found = held.vote(session, vote.id)
    if found.state is not VoteState.OPEN:
        raise OpinionsClosed
    this = delete(WrittenOpinion).where(
        WrittenOpinion.vote_id == found.id, WrittenOpinion.member_id == member_id
    )
    return bool(rows_changed(session, this))


def void(session: Session, *, vote: Vote, reason: str, now: datetime) -> None:
    """Raises ReasonMissing, VoteEnded: what two tellers confirmed stands."""
    found = held.changeable(session, vote.id)
    if not reason.strip():
        raise ReasonMissing
    found.state = advance(VOTE, found.state, VoteState.VOID)
    found.void_reason = reason
    found.ended_at = now
    session.flush()
