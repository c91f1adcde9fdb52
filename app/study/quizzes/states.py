"""A quiz, from the first question to the day when nothing of it is left but each person's own result."""

from enum import StrEnum

from app.core.states import Transitions


class QuizState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    """Its time is over; what was answered is erased."""
    WITHDRAWN = "withdrawn"


S = QuizState
QUIZ: Transitions[QuizState] = {
    S.DRAFT: frozenset({S.PUBLISHED, S.WITHDRAWN}),
    S.PUBLISHED: frozenset({S.CLOSED, S.WITHDRAWN}),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
