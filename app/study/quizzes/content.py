"""What a writer fills in for a quiz, and what is refused of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from app.core import wording
from app.core.errors import DomainError
from app.study.library.models import StudyReach
from app.study.quizzes.models import QuestionKind
from app.study.quizzes.questions import SUBJECT_LIMIT
from app.study.quizzes.rules import one_line

TITLE_LIMIT: Final = 60
ABOUT_LIMIT: Final = 500
MOST_DRAWN: Final = 100
FURTHEST: Final = timedelta(days=366)


class QuizTextWrong(DomainError):
    """No title, or a title, description or subject that is too long."""

    code: ClassVar[str] = "quiz_text_wrong"


class QuizMarked(DomainError):
    """`details["words"]`: the marks of secrecy in its title or description."""

    code: ClassVar[str] = "quiz_marked"


class QuizDrawnWrong(DomainError):
    """None, or more than 100 questions a paper."""

    code: ClassVar[str] = "quiz_drawn_wrong"


class QuizTimesWrong(DomainError):
    """It closes before it opens, or one of the two is more than a year away."""

    code: ClassVar[str] = "quiz_times_wrong"


@dataclass(frozen=True, slots=True)
class QuizContent:
    """`drawn`: how many questions of each kind, out of the organisation's of this `subject`; empty: of all."""

    title: str
    reach: StudyReach
    drawn: Mapping[QuestionKind, int]
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    subject: str = ""
    contest: bool = False


def checked(content: QuizContent, now: datetime) -> dict[str, Any]:
    """The columns of the quiz. Raises QuizTextWrong, QuizMarked, QuizDrawnWrong, QuizTimesWrong."""
    title, about, subject = (one_line(text) for text in (content.title, content.about, content.subject))
    if not title or len(title) > TITLE_LIMIT or len(about) > ABOUT_LIMIT or len(subject) > SUBJECT_LIMIT:
        raise QuizTextWrong
    if words := wording.marked(f"{title}\n{about}"):
        raise QuizMarked(words=words)
    numbers = {kind.value: content.drawn.get(kind, 0) for kind in QuestionKind}
    if min(numbers.values()) < 0 or not 0 < sum(numbers.values()) <= MOST_DRAWN:
        raise QuizDrawnWrong(limit=MOST_DRAWN)
    check_times(content.opens_at, content.closes_at, now)
    return {
        "title": title,
        "about": about,
        "reach": content.reach,
        "subject": subject,
        "drawn": json.dumps(numbers),
        "contest": content.contest,
        "opens_at": content.opens_at,
        "closes_at": content.closes_at,
    }


def check_times(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Raises QuizTimesWrong."""
    if not now - FURTHEST <= opens_at < closes_at <= now + FURTHEST:
        raise QuizTimesWrong


def drawn_of(written: str) -> dict[QuestionKind, int]:
    """Of `Quiz.drawn`: every kind named."""
    numbers = json.loads(written)
    return {kind: numbers[kind.value] for kind in QuestionKind}
