"""Reading the bank, for those who write it. No member's page reads from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from app.core.db import Session
from app.organizations.scope import Scope
from app.study.quizzes.models import Question, QuestionKind, Quiz
from app.study.quizzes.readers import LARGEST_ID
from app.study.quizzes.rules import one_line


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of questions is narrowed to. `subject` None: of all; `text`: part of the words."""

    kind: QuestionKind | None = None
    subject: str | None = None
    text: str = ""
    retired: bool = False


def questions(
    session: Session, scope: Scope, wanted: Wanted, *, offset: int = 0, limit: int = 20
) -> Sequence[Question]:
    """The latest first."""
    latest = select(Question).where(*_wanted(scope, wanted)).order_by(Question.id.desc())
    return session.scalars(latest.offset(offset).limit(limit)).all()


def question_count(session: Session, scope: Scope, wanted: Wanted) -> int:
    return session.scalar(select(func.count()).select_from(Question).where(*_wanted(scope, wanted))) or 0


def _wanted(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    retired = Question.retired_at.is_not(None) if wanted.retired else Question.retired_at.is_(None)
    given = [scope.owns(Question.organization_id), retired]
    if wanted.kind is not None:
        given.append(Question.kind == wanted.kind)
    if wanted.subject is not None:
        given.append(Question.subject == one_line(wanted.subject))
    if text := one_line(wanted.text):
        given.append(Question.words.contains(text, autoescape=True))
    return given


def question_for_staff(session: Session, scope: Scope, question_id: int) -> Question | None:
    """None outside the scope, so that nobody learns that it exists."""
    if not 0 < question_id <= LARGEST_ID:
        return None
    its = Question.id == question_id, scope.owns(Question.organization_id)
    return session.scalar(select(Question).where(*its))


def subjects(session: Session, organization_id: int) -> list[str]:
    """Those that have questions, in the order of the alphabet; "" where some have none."""
    its = select(Question.subject).where(*_drawable(organization_id, "")).distinct()
    return sorted(session.scalars(its))


def stock(session: Session, organization_id: int, subject: str) -> Mapping[QuestionKind, int]:
    """How many can be drawn, every kind named. `subject` empty: of all."""
    counted = select(Question.kind, func.count()).where(*_drawable(organization_id, subject))
    rows = session.execute(counted.group_by(Question.kind))
    return dict.fromkeys(QuestionKind, 0) | {row[0]: row[1] for row in rows}


def pool(session: Session, quiz: Quiz) -> Mapping[QuestionKind, list[int]]:
    """Ids that a paper of this quiz is drawn from: its own organisation's alone, since a bank that others quiz
    their people with would give a contest's answers away."""
    ids = select(Question.kind, Question.id).where(*_drawable(quiz.organization_id, quiz.subject))
    found: dict[QuestionKind, list[int]] = {kind: [] for kind in QuestionKind}
    for kind, one in session.execute(ids.order_by(Question.id)):
        found[kind].append(one)
    return found


def _drawable(organization_id: int, subject: str) -> list[ColumnElement[bool]]:
    its = [Question.organization_id == organization_id, Question.retired_at.is_(None)]
    return [*its, Question.subject == subject] if subject else its
