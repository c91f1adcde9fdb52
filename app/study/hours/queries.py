"""What the organiser of a branch sees: its sessions, meetings that could become one, declarations to decide.

Give the scope of the organisations on which the reader sits: who stands above reads `counts` alone (FR15).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.db import AnyRow, Session
from app.meetings.models import CheckIn, Meeting, MeetingKind
from app.meetings.own_meetings import STANDS
from app.members.models import Member
from app.organizations.scope import Scope
from app.study.hours import rules
from app.study.hours.models import Declaration, StudySession
from app.study.hours.states import DeclarationState

UNMADE_SINCE = timedelta(days=62)
"""How long a meeting without a session is offered for one; a later thought finds it in the list of meetings."""
LATELY = timedelta(days=30)
VISIBLE = frozenset(DeclarationState) - {DeclarationState.TAKEN_BACK}
OFFERED = rules.WHOLE | rules.PARTLY - {MeetingKind.OTHER}


@dataclass(frozen=True, slots=True)
class Held:
    """A session with its meeting and how many signed in."""

    study_session: StudySession
    meeting: Meeting
    present: int


def sessions_of(session: Session, scope: Scope, *, offset: int = 0, limit: int = 20) -> list[Held]:
    """The latest meeting first."""
    present = (
        select(func.count(CheckIn.id))
        .where(CheckIn.meeting_id == Meeting.id)
        .correlate(Meeting)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StudySession, Meeting, present)
        .join(Meeting, Meeting.id == StudySession.meeting_id)
        .where(scope.owns(Meeting.organization_id), STANDS)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Held(*row) for row in rows]


def sessions_count(session: Session, scope: Scope) -> int:
    held = select(func.count(StudySession.id)).join(Meeting, Meeting.id == StudySession.meeting_id)
    return session.scalar(held.where(scope.owns(Meeting.organization_id), STANDS)) or 0


def present_count(session: Session, meeting_id: int) -> int:
    """How many signed in, whoever they are: all of them have the minutes once the list is confirmed."""
    return session.scalar(select(func.count(CheckIn.id)).where(CheckIn.meeting_id == meeting_id)) or 0


def session_for_staff(session: Session, scope: Scope, session_id: int) -> StudySession | None:
    """The host's alone; None also for somebody else's."""
    held = select(StudySession).join(Meeting, Meeting.id == StudySession.meeting_id)
    own = held.where(StudySession.id == session_id, scope.owns(Meeting.organization_id))
    return session.scalar(own) if rules.is_id(session_id) else None


def session_of(session: Session, scope: Scope, meeting_id: int) -> StudySession | None:
    """That of a meeting of the scope."""
    held = select(StudySession).join(Meeting, Meeting.id == StudySession.meeting_id)
    own = held.where(Meeting.id == meeting_id, scope.owns(Meeting.organization_id))
    return session.scalar(own) if rules.is_id(meeting_id) else None


def unmade(session: Session, scope: Scope, *, now: datetime, limit: int = 20) -> Sequence[Meeting]:
    """Meetings of the last two months whose kind gives 学时 and for which nobody has said so; the latest first.

    Those of no particular kind are not offered: few of them are study.
    """
    made = select(StudySession.id).where(StudySession.meeting_id == Meeting.id).exists()
    return session.scalars(
        select(Meeting)
        .where(
            scope.owns(Meeting.organization_id),
            STANDS,
            Meeting.kind.in_(OFFERED),
            Meeting.starts_at.between(now - UNMADE_SINCE, now),
            ~made,
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(limit)
    ).all()


def waiting(session: Session, scope: Scope, *, limit: int = 50) -> Sequence[AnyRow]:
    """(Declaration, the member's name) of what is to be decided, the oldest first."""
    return session.execute(
        select(Declaration, Member.name)
        .join(Member, Member.id == Declaration.member_id)
        .where(scope.owns(Declaration.organization_id), Declaration.state == DeclarationState.DECLARED)
        .order_by(Declaration.declared_at, Declaration.id)
        .limit(limit)
    ).all()


def waiting_count(session: Session, scope: Scope) -> int:
    declared = select(func.count(Declaration.id)).where(Declaration.state == DeclarationState.DECLARED)
    return session.scalar(declared.where(scope.owns(Declaration.organization_id))) or 0


def decided_lately(session: Session, scope: Scope, *, now: datetime, limit: int = 50) -> Sequence[AnyRow]:
    """(Declaration, the member's name) of the last 30 days, so that a slip can be put right; the latest first."""
    decided = Declaration.state.in_((DeclarationState.ACCEPTED, DeclarationState.RETURNED))
    return session.execute(
        select(Declaration, Member.name)
        .join(Member, Member.id == Declaration.member_id)
        .where(scope.owns(Declaration.organization_id), decided, Declaration.decided_at >= now - LATELY)
        .order_by(Declaration.decided_at.desc(), Declaration.id.desc())
        .limit(limit)
    ).all()


def declaration_for_staff(session: Session, scope: Scope, declaration_id: int) -> Declaration | None:
    """None also for somebody else's, and for what the member has taken back."""
    own = (
        Declaration.id == declaration_id,
        scope.owns(Declaration.organization_id),
        Declaration.state.in_(VISIBLE),
    )
    return session.scalar(select(Declaration).where(*own)) if rules.is_id(declaration_id) else None
