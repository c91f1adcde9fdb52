"""A branch's bank, and quizzes and contests in every state, one of them taken by a member."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.core.db import Session
from app.members.models import Member
from app.organizations.models import Organization
from app.study.library.models import StudyReach
from app.study.quizzes import bank, contests, papers, service
from app.study.quizzes.content import QuizContent
from app.study.quizzes.models import Question, QuestionKind, Quiz
from app.study.quizzes.rules import QuestionContent
from tests.factories import NOW

WRITER = "chuti"
HOUR = timedelta(hours=1)
ENDED = NOW - HOUR


@dataclass(frozen=True)
class Quizzed:
    question_id: int
    retired_id: int
    draft_id: int
    taken_id: int
    """Open, and handed in by the second person as `paper_id`."""
    paper_id: int
    fresh_id: int
    """Open, taken by nobody."""
    contest_id: int
    """Open, nobody has signed up."""
    over_id: int
    """A contest that is closed; the second person took part and agrees."""
    published_id: int
    """As `over_id`, with its results published."""


def true_or_false(words: str) -> QuestionContent:
    return QuestionContent(QuestionKind.TRUE_FALSE, words, answer=(0,), explanation="见党章。")


def seed(session: Session, mark: str, branch: Organization, people: Sequence[Member]) -> Quizzed:
    _, taker = people
    kept, gone = (_question(session, branch, f"{mark}的题{number}") for number in (1, 2))
    bank.retire_question(session, question=gone, revision=1, now=NOW)
    taken = published(session, branch, title=f"{mark}测验")
    return Quizzed(
        kept.id,
        gone.id,
        make(session, branch, title=f"{mark}草稿").id,
        taken.id,
        hand_in(session, branch, taken, taker, NOW),
        published(session, branch, title=f"{mark}新测验").id,
        published(session, branch, title=f"{mark}竞赛", contest=True).id,
        _over(session, branch, taker, f"{mark}往年竞赛").id,
        _results(session, _over(session, branch, taker, f"{mark}公布竞赛")).id,
    )


def _question(session: Session, branch: Organization, words: str) -> Question:
    return bank.add_question(
        session, organization_id=branch.id, content=true_or_false(words), by=WRITER, now=NOW
    )


def make(session: Session, branch: Organization, *, now: datetime = NOW, **changed: Any) -> Quiz:
    """A draft that asks one question of true or false, and closes in a week."""
    plain = QuizContent(
        title="测验",
        reach=StudyReach.BELOW,
        drawn={QuestionKind.TRUE_FALSE: 1},
        opens_at=now - HOUR,
        closes_at=now + timedelta(days=7),
    )
    return service.make_quiz(
        session, organization_id=branch.id, content=replace(plain, **changed), by=WRITER, now=now
    )


def published(session: Session, branch: Organization, *, now: datetime = NOW, **changed: Any) -> Quiz:
    made = make(session, branch, now=now, **changed)
    service.publish(session, quiz=made, revision=1, now=now)
    return made


def hand_in(session: Session, branch: Organization, quiz: Quiz, taker: Member, now: datetime) -> int:
    """The paper's id; the answer is right."""
    sheet = papers.open_paper(session, quiz_id=quiz.id, member_id=taker.id, path=branch.path, now=now)
    papers.submit(
        session, paper_id=sheet.paper_id, member_id=taker.id, mark=sheet.mark, answers={1: [0]}, now=now
    )
    return sheet.paper_id


def _over(session: Session, branch: Organization, taker: Member, title: str) -> Quiz:
    before = ENDED - HOUR
    made = published(session, branch, now=before, title=title, contest=True, closes_at=ENDED)
    contests.enter(session, quiz_id=made.id, member_id=taker.id, path=branch.path, consents=True, now=before)
    hand_in(session, branch, made, taker, before)
    service.close_due(session, now=ENDED)
    return made


def _results(session: Session, over: Quiz) -> Quiz:
    contests.publish_results(session, quiz=over, by=WRITER, now=NOW)
    return over
