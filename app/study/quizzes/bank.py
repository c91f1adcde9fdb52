"""题库: an organisation's questions, each once; what a paper asks was copied onto it and changes with nobody."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.quizzes.content import drawn_of
from app.study.quizzes.models import Question, Quiz
from app.study.quizzes.questions import columns, content_of, digest_of, tidied
from app.study.quizzes.rules import QuestionContent
from app.study.quizzes.states import QuizState


class QuestionThere(DomainError):
    """The bank has the same question, perhaps a retired one."""

    code: ClassVar[str] = "question_there"


class QuestionOvertaken(DomainError):
    """Somebody else changed or retired it since the page was opened; nothing of theirs is overwritten."""

    code: ClassVar[str] = "question_overtaken"


def add_question(
    session: Session, *, organization_id: int, content: QuestionContent, by: str, now: datetime
) -> Question:
    """Raises QuestionWrong, QuestionThere."""
    made = Question(
        **columns(tidied(content)), organization_id=organization_id, revision=1, made_by=by, made_at=now
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise QuestionThere from error
    return made


def change_question(
    session: Session, *, question: Question, revision: int, content: QuestionContent, by: str, now: datetime
) -> Question:
    """The question as it is from now on: where an open quiz draws it, the old one is retired and a new one made.

    Papers keep what they asked. Raises QuestionWrong, QuestionThere, QuestionOvertaken.
    """
    made = tidied(content)
    if _is_drawn(session, question, now):
        with session.begin_nested():
            _change(session, question, revision, {"retired_at": now, "digest": _set_free(question)})
            return add_question(
                session, organization_id=question.organization_id, content=made, by=by, now=now
            )
    try:
        with session.begin_nested():
            _change(session, question, revision, columns(made))
    except IntegrityError as error:
        raise QuestionThere from error
    return question


def retire_question(session: Session, *, question: Question, revision: int, now: datetime) -> None:
    """Nobody draws it any more. Raises QuestionOvertaken."""
    _change(session, question, revision, {"retired_at": now})


def restore_question(session: Session, *, question: Question, revision: int) -> None:
    """A retired one is drawn again. Raises QuestionThere where another has taken its place, QuestionOvertaken."""
    back = {"retired_at": None, "digest": digest_of(content_of(question))}
    try:
        with session.begin_nested():
            _change(session, question, revision, back, retired=True)
    except IntegrityError as error:
        raise QuestionThere from error


def _change(
    session: Session, question: Question, revision: int, values: dict[str, Any], *, retired: bool = False
) -> None:
    seen = (
        Question.id == question.id,
        Question.revision == revision,
        Question.retired_at.is_not(None) if retired else Question.retired_at.is_(None),
    )
    changed = update(Question).where(*seen).values(revision=revision + 1, **values)
    if not rows_changed(session, changed):
        raise QuestionOvertaken
    session.refresh(question)


def _set_free(question: Question) -> str:
    """A digest that no question has, so that the one in its place may have the same words."""
    return hashlib.sha256(f"{question.digest} {question.id}".encode()).hexdigest()


def _is_drawn(session: Session, question: Question, now: datetime) -> bool:
    """Whether papers with it may be in people's hands: then two takers of one quiz shall not have two answers."""
    drawing = select(Quiz.drawn).where(
        Quiz.organization_id == question.organization_id,
        Quiz.state == QuizState.PUBLISHED,
        Quiz.opens_at <= now,
        Quiz.closes_at > now,
        Quiz.subject.in_(("", question.subject)),
    )
    return any(drawn_of(drawn)[question.kind] for drawn in session.scalars(drawing))
