"""For whom a quiz is: the one WHERE that every list and paper goes through."""

from sqlalchemy import ColumnElement, and_, or_

from app.study.library.models import StudyReach
from app.study.quizzes.models import Quiz
from app.study.quizzes.states import QuizState

LARGEST_ID = 2**31 - 1
SEEN = (QuizState.PUBLISHED, QuizState.CLOSED)


def reaches(path: str) -> ColumnElement[bool]:
    """WHERE over `Quiz`: published, closed or not, for a member of the organisation with this `path` (`/1/7/42/`)."""
    above = [int(part) for part in path.strip("/").split("/")]
    reached = or_(
        Quiz.reach == StudyReach.EVERYBODY,
        and_(Quiz.reach == StudyReach.BELOW, Quiz.organization_id.in_(above)),
        and_(Quiz.reach == StudyReach.OWN, Quiz.organization_id == above[-1]),
    )
    return and_(Quiz.state.in_(SEEN), reached)
