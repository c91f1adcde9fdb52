"""Taking a quiz: the same paper on every phone, no answer before it is handed in, and handed in once."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.study.quizzes import bank, contests, papers, queries, service, sheets
from app.study.quizzes.models import Question, QuestionKind, Quiz, QuizPaper
from app.study.quizzes.papers import (
    AlreadySubmitted,
    ContestOnce,
    PaperDrawnAnew,
    QuizEmpty,
    QuizNotOpen,
)
from app.study.quizzes.rules import AnswerWrong
from app.study.quizzes.running import NotEntered, QuizClosed, QuizUnknown
from app.study.quizzes.sheets import Result, Sheet
from tests.factories import NOW
from tests.unit.study.quizzes.halls import (
    AFTER,
    CLOSES,
    FILL,
    SINGLE,
    TRUE_FALSE,
    Hall,
    content,
    hall,
    open_hall,
    quiz,
    right_answers,
    singles,
    stocked,
)

K = QuestionKind
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def here(session: Session) -> Hall:
    made = hall(session)
    stocked(session, made.committee)
    return made


def open_paper(
    session: Session, here: Hall, quiz_id: int, member: int = 0, seed: int | None = None, **given: Any
) -> Sheet:
    asked: dict[str, Any] = {
        "quiz_id": quiz_id,
        "member_id": here.people[member],
        "path": here.path,
        "now": NOW,
    } | given
    if seed is not None:
        asked["chance"] = Random(seed)
    return papers.open_paper(session, **asked)


def submit(session: Session, here: Hall, sheet: Sheet, answers: Any = None, **given: Any) -> Result:
    told: dict[str, Any] = {
        "paper_id": sheet.paper_id,
        "member_id": here.people[0],
        "mark": sheet.mark,
        "answers": right_answers(session, sheet) if answers is None else answers,
        "now": LATER,
    }
    return papers.submit(session, **(told | given))


def test_paper_shows_questions_and_nothing_that_tells_the_answers(session: Session, here: Hall) -> None:
    sheet = open_paper(session, here, quiz(session, here).id)

    assert [(one.number, one.kind, one.words, one.blanks) for one in sheet.questions] == [
        (1, K.SINGLE, SINGLE.words, 0),
        (2, K.MULTIPLE, "“三会一课”的“三会”包括哪些？", 0),
        (3, K.TRUE_FALSE, TRUE_FALSE.words, 0),
        (4, K.FILL, FILL.words, 2),
    ]
    assert sheet.questions[2].choices == ("正确", "错误")
    assert {frozenset(asdict(one)) for one in sheet.questions} == {
        frozenset({"number", "kind", "words", "choices", "blanks"})
    }
    sent = json.dumps(asdict(sheet), default=str, ensure_ascii=False)
    assert not any(text in sent for text in ("嘉兴", "南湖", SINGLE.explanation, TRUE_FALSE.explanation))


def test_second_phone_gets_the_same_paper(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)

    def one(seed: int) -> Sheet:
        def transact() -> Sheet:
            with any_sessions.begin() as session:
                return open_paper(session, here, quiz_id, seed=seed)

        return in_turn(transact)

    with ThreadPoolExecutor(4) as pool:
        sheets = list(pool.map(one, range(8)))

    assert sheets == sheets[:1] * 8
    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(QuizPaper)) == 1


def test_papers_differ_from_person_to_person(session: Session, here: Hall) -> None:
    stocked(session, here.committee, *singles(40))
    quiz_id = quiz(session, here, drawn={K.SINGLE: 10}).id

    first, second = (open_paper(session, here, quiz_id, member) for member in (0, 1))

    assert [one.words for one in first.questions] != [one.words for one in second.questions]


def test_result_comes_with_answers_and_explanations_once_it_is_handed_in(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        sheet = open_paper(session, here, quiz_id)
        assert queries.own_result(session, member_id=here.people[0], paper_id=sheet.paper_id) is None
        wrong = right_answers(session, sheet) | {1: [], 4: ["上海市", "北\0京"]}

        result = submit(session, here, sheet, wrong)

        assert (result.asked, result.correct, result.submitted_at) == (4, 2, LATER)
        assert [one.right for one in result.answered] == [False, True, True, False]
        single, _, judged, fill = result.answered
        assert [single.choices[at] for at in single.answer] == ["1921年"]
        assert (single.given, single.explanation) == ((), SINGLE.explanation)
        assert (judged.given, judged.answer, judged.explanation) == ((0,), (0,), TRUE_FALSE.explanation)
        assert (fill.given, fill.blanks) == (("上海市", "北京"), FILL.blanks)

    with any_sessions.read() as session:
        assert queries.own_result(session, member_id=here.people[0], paper_id=sheet.paper_id) == result


def test_of_two_phones_the_first_counts_and_the_second_is_told(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        sheet = open_paper(session, here, quiz_id)
        right = right_answers(session, sheet)

    def one(answers: Any) -> int | dict[str, object]:
        def transact() -> int:
            with any_sessions.begin() as session:
                return submit(session, here, sheet, answers).correct

        try:
            return in_turn(transact)
        except AlreadySubmitted as told:
            return told.details

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, [right, {}, right, {}]))

    counted = [one for one in said if isinstance(one, int)]
    assert len(counted) == 1
    assert said.count({"paper_id": sheet.paper_id}) == 3
    with any_sessions.begin() as session:
        assert session.scalars(select(QuizPaper.correct)).all() == counted
        with pytest.raises(AlreadySubmitted):
            submit(session, here, sheet, right)
        with pytest.raises(AlreadySubmitted):
            open_paper(session, here, quiz_id)


def test_refused_answers_hand_nothing_in(session: Session, here: Hall) -> None:
    sheet = open_paper(session, here, quiz(session, here).id)

    with pytest.raises(AnswerWrong):
        submit(session, here, sheet, {1: [99]})

    assert submit(session, here, sheet).correct == 4


def test_other_peoples_papers_are_nobodys(session: Session, here: Hall) -> None:
    sheet = open_paper(session, here, quiz(session, here).id)
    for paper_id, member_id in (
        (sheet.paper_id, here.people[1]),
        (sheet.paper_id, here.stranger),
        (sheet.paper_id + 1, here.people[0]),
        (2**31, here.people[0]),
        (2**63, here.people[0]),
        (-1, here.people[0]),
    ):
        with pytest.raises(QuizUnknown):
            submit(session, here, sheet, {}, paper_id=paper_id, member_id=member_id)
        with pytest.raises(QuizUnknown):
            papers.practise(session, paper_id=paper_id, member_id=member_id, now=NOW)
    submit(session, here, sheet)

    assert queries.own_result(session, member_id=here.people[1], paper_id=sheet.paper_id) is None
    assert queries.own_result(session, member_id=here.people[0], paper_id=2**63) is None


def test_quiz_of_others_a_draft_and_one_that_is_not_there_are_the_same(session: Session, here: Hall) -> None:
    stocked(session, here.other)
    theirs = service.make_quiz(
        session,
        organization_id=here.other,
        content=replace(content(), title="第二支部的"),
        by="shuji",
        now=NOW,
    )
    draft = service.make_quiz(session, organization_id=here.committee, content=content(), by="shuji", now=NOW)
    service.publish(session, quiz=theirs, revision=1, now=NOW)

    for quiz_id in (theirs.id, draft.id, 999_999, 0, -1, 2**31, 2**63):
        with pytest.raises(QuizUnknown):
            open_paper(session, here, quiz_id)


def test_paper_is_drawn_and_handed_in_between_opening_and_closing(session: Session, here: Hall) -> None:
    made = quiz(session, here, opens_at=NOW + timedelta(hours=1))
    with pytest.raises(QuizNotOpen):
        open_paper(session, here, made.id)

    sheet = open_paper(session, here, made.id, now=made.opens_at)

    with pytest.raises(QuizClosed):
        submit(session, here, sheet, now=CLOSES)
    with pytest.raises(QuizClosed):
        open_paper(session, here, made.id, member=1, now=CLOSES)
    assert submit(session, here, sheet, now=CLOSES - timedelta(seconds=1)).correct == 4


def test_closed_quiz_takes_nothing_in_whatever_its_time(session: Session, here: Hall) -> None:
    """The server whose clock is behind learns of the closing from the table."""
    quiz_id = quiz(session, here).id
    sheet = open_paper(session, here, quiz_id)
    submit(session, here, sheet)
    service.close_due(session, now=AFTER)

    for member in (0, 1):
        with pytest.raises(QuizClosed):
            open_paper(session, here, quiz_id, member)
    with pytest.raises(QuizClosed):
        submit(session, here, sheet, {})
    with pytest.raises(QuizClosed):
        papers.practise(session, paper_id=sheet.paper_id, member_id=here.people[0], now=NOW)


def test_who_moves_away_hands_in_what_they_began(session: Session, here: Hall) -> None:
    stocked(session, here.branch)
    made = service.make_quiz(session, organization_id=here.branch, content=content(), by="shuji", now=NOW)
    service.publish(session, quiz=made, revision=1, now=NOW)
    sheet = open_paper(session, here, made.id)

    with pytest.raises(QuizUnknown):
        open_paper(session, here, made.id, path=here.paths[2])

    assert submit(session, here, sheet).correct == 4


def test_fewer_questions_are_asked_where_some_were_retired(session: Session, here: Hall) -> None:
    made = quiz(session, here)
    kept, *others = session.scalars(select(Question).order_by(Question.id)).all()
    for one in others:
        bank.retire_question(session, question=one, revision=1, now=NOW)
    sheet = open_paper(session, here, made.id)
    assert [one.words for one in sheet.questions] == [kept.words]
    assert submit(session, here, sheet).asked == 1

    bank.retire_question(session, question=kept, revision=1, now=NOW)

    with pytest.raises(QuizEmpty):
        open_paper(session, here, made.id, member=1)


def test_new_questions_to_practise_with_and_the_result_stands_until_they_are_handed_in(
    any_sessions: Sessions,
) -> None:
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        stocked(session, here.committee, *singles(30))
        first = open_paper(session, here, quiz_id)
        submit(session, here, first)

        anew = papers.practise(session, paper_id=first.paper_id, member_id=here.people[0], now=LATER)

        assert anew.paper_id == first.paper_id
        assert anew.mark != first.mark
        standing = queries.own_result(session, member_id=here.people[0], paper_id=first.paper_id)
        assert standing is not None
        assert (standing.correct, standing.answered) == (4, ())
        with pytest.raises(PaperDrawnAnew):
            submit(session, here, first, {})
        assert open_paper(session, here, quiz_id) == anew

        assert submit(session, here, anew, {}).correct == 0
        assert session.scalar(select(func.count()).select_from(QuizPaper)) == 1


def test_half_done_practice_does_not_cost_the_result(session: Session, here: Hall) -> None:
    quiz_id = quiz(session, here).id
    sheet = open_paper(session, here, quiz_id)
    submit(session, here, sheet)
    papers.practise(session, paper_id=sheet.paper_id, member_id=here.people[0], now=LATER)

    service.close_due(session, now=AFTER)

    (own,) = queries.own_results(session, member_id=here.people[0])
    assert (own.correct, own.asked) == (4, 4)


def test_second_tap_on_practising_draws_no_others(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        stocked(session, here.committee, *singles(30))
        sheet = open_paper(session, here, quiz_id)
        untouched = papers.practise(session, paper_id=sheet.paper_id, member_id=here.people[0], now=NOW)
        assert untouched == sheet
        submit(session, here, sheet)

    def one(_: int) -> Sheet:
        def transact() -> Sheet:
            with any_sessions.begin() as session:
                return papers.practise(session, paper_id=sheet.paper_id, member_id=here.people[0], now=NOW)

        return in_turn(transact)

    with ThreadPoolExecutor(3) as pool:
        sheets = list(pool.map(one, range(3)))

    assert sheets == sheets[:1] * 3
    assert sheets[0].mark != sheet.mark


def test_contest_asks_for_a_sign_up_and_has_one_paper(session: Session, here: Hall) -> None:
    quiz_id = quiz(session, here, contest=True).id
    with pytest.raises(NotEntered):
        open_paper(session, here, quiz_id)
    member = here.people[0]
    contests.enter(session, quiz_id=quiz_id, member_id=member, path=here.path, consents=False, now=NOW)
    sheet = open_paper(session, here, quiz_id)
    contests.leave(session, quiz_id=quiz_id, member_id=member, now=NOW)
    with pytest.raises(NotEntered):
        submit(session, here, sheet)
    contests.enter(session, quiz_id=quiz_id, member_id=member, path=here.path, consents=False, now=NOW)
    assert open_paper(session, here, quiz_id) == sheet
    submit(session, here, sheet)

    with pytest.raises(ContestOnce):
        papers.practise(session, paper_id=sheet.paper_id, member_id=member, now=NOW)


def test_offers_say_what_this_member_has_done(session: Session, here: Hall) -> None:
    later = quiz(session, here, title="后结束", closes_at=AFTER)
    first = quiz(session, here, title="先结束")
    quiz(session, here, title="已过", closes_at=NOW + timedelta(minutes=1))
    submit(session, here, open_paper(session, here, first.id))
    begun = open_paper(session, here, later.id)

    def offered(member: int) -> list[tuple[str, str, int | None, bool]]:
        found = queries.open_quizzes(session, here.path, member_id=here.people[member], now=LATER)
        return [(one.quiz.title, one.organization_name, one.paper_id, one.submitted) for one in found]

    assert offered(0) == [
        ("先结束", "企业党委", begun.paper_id - 1, True),
        ("后结束", "企业党委", begun.paper_id, False),
    ]
    assert offered(1) == [("先结束", "企业党委", None, False), ("后结束", "企业党委", None, False)]


def test_own_results_are_ones_own(session: Session, here: Hall) -> None:
    for title, at in (("第一次", NOW), ("第二次", LATER)):
        submit(session, here, open_paper(session, here, quiz(session, here, title=title).id), now=at)
    open_paper(session, here, quiz(session, here, title="没交").id)

    mine = queries.own_results(session, member_id=here.people[0])

    assert [(one.title, one.correct, one.asked, one.consents) for one in mine] == [
        ("第二次", 4, 4, None),
        ("第一次", 4, 4, None),
    ]
    assert queries.own_results(session, member_id=here.people[0], offset=1, limit=1) == mine[1:]
    assert queries.own_results(session, member_id=here.people[1]) == []


@pytest.mark.parametrize("people", [4, 5])
def test_staff_see_numbers_of_people_and_none_of_a_few(sessions: Sessions, people: int) -> None:
    here, quiz_id = open_hall(sessions, people=6)
    with sessions.begin() as session:
        for member in range(people):
            sheet = open_paper(session, here, quiz_id, member)
            submit(session, here, sheet, {}, member_id=here.people[member])
        open_paper(session, here, quiz_id, 5)

        assert queries.numbers(session, quiz_id) == queries.Numbers(None, 5 if people == 5 else None)


def test_bank_that_changed_in_between_leaves_the_paper_as_it_was(session: Session, here: Hall) -> None:
    sheet = open_paper(session, here, quiz(session, here).id)
    session.execute(update(Question).values(words="改了", answer="[]", choices="[]"))

    assert submit(session, here, sheet).correct == 4


def test_member_who_is_not_there_is_a_bug_and_no_second_phone(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)

    with any_sessions.begin() as session, pytest.raises(IntegrityError):
        open_paper(session, here, quiz_id, member_id=999_999)
    with any_sessions.begin() as session:
        sheet = open_paper(session, here, quiz_id)
        paper = session.get_one(QuizPaper, sheet.paper_id)
        with pytest.raises(ValueError, match="nothing was handed in"):
            sheets.result(session.get_one(Quiz, quiz_id), paper)


@pytest.mark.parametrize(
    "refusal", [QuizUnknown, QuizClosed, NotEntered, AlreadySubmitted, PaperDrawnAnew, AnswerWrong]
)
def test_refusals_have_codes_of_their_own(refusal: type[DomainError]) -> None:
    assert refusal.code not in {"", DomainError.code}
