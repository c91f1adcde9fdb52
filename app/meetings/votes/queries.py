"""Reading votes: the sheets of a meeting, one vote, what a teller has to confirm."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Label, exists, select

from app.core.db import AnyRow, Session
from app.meetings.models import CheckIn, Expected, Meeting, Standing
from app.meetings.votes import sheets as papers
from app.meetings.votes.models import Teller, Vote, WrittenOpinion
from app.meetings.votes.sheets import Sheet, TellerLine
from app.meetings.votes.states import VoteState
from app.members.models import Member
from app.organizations.scope import Scope

OVER = frozenset({VoteState.CONFIRMED, VoteState.VOID})
DUE = (Standing.VOTING, Standing.NON_VOTING)


@dataclass(frozen=True)
class TellersView:
    """A sheet as one of its tellers sees it."""

    sheet: Sheet
    own: TellerLine


def by_id(session: Session, scope: Scope, vote_id: int) -> Vote | None:
    return session.scalar(
        select(Vote)
        .join(Meeting, Meeting.id == Vote.meeting_id)
        .where(Vote.id == vote_id, scope.owns(Meeting.organization_id))
    )


def any_of(session: Session, meeting_id: int) -> bool:
    """Whether anything was put to the vote at this meeting: then it cannot be merged."""
    return bool(session.scalar(select(exists().where(Vote.meeting_id == meeting_id))))


def of_meeting(session: Session, meeting_id: int) -> list[Sheet]:
    """Every vote of the meeting, in its order."""
    wanted = select(Vote).where(Vote.meeting_id == meeting_id).order_by(Vote.number)
    return papers.of(session, session.scalars(wanted).all())


def sheets(session: Session, meeting_id: int) -> list[Sheet]:
    """Those that are over, confirmed or void: what the ledger keeps."""
    return [one for one in of_meeting(session, meeting_id) if one.vote.state in OVER]


def sheet(session: Session, vote: Vote) -> Sheet:
    return papers.of(session, [vote])[0]


def for_teller(session: Session, *, member_id: int, vote_id: int) -> TellersView | None:
    """None for whoever does not count this vote."""
    vote = session.scalar(
        select(Vote)
        .join(Teller, Teller.vote_id == Vote.id)
        .where(Vote.id == vote_id, Teller.member_id == member_id)
    )
    if vote is None:
        return None
    found = sheet(session, vote)
    return TellersView(found, next(one for one in found.tellers if one.member_id == member_id))


def awaiting(session: Session, *, member_id: int) -> Sequence[AnyRow]:
    """(vote_id, subject, title of the meeting) of the counts that this teller has yet to confirm, the latest first."""
    statement = (
        select(Vote.id.label("vote_id"), Vote.subject, Meeting.title)
        .join(Teller, Teller.vote_id == Vote.id)
        .join(Meeting, Meeting.id == Vote.meeting_id)
        .where(Teller.member_id == member_id, Vote.state == VoteState.COUNTED)
        .where(Teller.confirmed_count.is_(None))
        .order_by(Vote.id.desc())
    )
    return session.execute(statement).all()


def opinions(session: Session, vote_id: int) -> Sequence[AnyRow]:
    """(member_id, name, received_at, standing, present) of the written opinions: for the branch's recorder alone."""
    at, of = Vote.meeting_id, WrittenOpinion.member_id
    statement = (
        select(of, Member.name, WrittenOpinion.received_at, Expected.standing, _is_present())
        .join(Vote, Vote.id == WrittenOpinion.vote_id)
        .join(Member, Member.id == of)
        .outerjoin(Expected, (Expected.meeting_id == at) & (Expected.member_id == of))
        .outerjoin(CheckIn, (CheckIn.meeting_id == at) & (CheckIn.member_id == of))
        .where(WrittenOpinion.vote_id == vote_id)
        .order_by(WrittenOpinion.received_at, WrittenOpinion.id)
    )
    return session.execute(statement).all()


def people(session: Session, meeting_id: int) -> Sequence[AnyRow]:
    """(member_id, name, standing, present) of 应到: from whom tellers and writers of opinions are chosen."""
    at, who = Expected.meeting_id, Expected.member_id
    statement = (
        select(who, Member.name, Expected.standing, _is_present())
        .join(Member, Member.id == who)
        .outerjoin(CheckIn, (CheckIn.meeting_id == at) & (CheckIn.member_id == who))
        .where(at == meeting_id, Expected.standing.in_(DUE))
        .order_by(Member.name_pinyin, Member.name, Member.id)
    )
    return session.execute(statement).all()


def _is_present() -> Label[bool]:
    return CheckIn.id.is_not(None).label("present")
