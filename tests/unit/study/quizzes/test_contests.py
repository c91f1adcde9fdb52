"""A contest: signing up, agreeing to the publication or not, and a list in the order of names."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.core.db import Session, Sessions, in_turn
from app.members.models import Member, PartyStatus
from app.organizations.scope import Scope
from app.study.quizzes import contests, papers, queries, service
from app.study.quizzes.contests import ContestNotOver, NobodyAgrees, NotAContest, ResultsPublished
from app.study.quizzes.models import ContestEntry, Quiz
from app.study.quizzes.queries import Published
from app.study.quizzes.running import NotEntered, QuizClosed, QuizUnknown
from app.study.quizzes.states import QuizState
from tests.factories import NOW
from tests.unit.study.quizzes.halls import AFTER, CLOSES, SECRETARY, Hall, open_hall, quiz, right_answers


def enter(session: Session, here: Hall, quiz_id: int, member: int = 0, *, consents: bool = True) -> None:
    contests.enter(
        session,
        quiz_id=quiz_id,
        member_id=here.people[member],
        path=here.path,
        consents=consents,
        now=NOW,
    )


def take(session: Session, here: Hall, quiz_id: int, member: int, right: int) -> None:
    """With as many of the four questions right."""
    member_id = here.people[member]
    sheet = papers.open_paper(session, quiz_id=quiz_id, member_id=member_id, path=here.path, now=NOW)
    answers = {at: one for at, one in right_answers(session, sheet).items() if at <= right}
    papers.submit(
        session, paper_id=sheet.paper_id, member_id=member_id, mark=sheet.mark, answers=answers, now=NOW
    )


def agreements(session: Session) -> list[bool]:
    return list(session.scalars(select(ContestEntry.consents).order_by(ContestEntry.member_id)))


def over(session: Session, quiz_id: int) -> Quiz:
    service.close_due(session, now=AFTER)
    return session.get_one(Quiz, quiz_id)


def held(sessions: Sessions) -> tuple[Hall, int]:
    """Over: of four who signed up the first three took part, and the first two of them and the last agree."""
    here, quiz_id = open_hall(sessions, people=4, contest=True)
    with sessions.begin() as session:
        for member, consents in enumerate((True, True, False, True)):
            enter(session, here, quiz_id, member, consents=consents)
        for member, right in ((0, 1), (1, 4), (2, 3)):
            take(session, here, quiz_id, member, right)
        over(session, quiz_id)
    return here, quiz_id


def test_signing_up_twice_is_signing_up_once(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions, contest=True)

    def one(_: int) -> None:
        def transact() -> None:
            with any_sessions.begin() as session:
                enter(session, here, quiz_id)

        in_turn(transact)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))

    with any_sessions.read() as session:
        assert agreements(session) == [True]


@pytest.mark.parametrize("said", [(True, False), (False, True), (False, False)])
def test_signing_up_again_takes_an_agreement_back_and_never_gives_one(
    any_sessions: Sessions, said: tuple[bool, bool]
) -> None:
    here, quiz_id = open_hall(any_sessions, contest=True)
    with any_sessions.begin() as session:
        for consents in said:
            enter(session, here, quiz_id, consents=consents)

        assert agreements(session) == [False]


def test_sign_up_is_for_contests_that_reach_the_member_and_are_not_over(sessions: Sessions) -> None:
    here, quiz_id = open_hall(sessions, contest=True)
    with sessions.begin() as session:
        plain = quiz(session, here).id
        with pytest.raises(NotAContest):
            enter(session, here, plain)
        for unknown in (999_999, 0, 2**31, 2**63):
            with pytest.raises(QuizUnknown):
                enter(session, here, unknown)
        elsewhere = Hall(0, 0, 0, ("/9/", "/9/10/", "/9/11/"), here.people, here.stranger)
        with pytest.raises(QuizUnknown):
            enter(session, elsewhere, quiz_id)
        over(session, quiz_id)
        with pytest.raises(QuizClosed):
            enter(session, here, quiz_id)
        with pytest.raises(QuizClosed):
            contests.leave(session, quiz_id=quiz_id, member_id=here.people[0], now=NOW)


def test_who_leaves_is_signed_up_no_more(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions, contest=True)
    with any_sessions.begin() as session:
        enter(session, here, quiz_id)
        contests.leave(session, quiz_id=quiz_id, member_id=here.people[0], now=NOW)

        assert agreements(session) == []
        with pytest.raises(NotEntered):
            contests.leave(session, quiz_id=quiz_id, member_id=here.people[0], now=NOW)


def test_results_are_those_of_who_agrees_and_took_part_in_the_order_of_names(any_sessions: Sessions) -> None:
    here, quiz_id = held(any_sessions)
    with any_sessions.begin() as session:
        for member, (name, pinyin) in zip(
            here.people,
            (("张三", "zhang san"), ("李四", "li si"), ("王五", "wang wu"), ("丁一", "ding yi")),
            strict=True,
        ):
            row = session.get_one(Member, member)
            row.name, row.name_pinyin = name, pinyin

        assert queries.published_results(session, here.path, quiz_id) is None
        count = contests.publish_results(
            session, quiz=session.get_one(Quiz, quiz_id), by=SECRETARY, now=AFTER
        )

        assert count == 2
        assert queries.published_results(session, here.path, quiz_id) == [
            Published("李四", "第一党支部", 4, 4),
            Published("张三", "第一党支部", 1, 4),
        ]
        made = session.get_one(Quiz, quiz_id)
        assert (made.results_at, made.results_by) == (AFTER, SECRETARY)
        assert agreements(session) == [True, True, True]


@pytest.mark.parametrize("right", [(1, 4), (4, 1), (2, 2)])
def test_order_does_not_tell_who_was_better(sessions: Sessions, right: tuple[int, int]) -> None:
    here, quiz_id = open_hall(sessions, contest=True)
    with sessions.begin() as session:
        for member, number in enumerate(right):
            enter(session, here, quiz_id, member)
            take(session, here, quiz_id, member, number)
        contests.publish_results(session, quiz=over(session, quiz_id), by=SECRETARY, now=AFTER)

        listed = queries.published_results(session, here.path, quiz_id) or []

    assert [(one.name, one.correct) for one in listed] == [("党员0", right[0]), ("党员1", right[1])]


def test_results_are_published_once(any_sessions: Sessions) -> None:
    _, quiz_id = held(any_sessions)

    def one(_: int) -> int:
        def transact() -> int:
            with any_sessions.begin() as session:
                made = session.get_one(Quiz, quiz_id)
                return contests.publish_results(session, quiz=made, by=SECRETARY, now=AFTER)

        try:
            return in_turn(transact)
        except ResultsPublished:
            return 0

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, range(3))) == [0, 0, 2]


def test_nothing_is_published_before_the_end_of_a_quiz_or_where_nobody_agrees(sessions: Sessions) -> None:
    here, quiz_id = open_hall(sessions, contest=True)
    with sessions.begin() as session:
        contest, plain = session.get_one(Quiz, quiz_id), quiz(session, here)
        enter(session, here, quiz_id, consents=False)
        take(session, here, quiz_id, 0, 4)
        with pytest.raises(ContestNotOver):
            contests.publish_results(session, quiz=contest, by=SECRETARY, now=CLOSES)
        over(session, quiz_id)
        session.refresh(plain)
        assert plain.state is QuizState.CLOSED
        with pytest.raises(NotAContest):
            contests.publish_results(session, quiz=plain, by=SECRETARY, now=AFTER)

        with pytest.raises(NobodyAgrees):
            contests.publish_results(session, quiz=contest, by=SECRETARY, now=AFTER)

        assert queries.published_results(session, here.path, quiz_id) is None
        assert agreements(session) == [False]


def test_agreement_is_taken_back_at_any_time_and_given_until_the_publication(any_sessions: Sessions) -> None:
    here, quiz_id = held(any_sessions)
    with any_sessions.begin() as session:
        contests.set_consent(session, quiz_id=quiz_id, member_id=here.people[2], consents=True)
        contests.set_consent(session, quiz_id=quiz_id, member_id=here.people[0], consents=False)
        made = session.get_one(Quiz, quiz_id)
        assert contests.publish_results(session, quiz=made, by=SECRETARY, now=AFTER) == 2

        contests.set_consent(session, quiz_id=quiz_id, member_id=here.people[1], consents=False)

        listed = queries.published_results(session, here.path, quiz_id) or []
        assert [one.name for one in listed] == ["党员2"]
        for member in (0, 1):
            with pytest.raises(ResultsPublished):
                contests.set_consent(session, quiz_id=quiz_id, member_id=here.people[member], consents=True)


def test_only_who_signed_up_agrees(sessions: Sessions) -> None:
    here, quiz_id = open_hall(sessions, contest=True)
    with sessions.begin() as session:
        for quiz, member in ((quiz_id, here.people[0]), (999_999, here.people[0]), (2**63, here.people[0])):
            for consents in (True, False):
                with pytest.raises(NotEntered):
                    contests.set_consent(session, quiz_id=quiz, member_id=member, consents=consents)


def test_results_are_shown_to_whom_the_contest_reaches_and_of_who_is_still_there(sessions: Sessions) -> None:
    here, quiz_id = held(sessions)
    with sessions.begin() as session:
        made = session.get_one(Quiz, quiz_id)
        assert queries.published_contests(session, here.path) == []
        contests.publish_results(session, quiz=made, by=SECRETARY, now=AFTER)
        assert queries.published_contests(session, here.paths[2]) == [made]
        assert queries.published_contests(session, "/9/10/") == []
        gone = update(Member).where(Member.id == here.people[0]).values(status=PartyStatus.TRANSFERRED)
        session.execute(gone)

        listed = queries.published_results(session, here.paths[2], quiz_id) or []

        assert [one.name for one in listed] == ["党员1"]
        assert queries.published_results(session, "/9/10/", quiz_id) is None
        assert queries.published_results(session, here.path, 2**63) is None


def test_own_results_say_whether_one_agreed(sessions: Sessions) -> None:
    here, _ = held(sessions)
    with sessions.read() as session:
        assert [
            [
                (one.contest, one.consents, one.results_at)
                for one in queries.own_results(session, member_id=member)
            ]
            for member in here.people
        ] == [[(True, True, None)], [(True, True, None)], [(True, False, None)], []]


def test_staff_see_quizzes_of_their_scope_and_numbers_of_sign_ups(sessions: Sessions) -> None:
    here, quiz_id = open_hall(sessions, people=5, contest=True)
    with sessions.begin() as session:
        everything, own = Scope.of([here.paths[0]]), Scope.of([here.path])
        for member in range(5):
            enter(session, here, quiz_id, member)

        assert queries.numbers(session, quiz_id) == queries.Numbers(5, None)
        assert [one.id for one in queries.quizzes(session, everything)] == [quiz_id]
        assert queries.quizzes(session, everything, state=QuizState.DRAFT) == []
        assert queries.quizzes(session, own) == []
        assert queries.quiz_count(session, everything, state=QuizState.PUBLISHED) == 1
        assert queries.quiz_count(session, own) == 0
        assert queries.quiz_for_staff(session, everything, quiz_id) is not None
        assert queries.quiz_for_staff(session, own, quiz_id) is None
        assert queries.quiz_for_staff(session, everything, 2**63) is None
