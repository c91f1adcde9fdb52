"""知识竞赛: a quiz that people sign up for. Results are published of those who agree to it, in the order of names."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.quizzes.models import ContestEntry, Quiz
from app.study.quizzes.queries import agreed
from app.study.quizzes.readers import LARGEST_ID
from app.study.quizzes.running import NotEntered, running
from app.study.quizzes.states import QuizState


class NotAContest(DomainError):
    """A quiz is taken without a sign-up, and nothing of it is ever published."""

    code: ClassVar[str] = "not_a_contest"


class ContestNotOver(DomainError):
    code: ClassVar[str] = "contest_not_over"


class ResultsPublished(DomainError):
    """Published before: nobody is added to the list. Whoever wants is taken off it."""

    code: ClassVar[str] = "contest_results_published"


class NobodyAgrees(DomainError):
    """Nobody who took part agrees to the publication."""

    code: ClassVar[str] = "contest_nobody_agrees"


def enter(
    session: Session, *, quiz_id: int, member_id: int, path: str, consents: bool, now: datetime
) -> ContestEntry:
    """报名, from the publication on, once. Signing up again takes an agreement back, but never gives one.

    Raises QuizUnknown, QuizClosed, NotAContest.
    """
    quiz = running(session, quiz_id, now, path=path)
    if not quiz.contest:
        raise NotAContest
    made = ContestEntry(quiz_id=quiz_id, member_id=member_id, consents=consents, entered_at=now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return _entered_before(session, quiz_id, member_id, consents=consents)
    return made


def _entered_before(session: Session, quiz_id: int, member_id: int, *, consents: bool) -> ContestEntry:
    if not consents:
        _set(session, quiz_id, member_id, consents=False)
    mine = ContestEntry.quiz_id == quiz_id, ContestEntry.member_id == member_id
    return session.scalars(select(ContestEntry).where(*mine).execution_options(populate_existing=True)).one()


def leave(session: Session, *, quiz_id: int, member_id: int, now: datetime) -> None:
    """Before it closes. The questions in hand wait for whoever comes back: leaving draws no others.

    Raises QuizUnknown, QuizClosed, NotEntered.
    """
    running(session, quiz_id, now)
    mine = ContestEntry.quiz_id == quiz_id, ContestEntry.member_id == member_id
    if not rows_changed(session, delete(ContestEntry).where(*mine)):
        raise NotEntered
    session.expire_all()


def set_consent(session: Session, *, quiz_id: int, member_id: int, consents: bool) -> None:
    """Taken back at any time, and off the published list at once; given until the results are published.

    Raises NotEntered, ResultsPublished.
    """
    if not 0 < quiz_id <= LARGEST_ID:
        raise NotEntered
    if consents:
        published = select(Quiz.results_at).where(Quiz.id == quiz_id).with_for_update(read=True)
        if session.scalar(published) is not None:
            raise ResultsPublished
    if not _set(session, quiz_id, member_id, consents=consents):
        raise NotEntered


def _set(session: Session, quiz_id: int, member_id: int, *, consents: bool) -> bool:
    mine = ContestEntry.quiz_id == quiz_id, ContestEntry.member_id == member_id
    changed = rows_changed(session, update(ContestEntry).where(*mine).values(consents=consents))
    session.expire_all()
    return bool(changed)


def publish_results(session: Session, *, quiz: Quiz, by: str, now: datetime) -> int:
    """Of how many people; the sign-ups of all others are deleted, they have served.

    Raises NotAContest, ContestNotOver, ResultsPublished, NobodyAgrees.
    """
    if not quiz.contest:
        raise NotAContest
    if quiz.state is not QuizState.CLOSED:
        raise ContestNotOver
    with session.begin_nested():
        once = update(Quiz).where(Quiz.id == quiz.id, Quiz.results_at.is_(None))
        if not rows_changed(session, once.values(results_at=now, results_by=by)):
            raise ResultsPublished
        count = session.scalar(select(func.count()).select_from(agreed(quiz.id).subquery())) or 0
        if not count:
            raise NobodyAgrees
        others = delete(ContestEntry).where(ContestEntry.quiz_id == quiz.id, ContestEntry.consents.is_(False))
        rows_changed(session, others)
    session.expire_all()
    return count
