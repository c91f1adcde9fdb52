"""Count sheets put together: a vote, who stands, who counts, and what it came to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from app.core.clock import local_day
from app.core.db import AnyRow, Session
from app.meetings.models import Meeting
from app.meetings.votes.models import Candidate, Matter, Teller, Vote, WrittenOpinion
from app.meetings.votes.rules import Count, Election, ElectionResult, Result, Verdict, election_result, result
from app.meetings.votes.states import VoteState
from app.meetings.words import word
from app.members.models import Member, WeChatIdentity
from app.organizations.models import Organization

COUNTED = frozenset({VoteState.COUNTED, VoteState.CONFIRMED})
DECIDED = frozenset({Verdict.PASSED, Verdict.ELECTED})


@dataclass(frozen=True)
class TellerLine:
    """`confirmed_at` is of the count that stands now.

    `paper_reason`: the recorder entered that they signed on paper (纸质签字). `bound`: has a phone to confirm on.
    """

    member_id: int
    name: str
    confirmed_at: datetime | None
    paper_reason: str | None
    bound: bool


@dataclass(frozen=True)
class Sheet:
    """All that a result sheet says; nothing of who voted how. `opinions`: how many were handed in."""

    vote: Vote
    meeting: Meeting
    organization_name: str
    candidates: tuple[Candidate, ...]
    tellers: tuple[TellerLine, ...]
    opinions: int
    result: Result | ElectionResult | None

    @property
    def title(self) -> str:
        return f"{word(self.vote.matter)}：{self.vote.subject}"

    @property
    def verdict(self) -> Verdict | None:
        return self.result.verdict if self.result else None

    @property
    def decided(self) -> bool:
        """A resolution may be printed: confirmed by two tellers, and every test is passed."""
        return self.vote.state is VoteState.CONFIRMED and self.verdict in DECIDED

    @property
    def is_election(self) -> bool:
        return self.vote.matter is Matter.ELECTION


def of(session: Session, votes: Sequence[Vote]) -> list[Sheet]:
    """As many queries for a hundred votes as for one."""
    if not votes:
        return []
    ids = [vote.id for vote in votes]
    candidates = _by_vote(
        session.scalars(select(Candidate).where(Candidate.vote_id.in_(ids)).order_by(Candidate.id))
    )
    tellers = _by_vote(session.execute(_tellers(ids)))
    opinions = {row.vote_id: row.handed_in for row in session.execute(_opinions(ids))}
    places = {row.Meeting.id: row for row in session.execute(_places(votes))}
    return [
        Sheet(
            vote=vote,
            meeting=places[vote.meeting_id].Meeting,
            organization_name=places[vote.meeting_id].name,
            candidates=tuple(candidates[vote.id]),
            tellers=tuple(_line(vote, row) for row in tellers[vote.id]),
            opinions=opinions.get(vote.id, 0),
            result=_result(vote, places[vote.meeting_id].Meeting, candidates[vote.id]),
        )
        for vote in votes
    ]


def _by_vote(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.vote_id].append(row)
    return found


def _tellers(ids: Sequence[int]) -> Any:
    bound = exists().where(WeChatIdentity.member_id == Teller.member_id)
    return (
        select(
            Teller.vote_id,
            Teller.member_id,
            Member.name,
            Teller.confirmed_count,
            Teller.confirmed_at,
            Teller.paper_reason,
            bound.label("bound"),
        )
        .join(Member, Member.id == Teller.member_id)
        .where(Teller.vote_id.in_(ids))
        .order_by(Teller.id)
    )


def _opinions(ids: Sequence[int]) -> Any:
    counted = func.count().label("handed_in")
    return (
        select(WrittenOpinion.vote_id, counted)
        .where(WrittenOpinion.vote_id.in_(ids))
        .group_by(WrittenOpinion.vote_id)
    )


def _places(votes: Sequence[Vote]) -> Any:
    return (
        select(Meeting, Organization.name)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Meeting.id.in_({vote.meeting_id for vote in votes}))
    )


def _line(vote: Vote, row: AnyRow) -> TellerLine:
    stands = row.confirmed_count is not None and row.confirmed_count == vote.count_number
    return TellerLine(
        member_id=row.member_id,
        name=row.name,
        confirmed_at=row.confirmed_at if stands else None,
        paper_reason=row.paper_reason if stands else None,
        bound=bool(row.bound),
    )


def _result(vote: Vote, meeting: Meeting, candidates: Sequence[Candidate]) -> Result | ElectionResult | None:
    """None before the count, and for a void sheet. By the rules of the day on which the meeting was held."""
    if vote.state not in COUNTED:
        return None
    on = local_day(meeting.starts_at)
    due, present = vote.due_voting or 0, vote.present_voting or 0
    if vote.matter is Matter.ELECTION:
        votes = {one.name: one.in_favour or 0 for one in candidates}
        return election_result(Election(due, present, vote.seats, votes), on=on)
    count = Count(vote.matter, due, present, vote.in_favour or 0, vote.written_in_favour)
    return result(count, on=on)
