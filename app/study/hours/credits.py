"""What counts for whom: attendance of confirmed sessions, and accepted declarations, by calendar year in China."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, select, union_all

from app.core.clock import from_local, local_day
from app.core.db import AnyRow, Session
from app.meetings.models import CheckIn, Meeting, MeetingKind
from app.meetings.own_meetings import STANDS
from app.organizations.models import Organization
from app.study.hours.models import Declaration, HoursUnit, StudySession
from app.study.hours.rules import INSTANT
from app.study.hours.states import DeclarationState

ONE_DAY = timedelta(days=1)
BY_DAYS = frozenset({HoursUnit.FULL_DAY, HoursUnit.HALF_DAY})
OPEN = frozenset({DeclarationState.DECLARED, DeclarationState.ACCEPTED})
TRAINED_HERE = Meeting.kind == MeetingKind.TRAINING
TRAINED_ELSEWHERE = Declaration.unit.in_(BY_DAYS)
"""集中培训: a training session, or whole or half days elsewhere, as training classes are reckoned."""


def begun_in(year: int) -> ColumnElement[bool]:
    """WHERE for `Meeting`: a session counts in the year in which it began."""
    return and_(
        Meeting.starts_at >= from_local(date(year, 1, 1)),
        Meeting.starts_at < from_local(date(year + 1, 1, 1)),
    )


def declared_for(year: int) -> ColumnElement[bool]:
    """WHERE for `Declaration`."""
    return Declaration.held_on.between(date(year, 1, 1), date(year, 12, 31))


def counted(year: int, members: Select[int]) -> CompoundSelect[Any]:
    """(member_id, minutes, trained) of everything that counts for these; `trained`: 1 for 集中培训."""
    attended = (
        select(CheckIn.member_id, StudySession.minutes, case((TRAINED_HERE, 1), else_=0).label("trained"))
        .join(StudySession, StudySession.meeting_id == CheckIn.meeting_id)
        .join(Meeting, Meeting.id == CheckIn.meeting_id)
        .where(CheckIn.member_id.in_(members), StudySession.confirmed_at.is_not(None), STANDS, begun_in(year))
    )
    accepted = select(
        Declaration.member_id, Declaration.minutes, case((TRAINED_ELSEWHERE, 1), else_=0).label("trained")
    ).where(
        Declaration.member_id.in_(members),
        Declaration.state == DeclarationState.ACCEPTED,
        declared_for(year),
    )
    return union_all(attended, accepted)


def attended(member_id: int) -> Select[*tuple[Any, ...]]:
    """(StudySession, starts_at, held_by, trained) of a member's sessions, confirmed or not yet."""
    return (
        select(
            StudySession,
            Meeting.starts_at,
            Organization.short_name.label("held_by"),
            TRAINED_HERE.label("trained"),
        )
        .join(CheckIn, CheckIn.meeting_id == StudySession.meeting_id)
        .join(Meeting, Meeting.id == StudySession.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(CheckIn.member_id == member_id, STANDS)
        .order_by(Meeting.starts_at, Meeting.id)
    )


def beside(session: Session, declaration: Declaration) -> Sequence[AnyRow]:
    """(topic, held_by, minutes, confirmed) of what else the declarer has for the same day, to be looked at before
    it is accepted, or declared at all: the same hours may not count twice.
    """
    day = declaration.held_on
    sessions = attended(declaration.member_id).where(_touches(day)).order_by(None)
    there = sessions.with_only_columns(
        StudySession.topic,
        Organization.short_name.label("held_by"),
        StudySession.minutes,
        case((StudySession.confirmed_at.is_not(None), 1), else_=0).label("confirmed"),
    )
    elsewhere = select(
        Declaration.topic,
        Declaration.held_by,
        Declaration.minutes,
        case((Declaration.state == DeclarationState.ACCEPTED, 1), else_=0),
    ).where(
        Declaration.member_id == declaration.member_id,
        Declaration.held_on == day,
        Declaration.state.in_(OPEN),
        Declaration.id != (declaration.id or 0),
    )
    return [*session.execute(there), *session.execute(elsewhere)]


def declared_beside(session: Session, study_session: StudySession) -> Sequence[Declaration]:
    """What people who were there declared for the same days, to be looked at before the list is confirmed."""
    meeting = session.get_one(Meeting, study_session.meeting_id)
    present = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting.id)
    return session.scalars(
        select(Declaration)
        .where(
            Declaration.member_id.in_(present),
            Declaration.state.in_(OPEN),
            Declaration.held_on.between(*_days(meeting.starts_at, meeting.ends_at)),
        )
        .order_by(Declaration.held_on, Declaration.id)
    ).all()


def _touches(day: date) -> ColumnElement[bool]:
    return and_(Meeting.starts_at < from_local(day) + ONE_DAY, Meeting.ends_at > from_local(day))


def _days(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    return local_day(starts_at), local_day(ends_at - INSTANT)
