"""A member asks to have their amount looked at again; somebody answers. Asking changes nothing."""

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import payers
from app.dues.assessments.models import Review
from app.dues.assessments.queries import current

LONGEST: Final = 500


class QuestionWrong(DomainError):
    """Empty, or longer than 500 characters."""

    code: ClassVar[str] = "dues_question_wrong"


class AnswerWrong(DomainError):
    """Empty, or longer than 500 characters."""

    code: ClassVar[str] = "dues_answer_wrong"


class ReviewOpen(DomainError):
    """An earlier question waits for its answer."""

    code: ClassVar[str] = "dues_review_open"


class ReviewAnswered(DomainError):
    code: ClassVar[str] = "dues_review_answered"


def ask_review(session: Session, *, member_id: int, question: str, now: datetime) -> Review:
    """Raises NotAPayer, QuestionWrong, ReviewOpen."""
    payers.payer(session, member_id)
    question = question.strip()
    if not 0 < len(question) <= LONGEST:
        raise QuestionWrong
    asked_of = current(session, member_id, months.current(now))
    row = Review(
        member_id=member_id,
        open_member_id=member_id,
        assessment_id=asked_of.id if asked_of else None,
        question=question,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise ReviewOpen from error
    return row


def answer_review(session: Session, *, review_id: int, answer: str, by: str, now: datetime) -> None:
    """What the member then reads; a wrong amount is set right by an assessment. Raises AnswerWrong, ReviewAnswered."""
    answer = answer.strip()
    if not 0 < len(answer) <= LONGEST:
        raise AnswerWrong
    open_one = update(Review).where(Review.id == review_id, Review.answered_at.is_(None))
    answered = {"answer": answer, "answered_by": by, "answered_at": now, "open_member_id": None}
    if not rows_changed(session, open_one.values(answered)):
        raise ReviewAnswered
    session.expire_all()
