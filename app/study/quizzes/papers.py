"""Taking a quiz: a paper is drawn for one person, handed in once, and judged here; answers leave only then.

Nothing is kept of what is chosen before it is handed in. A quiz may be taken again with new questions, a contest
not: practice is what a quiz is for. The result then is of the last paper handed in; tries are not counted.
"""

from datetime import datetime, timedelta
from random import Random
from secrets import SystemRandom
from typing import Any, ClassVar, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.quizzes.bank_listing import pool
from app.study.quizzes.content import drawn_of
from app.study.quizzes.models import Question, Quiz, QuizPaper
from app.study.quizzes.questions import content_of
from app.study.quizzes.readers import LARGEST_ID
from app.study.quizzes.rules import Answers, QuestionContent, as_asked, draw, read_answers, right_count
from app.study.quizzes.running import QuizUnknown, check_entered, running
from app.study.quizzes.sheets import Result, Sheet, frozen, mark_of, result, sheet, thawed, written

CHANCE: Final = SystemRandom()
"""What is drawn cannot be reckoned from outside."""
NEXT_MARK: Final = timedelta(microseconds=1)


class QuizNotOpen(DomainError):
    """`details["opens_at"]`."""

    code: ClassVar[str] = "quiz_not_open"


class QuizEmpty(DomainError):
    """Every question of it was retired since it was published."""

    code: ClassVar[str] = "quiz_empty"


class AlreadySubmitted(DomainError):
    """Handed in before, perhaps from another phone; that one counts. `details["paper_id"]`: whose result to show."""

    code: ClassVar[str] = "quiz_already_submitted"


class PaperDrawnAnew(DomainError):
    """The answers are to questions that another phone has changed for new ones since."""

    code: ClassVar[str] = "quiz_paper_drawn_anew"


class ContestOnce(DomainError):
    """A contest has one paper a person."""

    code: ClassVar[str] = "contest_once"


def open_paper(
    session: Session, *, quiz_id: int, member_id: int, path: str, now: datetime, chance: Random = CHANCE
) -> Sheet:
    """This person's questions, the same on every phone of theirs.

    Raises QuizUnknown, QuizNotOpen, QuizClosed, NotEntered, QuizEmpty, AlreadySubmitted.
    """
    quiz = running(session, quiz_id, now, path=path)
    if quiz.opens_at > now:
        raise QuizNotOpen(opens_at=quiz.opens_at)
    check_entered(session, quiz, member_id)
    paper = _paper(session, quiz, member_id) or _new_paper(session, quiz, member_id, now, chance)
    if paper.answers:
        raise AlreadySubmitted(paper_id=paper.id)
    return sheet(quiz, paper)


def submit(
    session: Session, *, paper_id: int, member_id: int, mark: str, answers: Answers, now: datetime
) -> Result:
    """Hand in, once; what is not answered counts as wrong. `mark`: the sheet's.

    Raises QuizUnknown, QuizClosed, NotEntered, PaperDrawnAnew, AlreadySubmitted, AnswerWrong.
    """
    quiz, paper = _own(session, paper_id, member_id, now)
    check_entered(session, quiz, member_id)
    if mark != mark_of(paper):
        raise PaperDrawnAnew
    asked = thawed(paper)
    given = read_answers(asked, answers)
    handed_in = {
        "answers": written(given),
        "submitted_at": now,
        "asked": len(asked),
        "correct": right_count(asked, given),
    }
    if not _replaced(session, paper, handed_in, answered=False):
        raise AlreadySubmitted(paper_id=paper_id)
    return result(quiz, paper)


def practise(
    session: Session, *, paper_id: int, member_id: int, now: datetime, chance: Random = CHANCE
) -> Sheet:
    """New questions for who has handed in, those in hand for who has not; the result stands until these are handed in.

    Raises QuizUnknown, QuizClosed, ContestOnce, QuizEmpty.
    """
    quiz, paper = _own(session, paper_id, member_id, now)
    if quiz.contest:
        raise ContestOnce
    anew = {
        "questions": frozen(_questions(session, quiz, chance)),
        "answers": "",
        "drawn_at": max(now, paper.drawn_at + NEXT_MARK),
    }
    if not _replaced(session, paper, anew, answered=True):
        session.refresh(paper)
    return sheet(quiz, paper)


def _own(session: Session, paper_id: int, member_id: int, now: datetime) -> tuple[Quiz, QuizPaper]:
    mine = select(QuizPaper).where(QuizPaper.id == paper_id, QuizPaper.member_id == member_id)
    known = 0 < paper_id <= LARGEST_ID
    paper = session.scalar(mine.execution_options(populate_existing=True)) if known else None
    if paper is None:
        raise QuizUnknown
    return running(session, paper.quiz_id, now), paper


def _paper(session: Session, quiz: Quiz, member_id: int) -> QuizPaper | None:
    mine = select(QuizPaper).where(QuizPaper.quiz_id == quiz.id, QuizPaper.member_id == member_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def _new_paper(session: Session, quiz: Quiz, member_id: int, now: datetime, chance: Random) -> QuizPaper:
    """Of two phones that ask at once, the first one's."""
    questions = _questions(session, quiz, chance)
    made = QuizPaper(
        quiz_id=quiz.id,
        member_id=member_id,
        questions=frozen(questions),
        answers="",
        drawn_at=now,
        asked=len(questions),
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        other = _paper(session, quiz, member_id)
        if other is None:
            raise
        return other
    return made


def _questions(session: Session, quiz: Quiz, chance: Random) -> list[QuestionContent]:
    ids = draw(pool(session, quiz), drawn_of(quiz.drawn), chance)
    rows = {row.id: row for row in session.scalars(select(Question).where(Question.id.in_(ids)))}
    if not rows:
        raise QuizEmpty
    return [as_asked(content_of(rows[one]), chance) for one in ids if one in rows]


def _replaced(session: Session, paper: QuizPaper, values: dict[str, Any], *, answered: bool) -> bool:
    """Whether this drawing of the paper was still as it is here."""
    state = QuizPaper.answers != "" if answered else QuizPaper.answers == ""
    seen = QuizPaper.id == paper.id, QuizPaper.drawn_at == paper.drawn_at, state
    if not rows_changed(session, update(QuizPaper).where(*seen).values(values)):
        return False
    session.refresh(paper)
    return True
