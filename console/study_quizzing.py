"""What the console's pages of questions and quizzes share."""

from collections.abc import Mapping
from typing import cast

from flask import abort

from app.core.db import Session
from app.core.errors import DomainError
from app.study.quizzes import bank_listing, queries
from app.study.quizzes.models import Question, QuestionKind, Quiz
from app.study.quizzes.service import TooFewQuestions
from console import fields
from console.edge import keep_trail, scope
from console.labels import label
from console.refusals import sentence


def wanted_question(session: Session, question_id: int) -> Question:
    """The question, if its organisation is in a subtree on which the account may do what the view is for."""
    return bank_listing.question_for_staff(session, scope(), question_id) or abort(404)


def wanted_quiz(session: Session, quiz_id: int) -> Quiz:
    """As `wanted_question`."""
    return queries.quiz_for_staff(session, scope(), quiz_id) or abort(404)


def revision() -> int:
    """The one that the page showed; 0 fits none."""
    return fields.number("revision") or 0


def said(refusal: DomainError) -> str:
    """As `sentence`, with the numbers where questions are missing."""
    if not isinstance(refusal, TooFewQuestions):
        return sentence(refusal)
    missing = cast("Mapping[QuestionKind, int]", refusal.details["missing"])
    short = "、".join(f"{label(kind)}还差 {number} 道" for kind, number in missing.items())
    return f"题库里的题不够，没有发布：{short}。请添题、改少要抽的题数，或者不限分类。"


def keep_question(session: Session, action: str, about: Question) -> None:
    keep_trail(
        session,
        f"study.{action}",
        subject=f"study_question:{about.id}",
        organization_id=about.organization_id,
    )


def keep_quiz(session: Session, action: str, about: Quiz, **details: object) -> None:
    keep_trail(
        session,
        f"study.{action}",
        subject=f"study_quiz:{about.id}",
        organization_id=about.organization_id,
        **details,
    )
