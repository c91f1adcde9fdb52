"""The bank keeps each question once, and papers keep what they asked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions, in_turn
from app.organizations.scope import Scope
from app.study.quizzes import bank, bank_listing, papers, service
from app.study.quizzes.bank import QuestionOvertaken, QuestionThere
from app.study.quizzes.bank_listing import Wanted
from app.study.quizzes.models import Question, QuestionKind
from app.study.quizzes.questions import QuestionWrong, content_of
from app.study.quizzes.rules import QuestionContent
from tests.factories import NOW
from tests.unit.study.quizzes.halls import (
    AFTER,
    ALL,
    CLOSES,
    FILL,
    SECRETARY,
    SINGLE,
    Hall,
    hall,
    open_hall,
    quiz,
    singles,
    stocked,
)

CORRECTED = replace(SINGLE, answer=(2,))
OTHER = "zuzhi"


@pytest.fixture
def here(session: Session) -> Hall:
    return hall(session)


def add(session: Session, organization_id: int, content: QuestionContent = SINGLE) -> Question:
    return bank.add_question(session, organization_id=organization_id, content=content, by=SECRETARY, now=NOW)


def change(
    session: Session, question: Question, content: QuestionContent, revision: int = 1, now: datetime = NOW
) -> Question:
    return bank.change_question(
        session, question=question, revision=revision, content=content, by=OTHER, now=now
    )


@pytest.mark.parametrize("content", ALL, ids=lambda one: one.kind)
def test_question_comes_out_of_the_bank_as_it_went_in(
    any_sessions: Sessions, content: QuestionContent
) -> None:
    with any_sessions.begin() as session:
        made = add(session, hall(session).committee, replace(content, subject="党史"))

    with any_sessions.read() as session:
        assert content_of(session.get_one(Question, made.id)) == replace(content, subject="党史")


def test_longest_question_fits_every_engine(any_sessions: Sessions) -> None:
    widest = tuple(tuple(f"{'𠮷' * 49}{way}" for way in "甲乙丙丁戊") for _ in range(10))
    content = replace(FILL, words=f"{'长' * 460}{'____、' * 8}", blanks=widest[:8], explanation="长" * 500)

    with any_sessions.begin() as session:
        made = add(session, hall(session).committee, content)
    with any_sessions.read() as session:
        assert content_of(session.get_one(Question, made.id)) == content


def test_same_question_is_kept_once_an_organisation(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
        add(session, here.committee)
        add(session, here.branch)

        with pytest.raises(QuestionThere):
            add(session, here.committee, replace(SINGLE, words="中国共产党成立于哪一年 ?", answer=(0,)))

        assert session.scalar(select(func.count()).select_from(Question)) == 2


def test_two_who_add_the_same_question_at_once_make_one(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)

    def one(_: int) -> bool:
        def transact() -> None:
            with any_sessions.begin() as session:
                add(session, here.committee)

        try:
            in_turn(transact)
        except QuestionThere:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(one, range(3))) == 1


def test_question_is_changed_in_its_place_while_nobody_draws_it(session: Session, here: Hall) -> None:
    question = add(session, here.committee)

    changed = change(session, question, CORRECTED)

    assert changed is question
    assert (content_of(changed), changed.revision) == (CORRECTED, 2)


def test_second_of_two_who_change_a_question_is_told(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        question = add(session, hall(session).committee)
        change(session, question, CORRECTED)

        with pytest.raises(QuestionOvertaken):
            change(session, question, replace(SINGLE, explanation="晚了"))
        with pytest.raises(QuestionOvertaken):
            bank.retire_question(session, question=question, revision=1, now=NOW)

        assert content_of(question) == CORRECTED


def test_question_may_not_become_another_of_the_bank(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
        question = add(session, here.committee)
        add(session, here.committee, FILL)

        with pytest.raises(QuestionThere):
            change(session, question, FILL)
        session.refresh(question)

        assert content_of(question) == SINGLE


def test_question_that_is_being_drawn_is_replaced_and_papers_keep_the_old_one(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions, drawn={QuestionKind.SINGLE: 1})
    with any_sessions.begin() as session:
        sheet = papers.open_paper(session, quiz_id=quiz_id, member_id=here.people[0], path=here.path, now=NOW)
        old = session.scalars(select(Question).where(Question.kind == QuestionKind.SINGLE)).one()
        right = sheet.questions[0].choices.index("1921年")

        new = change(session, old, CORRECTED)

        assert (new.id != old.id, new.made_by, content_of(new)) == (True, OTHER, CORRECTED)
        assert (old.retired_at, content_of(old)) == (NOW, SINGLE)
        result = papers.submit(
            session,
            paper_id=sheet.paper_id,
            member_id=here.people[0],
            mark=sheet.mark,
            answers={1: [right]},
            now=NOW,
        )
        assert result.correct == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "党史"},
        {"drawn": {QuestionKind.FILL: 1}},
        {"opens_at": NOW + timedelta(hours=1)},
    ],
    ids=str,
)
def test_question_that_no_open_quiz_draws_is_changed_in_its_place(
    session: Session, here: Hall, changes: dict[str, object]
) -> None:
    question, *_ = stocked(session, here.committee)
    stocked(
        session, here.committee, *(replace(one, subject="党史", words=f"党史：{one.words}") for one in ALL)
    )
    quiz(session, here, **changes)

    assert change(session, question, CORRECTED) is question


def test_question_is_changed_in_its_place_once_the_quiz_is_over(session: Session, here: Hall) -> None:
    question, *_ = stocked(session, here.committee)
    quiz(session, here)
    assert change(session, question, CORRECTED, now=CLOSES) is question

    service.close_due(session, now=AFTER)

    assert change(session, question, SINGLE, revision=2) is question


def test_refused_change_of_a_question_that_is_drawn_retires_nothing(session: Session, here: Hall) -> None:
    question, *_ = stocked(session, here.committee)
    quiz(session, here)

    with pytest.raises(QuestionThere):
        change(session, question, FILL)
    with pytest.raises(QuestionWrong):
        change(session, question, replace(SINGLE, answer=()))

    session.refresh(question)
    assert question.retired_at is None


def test_retired_question_is_drawn_no_more_and_may_come_back(session: Session, here: Hall) -> None:
    question = add(session, here.committee)
    bank.retire_question(session, question=question, revision=1, now=NOW)
    assert bank_listing.stock(session, here.committee, "")[QuestionKind.SINGLE] == 0
    with pytest.raises(QuestionThere):
        add(session, here.committee)
    with pytest.raises(QuestionOvertaken):
        bank.retire_question(session, question=question, revision=2, now=NOW)
    with pytest.raises(QuestionOvertaken):
        change(session, question, CORRECTED, revision=2)

    bank.restore_question(session, question=question, revision=2)

    assert bank_listing.stock(session, here.committee, "")[QuestionKind.SINGLE] == 1
    with pytest.raises(QuestionOvertaken):
        bank.restore_question(session, question=question, revision=3)


def test_question_whose_place_is_taken_does_not_come_back(session: Session, here: Hall) -> None:
    question, *_ = stocked(session, here.committee)
    quiz(session, here)
    change(session, question, CORRECTED)

    with pytest.raises(QuestionThere):
        bank.restore_question(session, question=question, revision=2)


def test_lists_keep_to_the_scope_and_what_is_wanted(session: Session, here: Hall) -> None:
    stocked(session, here.committee, *singles(3, "党史"), FILL)
    theirs = add(session, here.other)
    retired = add(session, here.committee)
    bank.retire_question(session, question=retired, revision=1, now=NOW)
    own = Scope.of([here.path])
    everything, nothing = Scope.of([here.paths[0]]), Scope.of([])

    def words(scope: Scope, **wanted: object) -> list[str]:
        narrowed = Wanted(**wanted)  # type: ignore[arg-type]  # each line names real fields
        found = bank_listing.questions(session, scope, narrowed)
        assert bank_listing.question_count(session, scope, narrowed) == len(found)
        return [one.words for one in found]

    assert words(everything) == [SINGLE.words, FILL.words, "第2题", "第1题", "第0题"]
    assert words(everything, kind=QuestionKind.FILL) == [FILL.words]
    assert words(everything, subject="党史", text="第1\0题") == ["第1题"]
    assert words(everything, text="%") == []
    assert words(everything, retired=True) == [SINGLE.words]
    assert words(own) == words(nothing) == []
    assert bank_listing.question_for_staff(session, own, theirs.id) is None
    assert bank_listing.question_for_staff(session, everything, theirs.id) is theirs
    assert bank_listing.question_for_staff(session, everything, 2**63) is None
    assert bank_listing.subjects(session, here.committee) == ["", "党史"]
    assert bank_listing.stock(session, here.committee, "党史")[QuestionKind.SINGLE] == 3
