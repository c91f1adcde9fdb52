"""A committee that quizzes its people: two branches, a bank, and a quiz that is open at NOW."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.organizations.models import OrganizationKind
from app.study.library.models import StudyReach
from app.study.quizzes import bank, service
from app.study.quizzes.content import QuizContent
from app.study.quizzes.models import Question, QuestionKind, Quiz, QuizPaper
from app.study.quizzes.rules import QuestionContent
from app.study.quizzes.sheets import Sheet
from tests import factories
from tests.factories import NOW

K = QuestionKind
SECRETARY = "shuji"
CLOSES = NOW + timedelta(days=7)
AFTER = CLOSES + timedelta(minutes=1)

SINGLE = QuestionContent(
    K.SINGLE,
    "中国共产党成立于哪一年？",
    ("1919年", "1921年", "1927年", "1949年"),
    (1,),
    explanation="一大于1921年7月召开。",
)
MULTIPLE = QuestionContent(
    K.MULTIPLE, "“三会一课”的“三会”包括哪些？", ("党员大会", "支委会", "党小组会", "职代会"), (0, 1, 2)
)
TRUE_FALSE = QuestionContent(K.TRUE_FALSE, "预备党员没有表决权。", answer=(0,), explanation="见党章第七条。")
FILL = QuestionContent(
    K.FILL, "党的一大在____召开，后转移到____。", blanks=(("上海", "上海市"), ("嘉兴", "南湖"))
)
ALL = (SINGLE, MULTIPLE, TRUE_FALSE, FILL)
ONE_OF_EACH: Mapping[QuestionKind, int] = dict.fromkeys(QuestionKind, 1)


@dataclass(frozen=True)
class Hall:
    """Ids and paths; `people` are of the first branch."""

    committee: int
    branch: int
    other: int
    paths: tuple[str, str, str]
    people: tuple[int, ...]
    stranger: int

    @property
    def path(self) -> str:
        return self.paths[1]


def hall(session: Session, *, people: int = 2) -> Hall:
    committee = factories.organization(session, name="企业党委", kind=OrganizationKind.COMMITTEE)
    branch, other = (
        factories.organization(session, name=name, parent=committee) for name in ("第一党支部", "第二党支部")
    )
    made = [factories.member(session, branch, name=f"党员{number}") for number in range(people)]
    stranger = factories.member(session, other, name="李四")
    return Hall(
        committee.id,
        branch.id,
        other.id,
        (committee.path, branch.path, other.path),
        tuple(one.id for one in made),
        stranger.id,
    )


def stocked(session: Session, organization_id: int, *contents: QuestionContent) -> list[Question]:
    return [
        bank.add_question(session, organization_id=organization_id, content=one, by=SECRETARY, now=NOW)
        for one in contents or ALL
    ]


def singles(number: int, subject: str = "") -> list[QuestionContent]:
    return [replace(SINGLE, words=f"第{at}题", subject=subject) for at in range(number)]


def content(**changes: object) -> QuizContent:
    plain = QuizContent(
        title="党章党规测一测",
        reach=StudyReach.BELOW,
        drawn=ONE_OF_EACH,
        opens_at=NOW - timedelta(hours=1),
        closes_at=CLOSES,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names real fields


def quiz(session: Session, here: Hall, **changes: object) -> Quiz:
    """A published one of the committee's."""
    made = service.make_quiz(
        session, organization_id=here.committee, content=content(**changes), by=SECRETARY, now=NOW
    )
    service.publish(session, quiz=made, revision=1, now=NOW)
    return made


def open_hall(sessions: Sessions, *, people: int = 2, **changes: object) -> tuple[Hall, int]:
    """With a quiz of one question of each kind; its id."""
    with sessions.begin() as session:
        here = hall(session, people=people)
        stocked(session, here.committee)
        return here, quiz(session, here, **changes).id


def right_answers(session: Session, sheet: Sheet) -> dict[int, list[int] | list[str]]:
    """Out of the table, where alone they are before the paper is handed in."""
    kept = session.scalars(select(QuizPaper.questions).where(QuizPaper.id == sheet.paper_id)).one()
    return {
        number: [accepted[0] for accepted in one["blanks"]] or one["answer"]
        for number, one in enumerate(json.loads(kept), 1)
    }
