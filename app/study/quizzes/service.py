"""A quiz's way from the draft to its end, when what was asked and answered is erased (facts/domain §7.3 FR12)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import delete, select, update

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.quizzes.bank_listing import stock
from app.study.quizzes.content import FURTHEST, QuizContent, QuizTimesWrong, checked, drawn_of
from app.study.quizzes.models import ContestEntry, Quiz, QuizPaper
from app.study.quizzes.states import QUIZ, QuizState

S = QuizState


class QuizOvertaken(DomainError):
    """Somebody else changed it since the page was opened; nothing of theirs is overwritten."""

    code: ClassVar[str] = "quiz_overtaken"


class QuizNotInState(DomainError):
    """What was asked for is not done with a quiz in this state."""

    code: ClassVar[str] = "quiz_not_in_state"


class QuizPast(DomainError):
    """It would close before anybody could take it."""

    code: ClassVar[str] = "quiz_past"


class TooFewQuestions(DomainError):
    """`details["missing"]`: how many are missing of each kind."""

    code: ClassVar[str] = "quiz_too_few_questions"


def make_quiz(
    session: Session, *, organization_id: int, content: QuizContent, by: str, now: datetime
) -> Quiz:
    """A draft. Raises what `content.checked` raises."""
    made = Quiz(
        **checked(content, now),
        organization_id=organization_id,
        state=S.DRAFT,
        revision=1,
        made_by=by,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return made


def change_quiz(session: Session, *, quiz: Quiz, revision: int, content: QuizContent, now: datetime) -> None:
    """A draft alone: what people take is what was published. Raises QuizNotInState, QuizOvertaken, and as `checked`."""
    values = checked(content, now)
    _expect(quiz, S.DRAFT)
    _change(session, quiz, revision, values)


def publish(session: Session, *, quiz: Quiz, revision: int, now: datetime) -> None:
    """Raises QuizNotInState, QuizOvertaken, QuizPast, TooFewQuestions."""
    if quiz.closes_at <= now:
        raise QuizPast
    there = stock(session, quiz.organization_id, quiz.subject)
    missing = {kind: wanted - there[kind] for kind, wanted in drawn_of(quiz.drawn).items()}
    if lacking := {kind: number for kind, number in missing.items() if number > 0}:
        raise TooFewQuestions(missing=lacking)
    _move(session, quiz, revision, S.PUBLISHED, published_at=now)


def extend(session: Session, *, quiz: Quiz, revision: int, closes_at: datetime, now: datetime) -> None:
    """More time for everybody, while there is some left. Raises QuizNotInState, QuizPast, QuizTimesWrong,
    QuizOvertaken."""
    _expect(quiz, S.PUBLISHED)
    if quiz.closes_at <= now:
        raise QuizPast
    if not quiz.closes_at < closes_at <= now + FURTHEST:
        raise QuizTimesWrong
    _change(session, quiz, revision, {"closes_at": closes_at})


def withdraw(session: Session, *, quiz: Quiz, revision: int, now: datetime) -> None:
    """As if it had not been: papers, results and sign-ups are deleted. Raises QuizNotInState, QuizOvertaken."""
    _move(session, quiz, revision, S.WITHDRAWN, ended_at=now)
    for kind in (QuizPaper, ContestEntry):
        rows_changed(session, delete(kind).where(kind.quiz_id == quiz.id))


def close_due(session: Session, *, now: datetime) -> int:
    """Close what is over; how many. Of each paper nothing is left but its taker's own result. Any number of times."""
    due = Quiz.state == S.PUBLISHED, Quiz.closes_at <= now
    ids = session.scalars(select(Quiz.id).where(*due).order_by(Quiz.id)).all()
    closed = [one for one in ids if _close(session, one, now)]
    session.expire_all()
    return len(closed)


def _close(session: Session, quiz_id: int, now: datetime) -> bool:
    over = update(Quiz).where(Quiz.id == quiz_id, Quiz.state == S.PUBLISHED, Quiz.closes_at <= now)
    if not rows_changed(session, over.values(state=S.CLOSED, ended_at=now, revision=Quiz.revision + 1)):
        return False
    its = QuizPaper.quiz_id == quiz_id
    rows_changed(session, delete(QuizPaper).where(its, QuizPaper.submitted_at.is_(None)))
    rows_changed(session, update(QuizPaper).where(its).values(questions="", answers=""))
    return True


def _expect(quiz: Quiz, state: QuizState) -> None:
    if quiz.state is not state:
        raise QuizNotInState


def _move(session: Session, quiz: Quiz, revision: int, to: QuizState, **values: Any) -> None:
    if to not in QUIZ[quiz.state]:
        raise QuizNotInState
    _change(session, quiz, revision, {"state": to, **values})


def _change(session: Session, quiz: Quiz, revision: int, values: Mapping[str, Any]) -> None:
    """Of two who change the same revision in the same state, the second learns of it. Raises QuizOvertaken."""
    seen = Quiz.id == quiz.id, Quiz.revision == revision, Quiz.state == quiz.state
    if not rows_changed(session, update(Quiz).where(*seen).values(revision=revision + 1, **values)):
        raise QuizOvertaken
    session.refresh(quiz)
