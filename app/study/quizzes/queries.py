"""Reading quizzes: members see their own papers alone, staff see numbers of people, and none of a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.core.db import AnyRow, Session
from app.members.models import GONE, Member
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.study.quizzes.models import ContestEntry, Quiz, QuizPaper
from app.study.quizzes.readers import LARGEST_ID, reaches
from app.study.quizzes.rules import shown_number
from app.study.quizzes.sheets import Result, result
from app.study.quizzes.states import QuizState


@dataclass(frozen=True, slots=True)
class Offer:
    """A quiz that this member may take. `consents` None: not signed up. `submitted`: there is a result already."""

    quiz: Quiz
    organization_name: str
    consents: bool | None
    paper_id: int | None
    submitted: bool


@dataclass(frozen=True, slots=True)
class OwnResult:
    """`consents` None: no contest, or not among those whose results are published."""

    paper_id: int
    quiz_id: int
    title: str
    contest: bool
    correct: int
    asked: int
    submitted_at: datetime
    consents: bool | None
    results_at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """One line of a contest's results, of somebody who agrees to it."""

    name: str
    organization_name: str
    correct: int
    asked: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """People; None where they are fewer than five."""

    entered: int | None
    took_part: int | None


def open_quizzes(
    session: Session, path: str, *, member_id: int, now: datetime, limit: int = 20
) -> list[Offer]:
    """Published and not over, opened or not yet, those that close first ahead."""
    not_over = Quiz.state == QuizState.PUBLISHED, Quiz.closes_at > now
    return _offers(session, path, member_id, *not_over, limit=limit)


def quiz_for_member(session: Session, path: str, *, member_id: int, quiz_id: int) -> Offer | None:
    """Also one that is over; None where there is none for this reader."""
    if not 0 < quiz_id <= LARGEST_ID:
        return None
    return next(iter(_offers(session, path, member_id, Quiz.id == quiz_id, limit=1)), None)


def _offers(
    session: Session, path: str, member_id: int, *narrowed: ColumnElement[bool], limit: int
) -> list[Offer]:
    mine = and_(QuizPaper.quiz_id == Quiz.id, QuizPaper.member_id == member_id)
    entry = and_(ContestEntry.quiz_id == Quiz.id, ContestEntry.member_id == member_id)
    rows = session.execute(
        select(Quiz, Organization.short_name, ContestEntry.consents, QuizPaper.id, QuizPaper.submitted_at)
        .join(Organization, Organization.id == Quiz.organization_id)
        .outerjoin(QuizPaper, mine)
        .outerjoin(ContestEntry, entry)
        .where(reaches(path), *narrowed)
        .order_by(Quiz.closes_at, Quiz.id)
        .limit(limit)
    )
    return [
        Offer(quiz, name, consents, paper_id, submitted_at is not None)
        for quiz, name, consents, paper_id, submitted_at in rows
    ]


def own_results(session: Session, *, member_id: int, offset: int = 0, limit: int = 20) -> list[OwnResult]:
    """The latest first. Of what was asked and answered nothing is left once a quiz is closed."""
    entry = and_(ContestEntry.quiz_id == Quiz.id, ContestEntry.member_id == QuizPaper.member_id)
    rows: Sequence[AnyRow] = session.execute(
        select(
            QuizPaper.id,
            Quiz.id,
            Quiz.title,
            Quiz.contest,
            QuizPaper.correct,
            QuizPaper.asked,
            QuizPaper.submitted_at,
            ContestEntry.consents,
            Quiz.results_at,
        )
        .join(Quiz, Quiz.id == QuizPaper.quiz_id)
        .outerjoin(ContestEntry, entry)
        .where(QuizPaper.member_id == member_id, QuizPaper.submitted_at.is_not(None))
        .order_by(QuizPaper.submitted_at.desc(), QuizPaper.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return [OwnResult(*row) for row in rows]


def own_result(session: Session, *, member_id: int, paper_id: int) -> Result | None:
    """With answers and explanations while the quiz is open; None before handing in, and for anybody else."""
    if not 0 < paper_id <= LARGEST_ID:
        return None
    handed_in = QuizPaper.member_id == member_id, QuizPaper.submitted_at.is_not(None)
    found = session.execute(
        select(Quiz, QuizPaper)
        .join(Quiz, Quiz.id == QuizPaper.quiz_id)
        .where(QuizPaper.id == paper_id, *handed_in)
    ).one_or_none()
    return result(found[0], found[1]) if found else None


def agreed(quiz_id: int) -> Select[int, int | None, int]:
    """(member_id, correct, asked) of those who took part and agree to its publication."""
    entry = and_(ContestEntry.quiz_id == QuizPaper.quiz_id, ContestEntry.member_id == QuizPaper.member_id)
    return (
        select(QuizPaper.member_id, QuizPaper.correct, QuizPaper.asked)
        .join(ContestEntry, entry)
        .where(
            QuizPaper.quiz_id == quiz_id,
            QuizPaper.submitted_at.is_not(None),
            ContestEntry.consents.is_(True),
        )
    )


def published_contests(session: Session, path: str, *, offset: int = 0, limit: int = 20) -> Sequence[Quiz]:
    """Those with published results for this reader, the latest first."""
    latest = select(Quiz).where(reaches(path), Quiz.results_at.is_not(None))
    return session.scalars(
        latest.order_by(Quiz.results_at.desc(), Quiz.id.desc()).offset(offset).limit(limit)
    ).all()


def published_results(session: Session, path: str, quiz_id: int) -> list[Published] | None:
    """In the order of names, never of results; None where nothing is published for this reader."""
    if not 0 < quiz_id <= LARGEST_ID:
        return None
    there = select(Quiz.id).where(Quiz.id == quiz_id, reaches(path), Quiz.results_at.is_not(None))
    if session.scalar(there) is None:
        return None
    one = agreed(quiz_id).subquery()
    rows = session.execute(
        select(
            Member.name, Organization.short_name, one.c.correct, one.c.asked, Member.name_pinyin, Member.id
        )
        .join(one, one.c.member_id == Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.status.not_in(GONE))
    ).all()
    by_name = sorted(
        rows, key=lambda row: (row.name_pinyin, row.name, row.id)
    )  # engines differ in their letters
    return [Published(row.name, row.short_name, row.correct, row.asked) for row in by_name]


def numbers(session: Session, quiz_id: int) -> Numbers:
    """Of who signed up and who took part, for the staff: never who, or how well."""
    entered = select(func.count()).where(ContestEntry.quiz_id == quiz_id)
    took_part = select(func.count()).where(QuizPaper.quiz_id == quiz_id, QuizPaper.submitted_at.is_not(None))
    return Numbers(*(shown_number(session.scalar(count) or 0) for count in (entered, took_part)))


def quizzes(
    session: Session, scope: Scope, *, state: QuizState | None = None, offset: int = 0, limit: int = 20
) -> Sequence[Quiz]:
    """The latest first."""
    its = _quizzes(scope, state)
    latest = select(Quiz).where(*its).order_by(Quiz.made_at.desc(), Quiz.id.desc())
    return session.scalars(latest.offset(offset).limit(limit)).all()


def quiz_count(session: Session, scope: Scope, *, state: QuizState | None = None) -> int:
    return session.scalar(select(func.count()).select_from(Quiz).where(*_quizzes(scope, state))) or 0


def _quizzes(scope: Scope, state: QuizState | None) -> list[ColumnElement[bool]]:
    its = [scope.owns(Quiz.organization_id)]
    return its if state is None else [*its, Quiz.state == state]


def quiz_for_staff(session: Session, scope: Scope, quiz_id: int) -> Quiz | None:
    """None outside the scope, so that nobody learns that it exists."""
    if not 0 < quiz_id <= LARGEST_ID:
        return None
    return session.scalar(select(Quiz).where(Quiz.id == quiz_id, scope.owns(Quiz.organization_id)))
