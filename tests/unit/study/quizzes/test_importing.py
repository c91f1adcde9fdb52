"""A file of questions: looked at, taken over, and harmless however often it comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select

from app.core.db import Session, Sessions, in_turn
from app.study.quizzes import bank, importing, papers
from app.study.quizzes.importing import Applied
from app.study.quizzes.models import Question, QuestionKind
from app.study.quizzes.questions import content_of
from app.study.quizzes.rules import QuestionLineKind
from tests.factories import NOW
from tests.unit.study.quizzes.files import file, row, single
from tests.unit.study.quizzes.halls import hall, quiz

L = QuestionLineKind
WRITER = "xuanchuan"


def apply(session: Session, organization_id: int, content: bytes) -> Applied:
    return importing.apply(session, organization_id=organization_id, content=content, by=WRITER, now=NOW)


def kinds(session: Session, organization_id: int, content: bytes) -> list[QuestionLineKind]:
    return [one.kind for one in importing.preview(session, organization_id=organization_id, content=content)]


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Question)) or 0


def test_preview_says_what_each_row_would_do_and_does_nothing(session: Session) -> None:
    here = hall(session)
    apply(session, here.committee, file(single("甲"), single("乙"), single("丙")))
    retired = session.scalars(select(Question).where(Question.words == "丙")).one()
    bank.retire_question(session, question=retired, revision=1, now=NOW)

    content = file(
        single("新"),
        single("甲"),
        single("乙", answer="B"),
        single("丙"),
        single("新 ", answer="C"),
        single("错", answer="H"),
    )
    lines = importing.preview(session, organization_id=here.committee, content=content)

    assert [(one.number, one.words, one.kind, one.faults) for one in lines] == [
        (2, "新", L.NEW, ()),
        (3, "甲", L.SAME, ()),
        (4, "乙", L.CHANGED, ()),
        (5, "丙", L.RETIRED, ("第5行：题库里这道题已停用，恢复使用后再导入",)),
        (6, "新", L.TWICE, ("第6行：与第2行是同一道题",)),
        (7, "错", L.FAULTY, ("K7：里有不存在的选项",)),
    ]
    assert count(session) == 3
    assert apply(session, here.committee, content) == Applied(added=1, changed=1, same=1, left_out=3)


def test_file_is_taken_over_once_however_often_it_comes(any_sessions: Sessions) -> None:
    content = file(single("甲"), row("填空题", "____年", answer="1921"), row("判断题", "丙", answer="对"))
    with any_sessions.begin() as session:
        here = hall(session)
        assert apply(session, here.committee, content) == Applied(added=3, changed=0, same=0, left_out=0)

        assert apply(session, here.committee, content) == Applied(added=0, changed=0, same=3, left_out=0)
        assert apply(session, here.branch, content).added == 3

        made = session.scalars(select(Question).where(Question.organization_id == here.committee)).all()
        assert [(one.made_by, one.made_at, one.revision) for one in made] == [(WRITER, NOW, 1)] * 3


def test_same_file_twice_at_once_makes_each_question_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
    content = file(*(single(f"第{at}题") for at in range(30)))

    def one(_: int) -> Applied:
        def transact() -> Applied:
            with any_sessions.begin() as session:
                return apply(session, here.committee, content)

        return in_turn(transact)

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(one, range(3)))

    assert sum(one.added for one in done) == 30
    with any_sessions.read() as session:
        assert count(session) == 30


def test_who_was_quicker_with_a_question_costs_the_others_nothing(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
        apply(session, here.committee, file(single("甲")))
    theirs = file(single("甲", answer="B"), single("乙", answer="B"), single("丙"))

    def slower() -> Applied:
        def transact() -> Applied:
            with any_sessions.begin() as session:
                return apply(session, here.committee, theirs)

        return in_turn(transact)

    with ThreadPoolExecutor(1) as pool:
        with any_sessions.begin() as session:
            quicker = apply(session, here.committee, file(single("甲", answer="C"), single("乙", answer="C")))
            waiting = pool.submit(slower)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.4)
        done = waiting.result()

    assert (quicker.added, quicker.changed, done.added, done.same) == (1, 1, 1, 0)
    assert done.changed + done.left_out == 2
    with any_sessions.read() as session:
        assert sorted(session.scalars(select(Question.words))) == ["丙", "乙", "甲"]


def test_mended_file_adds_what_was_left_out(session: Session) -> None:
    here = hall(session)
    first = apply(session, here.committee, file(single("甲"), single("乙", answer="Z")))

    second = apply(session, here.committee, file(single("甲"), single("乙", answer="B")))

    assert (first.added, first.left_out, second.added, second.same) == (1, 1, 1, 1)


def test_choices_in_another_order_are_no_change(session: Session) -> None:
    here = hall(session)
    apply(session, here.committee, file(row("单选题", "题", "甲", "乙", "丙", answer="A")))

    assert kinds(session, here.committee, file(row("单选题", "题", "丙", "甲", "乙", answer="B"))) == [L.SAME]
    assert kinds(session, here.committee, file(row("单选题", "题", "丙", "甲", "乙", answer="A"))) == [
        L.CHANGED
    ]
    assert kinds(session, here.committee, file(single("题", why="因为"))) == [L.CHANGED]
    assert kinds(session, here.committee, file(single("题", subject="党史"))) == [L.CHANGED]


def test_correction_of_a_question_that_is_drawn_leaves_papers_alone(session: Session) -> None:
    here = hall(session)
    apply(session, here.committee, file(single("题")))
    quiz_id = quiz(session, here, drawn={QuestionKind.SINGLE: 1}).id
    sheet = papers.open_paper(session, quiz_id=quiz_id, member_id=here.people[0], path=here.path, now=NOW)

    assert apply(session, here.committee, file(single("题", answer="B"))).changed == 1

    old, new = session.scalars(select(Question).order_by(Question.id)).all()
    assert (old.retired_at, content_of(new).answer, new.made_by) == (NOW, (1,), WRITER)
    assert kinds(session, here.committee, file(single("题", answer="B"))) == [L.SAME]
    right = {1: [sheet.questions[0].choices.index("甲")]}
    result = papers.submit(
        session, paper_id=sheet.paper_id, member_id=here.people[0], mark=sheet.mark, answers=right, now=NOW
    )
    assert result.correct == 1


def test_big_file_takes_a_handful_of_statements(sessions: Sessions) -> None:
    content = file(*(single(f"第{at}题") for at in range(2_000)))
    statements: list[str] = []
    with sessions.begin() as session:
        here = hall(session)
        event.listen(sessions.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

        assert apply(session, here.committee, content).added == 2_000

    assert len(statements) < 20
