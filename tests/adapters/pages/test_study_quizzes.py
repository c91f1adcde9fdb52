"""Quizzes and contests on the phone: voluntary, judged by the server, and the result for the taker alone."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.organizations.models import Organization
from app.study.quizzes import bank, contests, service
from app.study.quizzes.models import ContestEntry, Question, Quiz, QuizPaper
from tests import factories
from tests.adapters.console import quizzed
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW
from tests.unit.study.quizzes import halls
from tests.unit.study.quizzes.halls import ALL, CLOSES, ONE_OF_EACH

MARK = re.compile(r'name="mark" value="(\d+)"')
LATER = NOW + timedelta(minutes=5)


@dataclass(frozen=True)
class Room:
    """A branch whose member sits before the phone."""

    door: Door
    people: People
    phone: Phone
    branch: Organization

    def quiz(self, **changed: Any) -> int:
        """Open at NOW, with one question of each kind; its id."""
        with self.door.services.sessions.begin() as session:
            changes = {"title": "党章测验", "drawn": ONE_OF_EACH, "closes_at": CLOSES, **changed}
            return quizzed.published(session, self.branch, **changes).id

    def paper(self, quiz_id: int, phone: Phone | None = None) -> tuple[str, str]:
        """(its text, its mark)."""
        text = (phone or self.phone).get(f"/m/study/quizzes/{quiz_id}/paper").text
        found = MARK.search(text)
        return text, found[1] if found else ""

    def answers(self, quiz_id: int) -> dict[str, list[object]]:
        """The right ones, out of the table, where alone they are before handing in."""
        with self.door.services.sessions.read() as session:
            paper = session.query(QuizPaper).filter_by(quiz_id=quiz_id).one()
            sheet = _Sheet(paper.id)
            right = halls.right_answers(session, sheet)  # type: ignore[arg-type]  # asks for the id alone
        return {
            f"{'b' if isinstance(said[0], str) else 'c'}{number}": list(said)
            for number, said in right.items()
        }

    def hand_in(self, quiz_id: int, form: Any, phone: Phone | None = None) -> Any:
        return (phone or self.phone).post(f"/m/study/quizzes/{quiz_id}/paper", form)

    def taken(self, quiz_id: int) -> str:
        """The address of the result of a paper with every answer right."""
        _, mark = self.paper(quiz_id)
        answer = self.hand_in(quiz_id, {"mark": mark, **self.answers(quiz_id)})
        return str(answer.headers["Location"])

    def closed(self) -> None:
        self.door.clock.at = CLOSES + timedelta(minutes=1)
        with self.door.services.sessions.begin() as session:
            service.close_due(session, now=self.door.clock.now())


@dataclass(frozen=True)
class _Sheet:
    paper_id: int


@pytest.fixture
def room(door: Door, people: People) -> Room:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        halls.stocked(session, branch.id)
        session.flush()
    return Room(door, people, door.signed_in(people.member.identity_id), branch)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_without_quizzes_the_page_says_so(room: Room) -> None:
    said = words(room.phone.get("/m/study/quizzes").text)

    assert [
        part in said for part in ("现在没有测验或竞赛", "您还没有交过卷", "书记和管理员也看不到", "竞赛结果")
    ] == [True, True, True, False]


def test_page_with_questions_holds_no_answers(room: Room) -> None:
    text, _ = room.paper(room.quiz())

    explained = [one.explanation for one in ALL if one.explanation]
    accepted = [said for one in ALL for blank in one.blanks for said in blank]
    assert [one.words in text for one in ALL] == [True] * len(ALL)
    assert [said for said in (*explained, *accepted) if said in text] == []
    assert " checked" not in text


def test_paper_is_the_same_at_the_second_look(room: Room) -> None:
    quiz = room.quiz()

    first, again = (room.paper(quiz)[1] for _ in range(2))

    assert first == again != ""


def test_all_right_answers_are_told_with_explanations_after_handing_in(room: Room) -> None:
    address = room.taken(room.quiz())

    said = words(room.phone.get(address).text)

    assert "答对 4 题，共 4 题" in said
    assert ALL[0].explanation in said
    assert "换一组题再练" in said
    assert "没有答对" not in said


def test_what_was_forgotten_is_asked_for_once_and_the_rest_stays(room: Room) -> None:
    quiz = room.quiz()
    _, mark = room.paper(quiz)
    form = {"mark": mark, "b4": ["上海滩", ""]}

    asked = room.hand_in(quiz, form)
    done = room.hand_in(quiz, {**form, "sure": "yes"})

    assert asked.status_code == 422
    assert "还有 4 题没有答完" in words(asked.text)
    assert 'value="上海滩"' in asked.text
    assert "就这样交卷" in asked.text
    assert done.status_code == 303
    assert "答对 0 题，共 4 题" in words(room.phone.get(done.headers["Location"]).text)


def test_second_phone_hears_that_the_first_one_counts(room: Room) -> None:
    quiz = room.quiz()
    _, mark = room.paper(quiz)
    room.hand_in(quiz, {"mark": mark, "sure": "yes"})

    second = room.hand_in(quiz, {"mark": mark, **room.answers(quiz)})

    assert second.status_code == 409
    assert "您已经交过卷" in second.text
    assert "答对 0 题，共 4 题" in words(second.text)


def test_paper_that_was_handed_in_leads_to_its_result(room: Room) -> None:
    quiz = room.quiz()
    address = room.taken(quiz)

    answer = room.phone.get(f"/m/study/quizzes/{quiz}/paper")

    assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_practising_draws_anew_and_the_result_stands_until_then(room: Room) -> None:
    quiz = room.quiz()
    address = room.taken(quiz)
    room.door.clock.at = LATER

    led = [room.phone.post(f"{address}/again").headers["Location"] for _ in range(2)]
    said = words(room.phone.get(address).text)

    assert led == [f"/m/study/quizzes/{quiz}/paper"] * 2
    assert ("接着答新题" in said, "答对 4 题，共 4 题" in said, "换一组题再练" in said) == (True, True, False)
    assert ALL[0].explanation not in said


def test_answers_to_questions_that_were_changed_for_others_are_not_taken(room: Room) -> None:
    quiz = room.quiz()
    _, old = room.paper(quiz)
    address = room.taken(quiz)
    room.door.clock.at = LATER
    room.phone.post(f"{address}/again")

    late = room.hand_in(quiz, {"mark": old, "c1": ["0"]})

    assert late.status_code == 409
    assert "没有交上" in late.text
    assert MARK.search(late.text)
    assert " checked" not in late.text


@pytest.mark.parametrize(
    "form",
    [
        {"c1": ["9"]},
        {"c1": ["-1"]},
        {"c1": ["x\x00"]},
        {"c1": ["0", "1"]},
        {"c99": ["0"]},
        {"b4": ["长" * 201, "嘉兴"]},
        {"b4": ["一", "二", "三"]},
        {"c4": ["0"]},
    ],
    ids=["no such choice", "negative", "NUL", "two of one", "no such question", "long", "too many", "kind"],
)
def test_hostile_answers_are_refused_in_words_and_nothing_is_handed_in(room: Room, form: Any) -> None:
    quiz = room.quiz()
    _, mark = room.paper(quiz)

    answer = room.hand_in(quiz, {"mark": mark, "sure": "yes", **form})

    assert answer.status_code == 409
    assert "没有交上" in answer.text
    with room.door.services.sessions.read() as session:
        assert session.query(QuizPaper).one().submitted_at is None


def test_typed_answers_are_shown_as_text(room: Room) -> None:
    quiz = room.quiz()
    _, mark = room.paper(quiz)

    asked = room.hand_in(quiz, {"mark": mark, "b4": ['"><script>alert(1)</script>', "x\x00y"]})

    assert asked.status_code == 422
    assert "<script>alert" not in asked.text


def test_nobody_else_sees_a_result(room: Room) -> None:
    address = room.taken(room.quiz())
    other = room.door.signed_in(room.people.other.identity_id)

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/again").status_code == 404
    assert "答对" not in other.get("/m/study/quizzes").text


def test_quiz_for_others_does_not_exist_here(room: Room) -> None:
    with room.door.services.sessions.begin() as session:
        elsewhere = factories.organization(session, name="别处支部")
        bank.add_question(session, organization_id=elsewhere.id, content=ALL[2], by="x", now=NOW)
        theirs = quizzed.published(session, elsewhere, title="别处测验").id

    found = [
        room.phone.get(f"/m/study/quizzes/{number}{more}").status_code
        for number in (theirs, 999, 2147483648)
        for more in ("", "/paper", "/results")
    ]

    assert found == [404] * 9
    assert "别处测验" not in room.phone.get("/m/study/quizzes").text


def test_quiz_that_has_not_begun_waits(room: Room) -> None:
    quiz = room.quiz(opens_at=NOW + timedelta(days=1))

    assert "还没有开始" in room.phone.get(f"/m/study/quizzes/{quiz}").text
    answer = room.phone.get(f"/m/study/quizzes/{quiz}/paper")
    assert (answer.status_code, "请到时间再来" in answer.text) == (409, True)


def test_time_that_runs_out_before_handing_in_is_said(room: Room) -> None:
    quiz = room.quiz(closes_at=LATER)
    _, mark = room.paper(quiz)
    room.door.clock.at = LATER

    answer = room.hand_in(quiz, {"mark": mark, "sure": "yes"})

    assert (answer.status_code, "时间已过，已经结束了" in answer.text) == (409, True)


def test_after_the_end_the_own_result_is_all_that_is_left(room: Room) -> None:
    quiz = room.quiz()
    address = room.taken(quiz)
    room.closed()
    phone = room.door.signed_in(room.people.member.identity_id)

    said = words(phone.get(address).text)

    assert ("答对 4 题，共 4 题" in said, "只留下这个结果" in said, "换一组题" in said) == (True, True, False)
    assert ALL[0].words not in said
    assert "答对 4 题，共 4 题" in phone.get("/m/study/quizzes").text


def test_bank_that_was_emptied_is_said(room: Room) -> None:
    quiz = room.quiz()
    with room.door.services.sessions.begin() as session:
        for one in session.query(Question):
            one.retired_at = NOW

    answer = room.phone.get(f"/m/study/quizzes/{quiz}/paper")

    assert (answer.status_code, "题目已全部停用" in answer.text) == (409, True)


def test_longest_paper_fits_through_the_gate(room: Room) -> None:
    """A hundred questions with ten blanks of fifty signs each: only the form's size is meant here."""
    quiz = room.quiz()
    _, mark = room.paper(quiz)
    form = {f"b{number}": ["字" * 50] * 10 for number in range(1, 101)}

    assert room.hand_in(quiz, {"mark": mark, **form}).status_code == 409


def test_contest_asks_for_a_sign_up_first(room: Room) -> None:
    quiz = room.quiz(contest=True)

    page = room.phone.get(f"/m/study/quizzes/{quiz}")
    early = room.phone.get(f"/m/study/quizzes/{quiz}/paper")

    assert ("报名" in page.text, "开始答题" in page.text, " checked" in page.text) == (True, False, False)
    assert (early.status_code, "参加竞赛要先报名" in early.text) == (409, True)


def entries(room: Room) -> list[bool]:
    with room.door.services.sessions.read() as session:
        return [one.consents for one in session.query(ContestEntry)]


def test_signing_up_twice_is_once_and_consent_is_never_assumed(room: Room) -> None:
    quiz = room.quiz(contest=True)

    for _ in range(2):
        assert room.phone.post(f"/m/study/quizzes/{quiz}/enter").status_code == 303

    assert entries(room) == [False]
    page = words(room.phone.get(f"/m/study/quizzes/{quiz}").text)
    assert ("不公布您的结果" in page, "开始答题" in page) == (True, True)


def test_who_leaves_is_gone_and_leaving_twice_is_no_fault(room: Room) -> None:
    quiz = room.quiz(contest=True)
    room.phone.post(f"/m/study/quizzes/{quiz}/enter", {"consents": "yes"})

    left = [room.phone.post(f"/m/study/quizzes/{quiz}/leave").status_code for _ in range(2)]

    assert (left, entries(room)) == ([303, 303], [])


def test_contest_is_answered_once(room: Room) -> None:
    quiz = room.quiz(contest=True)
    room.phone.post(f"/m/study/quizzes/{quiz}/enter")
    address = room.taken(quiz)

    again = room.phone.post(f"{address}/again")

    assert "换一组题" not in room.phone.get(address).text
    assert (again.status_code, "竞赛每人答一次" in again.text) == (409, True)


def agreed(room: Room, quiz: int, *, consents: str) -> str:
    room.phone.post(f"/m/study/quizzes/{quiz}/enter", {"consents": consents})
    return room.taken(quiz)


def publish(room: Room, quiz: int) -> None:
    room.closed()
    with room.door.services.sessions.begin() as session:
        contests.publish_results(
            session, quiz=session.get_one(Quiz, quiz), by="shuji", now=room.door.clock.now()
        )


def test_published_results_name_who_agrees_until_they_take_it_back(room: Room) -> None:
    quiz = room.quiz(contest=True, title="党章竞赛")
    agreed(room, quiz, consents="yes")
    publish(room, quiz)
    mine, other = (room.door.signed_in(one.identity_id) for one in (room.people.member, room.people.other))

    before = words(other.get(f"/m/study/quizzes/{quiz}/results").text)
    back = mine.post(f"/m/study/quizzes/{quiz}/consent")
    after = words(other.get(f"/m/study/quizzes/{quiz}/results").text)

    assert "李四 机电党支部 答对 4 题，共 4 题" in before
    assert "按姓名的拼音排列" in before
    assert (back.status_code, back.headers["Location"]) == (303, f"/m/study/quizzes/{quiz}#consent")
    assert ("李四" in after, "没有人同意公布" in after) == (False, True)
    assert mine.post(f"/m/study/quizzes/{quiz}/consent", {"consents": "yes"}).status_code == 409


def test_unpublished_results_are_nowhere(room: Room) -> None:
    quiz = room.quiz(contest=True)
    agreed(room, quiz, consents="yes")
    room.closed()

    other = room.door.signed_in(room.people.other.identity_id)

    assert other.get(f"/m/study/quizzes/{quiz}/results").status_code == 404
