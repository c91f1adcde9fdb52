"""Writing in and answering: nothing is lost, and the writer hears back once an answer."""

import json
import re
from datetime import datetime, timedelta
from itertools import chain, repeat

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, Sessions
from app.feedback import queries, service
from app.feedback.models import Side, Thread
from app.feedback.service import AnswerEmpty, FeedbackEmpty, FeedbackTooLong
from app.feedback.states import ThreadState
from app.members.models import WeChatIdentity
from app.notices.models import Delivery
from tests import factories
from tests.factories import NOW
from tests.unit.feedback.letters import answer, submit

LATER = NOW + timedelta(days=1)


def queued(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).order_by(Delivery.subject)))


def test_letter_is_kept_with_its_writer_and_open(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        member_id = factories.member(session, branch).id
        identity_id = factories.identity(session).id
        thread_id = submit(session, branch, member_id=member_id, identity_id=identity_id).id

    with any_sessions.read() as session:
        thread = session.get_one(Thread, thread_id)
        (message,) = queries.messages(session, thread_id)
    assert (thread.state, thread.opened_at, thread.answered_at) == (ThreadState.OPEN, NOW, None)
    assert (thread.organization_id, thread.member_id, thread.identity_id) == (
        branch.id,
        member_id,
        identity_id,
    )
    assert (message.side, message.author, message.text, message.at) == (
        Side.WRITER,
        "张三",
        "食堂晚班没有热菜",
        NOW,
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  前后空白 \n", "前后空白"),
        ("第一行\n第二行", "第一行\n第二行"),
        ("😀👨‍👩‍👧 𠮷野家", "😀👨‍👩‍👧 𠮷野家"),
        ("👍", "👍"),
        ("]]><b>'\"%s\\", "]]><b>'\"%s\\"),
        ("\u202e从右到左", "\u202e从右到左"),
        ("空\0字符", "空字符"),
        ("长" * 2000, "长" * 2000),
        ("𠮷" * 2000, "𠮷" * 2000),
    ],
    ids=["blanks", "lines", "emoji", "one-emoji", "markup", "right-to-left", "nul", "longest", "astral"],
)
def test_text_of_any_kind_is_kept_as_it_is(text: str, kept: str, any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        thread_id = submit(session, factories.organization(session), text).id

    with any_sessions.read() as session:
        assert [message.text for message in queries.messages(session, thread_id)] == [kept]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "　", "\u200b\u200d", "\0", "\ufeff \u202e"])
def test_letter_without_a_visible_character_is_refused(text: str, session: Session) -> None:
    with pytest.raises(FeedbackEmpty):
        submit(session, factories.organization(session), text)

    assert session.scalar(select(func.count()).select_from(Thread)) == 0


def test_letter_that_is_too_long_is_refused_with_its_length(session: Session) -> None:
    with pytest.raises(FeedbackTooLong) as refused:
        submit(session, factories.organization(session), "长" * 2001)

    assert refused.value.details == {"limit": 2000, "length": 2001}
    assert session.scalar(select(func.count()).select_from(Thread)) == 0


def test_numbers_are_of_one_form_that_nobody_misreads_or_counts(session: Session) -> None:
    branch = factories.organization(session)

    numbers = [submit(session, branch).number for _ in range(50)]

    assert len(set(numbers)) == 50
    assert all(re.fullmatch("[2-9A-HJKMNP-Z]{8}", number) for number in numbers)
    assert numbers != sorted(numbers)


def test_number_that_is_taken_is_drawn_again(any_sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = chain("AAAAAAAA", "AAAAAAAA", "BBBBBBBB")
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))

    with any_sessions.begin() as session:
        branch = factories.organization(session)
        numbers = [submit(session, branch).number for _ in range(2)]

    assert numbers == ["AAAAAAAA", "BBBBBBBB"]
    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Thread)) == 2


def test_numbers_that_are_all_taken_are_an_error_and_no_endless_search(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = factories.organization(session)
    draws = repeat("A")
    monkeypatch.setattr("secrets.choice", lambda _: next(draws))
    submit(session, branch)

    with pytest.raises(IntegrityError):
        submit(session, branch)


def test_answer_is_kept_and_queues_one_notice(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        identity_id = factories.identity(session).id
        thread = submit(session, factories.organization(session), identity_id=identity_id)
        message_id = answer(session, thread, now=LATER)
        number = thread.number

    with any_sessions.read() as session:
        (delivery,) = queued(session)
        (kept,) = session.scalars(select(Thread)).all()
        last = queries.messages(session, kept.id)[-1]
    assert (kept.state, kept.answered_at) == (ThreadState.ANSWERED, LATER)
    assert (last.side, last.author, last.text) == (Side.OFFICE, "李书记", "已安排热菜")
    assert (delivery.subject, delivery.identity_id, delivery.kind) == (
        f"feedback:{message_id}",
        identity_id,
        "feedback_answered",
    )
    assert json.loads(delivery.fields) == {"number": number, "text": "已安排热菜"}


def test_second_answer_is_a_notice_of_its_own_and_the_first_time_stays(session: Session) -> None:
    identity_id = factories.identity(session).id
    thread = submit(session, factories.organization(session), identity_id=identity_id)

    answer(session, thread, "第一次", now=NOW)
    answer(session, thread, "第二次", now=LATER)

    texts = [json.loads(delivery.fields)["text"] for delivery in queued(session)]
    assert sorted(texts) == sorted(["第一次", "第二次"])
    assert thread.answered_at == NOW


def test_answer_to_a_letter_without_a_chat_queues_nothing(session: Session) -> None:
    thread = submit(session, factories.organization(session))

    answer(session, thread)

    assert (thread.state, queued(session)) == (ThreadState.ANSWERED, [])


def test_answer_after_the_writer_left_queues_nothing(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        identity = factories.identity(session)
        thread = submit(session, factories.organization(session), identity_id=identity.id)
        session.delete(identity)
        session.flush()
        session.refresh(thread)

        answer(session, thread)

        assert (thread.identity_id, queued(session)) == (None, [])


def test_forgotten_writer_s_letter_stays_without_the_chat(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        gone, stays = factories.identity(session).id, factories.identity(session).id
        thread_id = submit(session, branch, identity_id=gone).id
        other_id = submit(session, branch, identity_id=stays).id

        service.forget_writer(session, identity_id=gone)
        session.delete(session.get_one(WeChatIdentity, gone))

    with any_sessions.read() as session:
        assert session.get_one(Thread, thread_id).identity_id is None
        assert session.get_one(Thread, other_id).identity_id == stays
        assert [one.text for one in queries.messages(session, thread_id)] == ["食堂晚班没有热菜"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", AnswerEmpty), (" \n\u200b", AnswerEmpty), ("长" * 601, FeedbackTooLong)],
)
def test_answer_that_says_nothing_or_too_much_is_refused_and_changes_nothing(
    text: str, refusal: type[Exception], session: Session, now: datetime
) -> None:
    identity_id = factories.identity(session).id
    thread = submit(session, factories.organization(session), identity_id=identity_id)

    with pytest.raises(refusal):
        answer(session, thread, text)

    assert (thread.state, thread.answered_at, queued(session)) == (ThreadState.OPEN, None, [])
    assert len(queries.messages(session, thread.id)) == 1
