"""A branch in its hall: people who vote, some of them present, and short ways to vote."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.db import Session, Sessions
from app.meetings.models import (
    CheckIn,
    Expected,
    Ground,
    Leave,
    LeaveKind,
    Meeting,
    MeetingKind,
    Standing,
    Way,
)
from app.meetings.states import LeaveState
from app.meetings.votes import queries, service
from app.meetings.votes.counting import Counted
from app.meetings.votes.models import Matter, Method, Vote
from app.meetings.votes.sheets import Sheet
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

BEFORE = NOW - timedelta(hours=2)
AFTER = NOW + timedelta(hours=1)


@dataclass(frozen=True)
class Hall:
    """`people` have a vote; the first `present` of them are signed in. The first two are the tellers."""

    sessions: Sessions
    meeting_id: int
    people: list[int]

    def meeting(self, session: Session) -> Meeting:
        return session.get_one(Meeting, self.meeting_id)

    def open(self, session: Session, matter: Matter = Matter.GENERAL, **more: object) -> Vote:
        """With its two tellers."""
        given = {"method": Method.BALLOT, "subject": "工作计划", "by": "书记", "now": BEFORE} | more
        vote = service.open_vote(session, meeting=self.meeting(session), matter=matter, **given)  # type: ignore[arg-type]
        service.name_tellers(session, vote=vote, member_ids=self.people[:2])
        return vote

    def add(self, session: Session, standing: Standing, *, present: bool = False) -> int:
        """Somebody more on the list."""
        at = self.meeting(session)
        branch = session.get_one(Organization, at.organization_id)
        member = factories.member(session, branch, name=f"另{len(self.people)}{standing}")
        apart = standing is Standing.NOT_COUNTED
        session.add(
            Expected(
                meeting_id=at.id,
                member_id=member.id,
                organization_id=branch.id,
                standing=standing,
                ground=Ground.ILLNESS if apart else None,
                approval_no="批〔2026〕1号" if apart else None,
            )
        )
        if present:
            sign_in(session, at.id, member.id)
        session.flush()
        return member.id

    def on_leave(self, session: Session, member_id: int) -> None:
        session.add(
            Leave(
                meeting_id=self.meeting_id,
                member_id=member_id,
                kind=LeaveKind.DUTY,
                state=LeaveState.GRANTED,
                asked_at=BEFORE,
            )
        )
        session.flush()


def hall(
    sessions: Sessions, people: int = 10, present: int = 8, kind: MeetingKind = MeetingKind.MEMBER_MEETING
) -> Hall:
    with sessions.begin() as session:
        branch = factories.organization(session)
        members = [factories.member(session, branch, name=f"党员{number}") for number in range(people)]
        meeting = factories.meeting(session, branch, expected=tuple(members))
        meeting.kind = kind
        for member in members[:present]:
            sign_in(session, meeting.id, member.id)
        return Hall(sessions, meeting.id, [member.id for member in members])


def sign_in(session: Session, meeting_id: int, member_id: int) -> None:
    session.add(CheckIn(meeting_id=meeting_id, member_id=member_id, checked_in_at=NOW, way=Way.SCAN))
    session.flush()


def count(session: Session, vote: Vote, counted: Counted | None = None, **more: object) -> Vote:
    """Eight ballots, all in favour, unless something else is said."""
    given = {"seen": vote.count_number, "by": "书记", "now": AFTER} | more
    return service.record_count(session, vote=vote, counted=counted or yes(8), **given)  # type: ignore[arg-type]


def yes(in_favour: int, against: int = 0, **more: int) -> Counted:
    returned = in_favour + against
    return Counted(issued=returned, returned=returned, in_favour=in_favour, against=against, **more)  # type: ignore[arg-type]


def confirm(
    session: Session, place: Hall, vote: Vote, teller: int = 0, seen: int = 1
) -> service.Confirmation:
    return service.confirm(session, vote=vote, member_id=place.people[teller], count_number=seen, now=AFTER)


def confirmed(session: Session, place: Hall, vote: Vote) -> Sheet:
    for teller in (0, 1):
        confirm(session, place, vote, teller, vote.count_number)
    return queries.sheet(session, vote)
