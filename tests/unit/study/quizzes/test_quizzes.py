"""A quiz from its draft to its end, when nothing is left but each taker's own result."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.study.library.models import StudyReach
from app.study.quizzes import contests, papers, queries, service
from app.study.quizzes.content import QuizDrawnWrong, QuizMarked, QuizTextWrong, QuizTimesWrong
from app.study.quizzes.models import ContestEntry, QuestionKind, Quiz, QuizPaper
from app.study.quizzes.running import QuizClosed, QuizUnknown
from app.study.quizzes.service import QuizNotInState, QuizOvertaken, QuizPast, TooFewQuestions
from app.study.quizzes.sheets import Sheet
from app.study.quizzes.states import QuizState
from tests.factories import NOW
from tests.unit.study.quizzes.halls import (
    AFTER,
    CLOSES,
    SECRETARY,
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
S = QuizState


@pytest.fixture
def here(session: Session) -> Hall:
    made = hall(session)
    stocked(session, made.committee)
    return made


def draft(session: Session, here: Hall, **changes: object) -> Quiz:
    return service.make_quiz(
        session, organization_id=here.committee, content=content(**changes), by=SECRETARY, now=NOW
    )


def paper(session: Session, here: Hall, quiz_id: int, member: int = 0) -> Sheet:
    return papers.open_paper(session, quiz_id=quiz_id, member_id=here.people[member], path=here.path, now=NOW)


def hand_in(session: Session, here: Hall, sheet: Sheet, member: int = 0, now: datetime = NOW) -> None:
    papers.submit(
        session,
        paper_id=sheet.paper_id,
        member_id=here.people[member],
        mark=sheet.mark,
        answers=right_answers(session, sheet),
        now=now,
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": " \0"}, QuizTextWrong),
        ({"title": "长" * 61}, QuizTextWrong),
        ({"about": "长" * 10_000}, QuizTextWrong),
        ({"subject": "长" * 21}, QuizTextWrong),
        ({"title": "内部资料测试"}, QuizMarked),
        ({"drawn": {}}, QuizDrawnWrong),
        ({"drawn": {K.SINGLE: 101}}, QuizDrawnWrong),
        ({"drawn": {K.SINGLE: 60, K.MULTIPLE: 41}}, QuizDrawnWrong),
        ({"drawn": {K.SINGLE: 2, K.FILL: -1}}, QuizDrawnWrong),
        ({"closes_at": NOW - timedelta(hours=1)}, QuizTimesWrong),
        ({"closes_at": datetime(9999, 12, 31, tzinfo=UTC)}, QuizTimesWrong),
        ({"opens_at": datetime(1, 1, 1, tzinfo=UTC)}, QuizTimesWrong),
        ({"opens_at": datetime.min.replace(tzinfo=NOW.tzinfo)}, QuizTimesWrong),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_quiz_is_refused(
    session: Session, here: Hall, changes: dict[str, Any], refusal: type[DomainError]
) -> None:
    made = draft(session, here)

    with pytest.raises(refusal):
        draft(session, here, **changes)
    with pytest.raises(refusal):
        service.change_quiz(session, quiz=made, revision=1, content=content(**changes), now=NOW)


def test_draft_is_changed_by_one_at_a_time(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
        made = draft(session, here)
        service.change_quiz(session, quiz=made, revision=1, content=content(title="新题目"), now=NOW)

        with pytest.raises(QuizOvertaken):
            service.change_quiz(session, quiz=made, revision=1, content=content(), now=NOW)

        assert (made.title, made.revision, made.state) == ("新题目", 2, S.DRAFT)


def test_quiz_is_published_when_there_are_enough_questions_of_each_kind(session: Session, here: Hall) -> None:
    made = draft(session, here, drawn={K.SINGLE: 3, K.MULTIPLE: 1, K.FILL: 2})
    stocked(session, here.branch, *singles(9))

    with pytest.raises(TooFewQuestions) as refusal:
        service.publish(session, quiz=made, revision=1, now=NOW)
    assert refusal.value.details["missing"] == {K.SINGLE: 2, K.FILL: 1}
    stocked(session, here.committee, *singles(2))
    service.change_quiz(session, quiz=made, revision=1, content=content(drawn={K.SINGLE: 3}), now=NOW)
    service.publish(session, quiz=made, revision=2, now=NOW)

    assert (made.state, made.published_at) == (S.PUBLISHED, NOW)


def test_questions_of_another_subject_are_none_of_a_quizs(session: Session, here: Hall) -> None:
    made = draft(session, here, subject="党史", drawn={K.SINGLE: 1})

    with pytest.raises(TooFewQuestions):
        service.publish(session, quiz=made, revision=1, now=NOW)
    stocked(session, here.committee, *singles(1, "党史"))
    service.publish(session, quiz=made, revision=1, now=NOW)

    assert paper(session, here, made.id).questions[0].words == "第0题"


def test_quiz_that_would_close_at_once_is_not_published(session: Session, here: Hall) -> None:
    made = draft(session, here)

    with pytest.raises(QuizPast):
        service.publish(session, quiz=made, revision=1, now=CLOSES)


def test_published_quiz_stays_what_it_is_and_only_gets_more_time(session: Session, here: Hall) -> None:
    made = quiz(session, here)
    with pytest.raises(QuizNotInState):
        service.change_quiz(session, quiz=made, revision=2, content=content(), now=NOW)
    with pytest.raises(QuizNotInState):
        service.publish(session, quiz=made, revision=2, now=NOW)

    service.extend(session, quiz=made, revision=2, closes_at=AFTER, now=NOW)

    assert made.closes_at == AFTER
    for wrong in (CLOSES, NOW + timedelta(days=400), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(QuizTimesWrong):
            service.extend(session, quiz=made, revision=3, closes_at=wrong, now=NOW)
    with pytest.raises(QuizPast):
        service.extend(session, quiz=made, revision=3, closes_at=AFTER + timedelta(days=1), now=AFTER)


@pytest.mark.parametrize("state", [S.CLOSED, S.WITHDRAWN])
def test_quiz_that_is_over_stays_so(session: Session, here: Hall, state: QuizState) -> None:
    made = quiz(session, here)
    if state is S.CLOSED:
        service.close_due(session, now=AFTER)
    else:
        service.withdraw(session, quiz=made, revision=2, now=NOW)

    with pytest.raises(QuizNotInState):
        service.publish(session, quiz=made, revision=3, now=NOW)
    with pytest.raises(QuizNotInState):
        service.withdraw(session, quiz=made, revision=3, now=NOW)
    with pytest.raises(QuizNotInState):
        service.extend(session, quiz=made, revision=3, closes_at=AFTER, now=NOW)


def test_of_two_who_publish_and_withdraw_at_once_one_is_told(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        here = hall(session)
        stocked(session, here.committee)
        made = draft(session, here)

    def one(verb: Any) -> bool:
        def transact() -> None:
            with any_sessions.begin() as session:
                verb(session, quiz=session.get_one(Quiz, made.id), revision=1, now=NOW)

        try:
            in_turn(transact)
        except (QuizOvertaken, QuizNotInState):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(one, (service.publish, service.withdraw))) == 1


def test_withdrawn_quiz_leaves_nothing_of_anybody(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions, contest=True)
    with any_sessions.begin() as session:
        for member in here.people:
            contests.enter(session, quiz_id=quiz_id, member_id=member, path=here.path, consents=True, now=NOW)
        sheet = paper(session, here, quiz_id)
        hand_in(session, here, sheet)
        service.withdraw(session, quiz=session.get_one(Quiz, quiz_id), revision=2, now=NOW)

    with any_sessions.begin() as session:
        for kind in (QuizPaper, ContestEntry):
            assert session.scalar(select(func.count()).select_from(kind)) == 0
        assert queries.open_quizzes(session, here.path, member_id=here.people[0], now=NOW) == []
        with pytest.raises(QuizUnknown):
            paper(session, here, quiz_id)
        with pytest.raises(QuizUnknown):
            papers.submit(
                session,
                paper_id=sheet.paper_id,
                member_id=here.people[0],
                mark=sheet.mark,
                answers={},
                now=NOW,
            )


def test_closing_leaves_of_a_paper_the_takers_own_result_alone(any_sessions: Sessions) -> None:
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        hand_in(session, here, paper(session, here, quiz_id))
        paper(session, here, quiz_id, member=1)
        assert service.close_due(session, now=CLOSES - timedelta(seconds=1)) == 0

        assert service.close_due(session, now=CLOSES) == 1
        assert service.close_due(session, now=AFTER) == 0

    with any_sessions.read() as session:
        (kept,) = session.scalars(select(QuizPaper)).all()
        assert (kept.member_id, kept.questions, kept.answers) == (here.people[0], "", "")
        assert (kept.asked, kept.correct, kept.submitted_at) == (4, 4, NOW)
        ended = session.get_one(Quiz, quiz_id)
        assert (ended.state, ended.ended_at) == (S.CLOSED, CLOSES)
        result = queries.own_result(session, member_id=here.people[0], paper_id=kept.id)
        assert result is not None
        assert (result.correct, result.asked, result.answered) == (4, 4, ())


def test_quiz_is_closed_by_one_of_two_jobs(any_sessions: Sessions) -> None:
    open_hall(any_sessions)

    def close() -> int:
        with any_sessions.begin() as session:
            return service.close_due(session, now=CLOSES)

    with ThreadPoolExecutor(1) as pool:
        with any_sessions.begin() as session:
            first = service.close_due(session, now=CLOSES)
            second = pool.submit(close)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.4)
        assert (first, second.result()) == (1, 0)


def test_draft_whose_time_is_over_is_not_closed(session: Session, here: Hall) -> None:
    made = draft(session, here)

    assert service.close_due(session, now=AFTER) == 0
    assert made.state is S.DRAFT


def test_what_is_handed_in_while_it_closes_is_erased_or_refused(any_sessions: Sessions) -> None:
    """The clock of the phone's server is a second behind that of the job."""
    here, quiz_id = open_hall(any_sessions)
    with any_sessions.begin() as session:
        sheet = paper(session, here, quiz_id)
    late = CLOSES - timedelta(microseconds=1)

    def close(_: Sessions) -> str:
        def transact() -> None:
            with any_sessions.begin() as session:
                service.close_due(session, now=CLOSES)

        in_turn(transact)
        return "closed"

    def submit(_: Sessions) -> str:
        def transact() -> None:
            with any_sessions.begin() as session:
                hand_in_late(session)

        try:
            in_turn(transact)
        except (QuizClosed, QuizUnknown):
            return "refused"
        return "counted"

    def hand_in_late(session: Session) -> None:
        papers.submit(
            session, paper_id=sheet.paper_id, member_id=here.people[0], mark=sheet.mark, answers={}, now=late
        )

    with ThreadPoolExecutor(2) as pool:
        done = [job.result() for job in (pool.submit(submit, any_sessions), pool.submit(close, any_sessions))]

    with any_sessions.read() as session:
        left = session.execute(select(QuizPaper.questions, QuizPaper.answers)).all()
        assert [tuple(one) for one in left] == ([("", "")] if "counted" in done else [])


@pytest.mark.parametrize("began", [False, True])
def test_taker_who_is_not_done_yet_holds_up_the_closing(any_sessions: Sessions, began: object) -> None:
    """Else a paper would be drawn, or answers written, behind the eraser's back."""
    here, quiz_id = open_hall(any_sessions)
    if began:
        with any_sessions.begin() as session:
            paper(session, here, quiz_id)

    def close() -> int:
        with any_sessions.begin() as other:
            return service.close_due(other, now=CLOSES)

    with ThreadPoolExecutor(1) as pool:
        with any_sessions.begin() as session:
            sheet = paper(session, here, quiz_id)
            if began:
                hand_in(session, here, sheet)
            closing = pool.submit(close)
            with pytest.raises(TimeoutError):
                closing.result(timeout=0.4)
        assert closing.result() == 1

    with any_sessions.read() as session:
        left = [tuple(one) for one in session.execute(select(QuizPaper.answers, QuizPaper.correct))]
        assert left == ([("", 4)] if began else [])


@pytest.mark.parametrize(
    ("reach", "seen"),
    [(StudyReach.EVERYBODY, (True, True, True)), (StudyReach.BELOW, (False, True, False))],
)
def test_quiz_reaches_whom_it_is_for(
    session: Session, here: Hall, reach: StudyReach, seen: tuple[bool, ...]
) -> None:
    stocked(session, here.branch)
    made = service.make_quiz(
        session, organization_id=here.branch, content=content(reach=reach), by=SECRETARY, now=NOW
    )
    service.publish(session, quiz=made, revision=1, now=NOW)

    offered = [
        [one.quiz.id for one in queries.open_quizzes(session, path, member_id=here.people[0], now=NOW)]
        for path in here.paths
    ]

    assert offered == [[made.id] if one else [] for one in seen]


def test_quiz_of_ones_own_is_for_the_organisation_itself(session: Session, here: Hall) -> None:
    made = quiz(session, here, reach=StudyReach.OWN)

    for path, reached in zip(here.paths, (True, False, False), strict=True):
        found = queries.open_quizzes(session, path, member_id=here.people[0], now=NOW)
        assert [one.quiz.id for one in found] == ([made.id] if reached else [])
    with pytest.raises(QuizUnknown):
        paper(session, here, made.id)
