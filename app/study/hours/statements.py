"""A member's own year in 学时. For the member alone: nobody else may ask for it by name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.members.models import PARTY_MEMBERS, Member
from app.study.hours import figures, rules
from app.study.hours.credits import BY_DAYS, attended, begun_in, declared_for
from app.study.hours.leaders import is_leader
from app.study.hours.models import Declaration, StudySession
from app.study.hours.states import DeclarationState

FIRST_YEAR = 2000


class YearWrong(DomainError):
    """No calendar year, or one that has not begun."""

    code: ClassVar[str] = "study_year_wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One session or declaration. `counts` is false while nobody has confirmed or accepted it; `note`: what the
    branch said about that.
    """

    on: date
    topic: str
    held_by: str
    minutes: int
    counts: bool
    trained: bool
    note: str
    declaration: Declaration | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Study minutes of a calendar year, nothing carried over. `lines` in the order of days.

    `training_missing`: a leader's year has at least one concentrated training. Of who is no Party member, nothing is
    required.
    """

    year: int
    lines: tuple[Line, ...]
    minutes: int
    required: int
    missing: int
    leader: bool
    training_missing: bool


def checked_year(year: int, now: datetime) -> int:
    """Raises YearWrong."""
    if not FIRST_YEAR <= year <= local_day(now).year:
        raise YearWrong
    return year


def own_statement(session: Session, *, member_id: int, year: int, now: datetime) -> Statement:
    """`member_id` is the reader. Raises YearWrong, NoHoursFigures, NoResultFound where there is no such member."""
    standing = figures.of_year(session, checked_year(year, now))
    member = session.get_one(Member, member_id)
    leader = is_leader(session, member, year=year, now=now)
    needed = rules.required(standing, leader=leader) if member.kind in PARTY_MEMBERS else 0
    lines = (*_sessions(session, member_id, year), *_declarations(session, member_id, year))
    minutes = sum(line.minutes for line in lines if line.counts)
    trained = any(line.trained for line in lines if line.counts)
    return Statement(
        year=year,
        lines=tuple(sorted(lines, key=lambda line: line.on)),
        minutes=minutes,
        required=needed,
        missing=rules.missing(minutes, needed),
        leader=leader,
        training_missing=leader and not trained,
    )


def _sessions(session: Session, member_id: int, year: int) -> list[Line]:
    rows = session.execute(attended(member_id).where(begun_in(year)))
    return [_of_session(row.StudySession, row.starts_at, row.held_by, trained=row.trained) for row in rows]


def _of_session(found: StudySession, starts_at: datetime, held_by: str, *, trained: bool) -> Line:
    return Line(
        on=local_day(starts_at),
        topic=found.topic,
        held_by=held_by,
        minutes=found.minutes,
        counts=found.confirmed_at is not None,
        trained=bool(trained),
        note=found.note,
    )


def _declarations(session: Session, member_id: int, year: int) -> list[Line]:
    mine = Declaration.member_id == member_id, Declaration.state != DeclarationState.TAKEN_BACK
    rows = session.scalars(
        select(Declaration).where(*mine, declared_for(year)).order_by(Declaration.held_on, Declaration.id)
    )
    return [
        Line(
            on=row.held_on,
            topic=row.topic,
            held_by=row.held_by,
            minutes=row.minutes,
            counts=row.state is DeclarationState.ACCEPTED,
            trained=row.unit in BY_DAYS,
            note=row.note,
            declaration=row,
        )
        for row in rows
    ]
