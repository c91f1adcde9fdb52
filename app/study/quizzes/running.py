"""A quiz while people take part in it: found for a person, and held open until they are done."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.study.quizzes.models import ContestEntry, Quiz
from app.study.quizzes.readers import LARGEST_ID, SEEN, reaches
from app.study.quizzes.states import QuizState


class QuizUnknown(DomainError):
    """No such quiz or paper for this person; who asks for another's learns no more."""

    code: ClassVar[str] = "quiz_unknown"


class QuizClosed(DomainError):
    """Its time is over."""

    code: ClassVar[str] = "quiz_closed"


class NotEntered(DomainError):
    """A contest asks for a sign-up first."""

    code: ClassVar[str] = "contest_not_entered"


def running(session: Session, quiz_id: int, now: datetime, *, path: str | None = None) -> Quiz:
    """One whose time is not over, for the reader with this `path`; None: whoever has a part in it already.

    Until the transaction ends nobody closes it: what is handed in on the last second is not kept after it is
    erased. Raises QuizUnknown, QuizClosed.
    """
    if not 0 < quiz_id <= LARGEST_ID:
        raise QuizUnknown
    for_them = Quiz.state.in_(SEEN) if path is None else reaches(path)
    held = select(Quiz).where(Quiz.id == quiz_id, for_them).with_for_update(read=True)
    quiz = session.scalar(held.execution_options(populate_existing=True))
    if quiz is None:
        raise QuizUnknown
    if quiz.state is not QuizState.PUBLISHED or quiz.closes_at <= now:
        raise QuizClosed
    return quiz


def check_entered(session: Session, quiz: Quiz, member_id: int) -> None:
    """Raises NotEntered."""
    mine = ContestEntry.quiz_id == quiz.id, ContestEntry.member_id == member_id
    if quiz.contest and session.scalar(select(ContestEntry.id).where(*mine)) is None:
        raise NotEntered
