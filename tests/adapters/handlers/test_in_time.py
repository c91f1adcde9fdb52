"""Whatever is slow or broken, WeChat gets an answer in time, and the person gets theirs in the end."""

import threading
import time
from collections.abc import Iterator

import pytest

from app.core.clock import SystemClock
from app.core.db import Sessions
from app.core.errors import DomainError
from app.inbox.service import Replay
from app.inbox.states import InboxState
from app.members import identities
from handlers import router
from handlers.callback import Callback
from handlers.chat import Chat
from handlers.desk import Desk
from tests.adapters.handlers.conftest import Line, events, now_said
from tests.fakes.wechat import Phone, safe, shown
from tests.services import wired

HURRIED = {"answer_seconds": 0.3, "handler_threads": 2}


@pytest.fixture
def hurried(sessions: Sessions) -> Iterator[Line]:
    """A callback that waits 0.3 s for its handlers, with a real clock."""
    services = wired(sessions, SystemClock(), callback=HURRIED)
    desk = Desk(services)
    yield Line(Callback(services, desk), services)
    desk.close()


@pytest.fixture
def caller() -> Phone:
    return Phone("oCaller0000000000000000001", int(time.time()))


def test_slow_handler_is_answered_with_silence_and_its_reply_follows(
    hurried: Line, caller: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(chat: Chat, _rest: str = "") -> str:
        go_on.wait(20)
        return "迟到的答复"

    monkeypatch.setitem(router.COMMANDS, "help", slow)

    answer = hurried.deliver(safe(caller.text("帮助"), stamp=hurried.stamp))
    kept_meanwhile = [row.state for row in events(sessions)]
    go_on.set()
    _until(lambda: events(sessions)[0].state is InboxState.HANDLED)

    assert (answer.status, answer.body) == (200, b"success")
    assert kept_meanwhile == [InboxState.RECEIVED]
    assert now_said(hurried) == ["迟到的答复"]


def test_stuck_handlers_do_not_keep_the_next_message_waiting_or_unkept(
    hurried: Line, caller: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setitem(router.COMMANDS, "help", lambda _chat, _rest: str(go_on.wait(20)))

    answers = [hurried.deliver(safe(caller.text("帮助"), stamp=hurried.stamp)).body for _ in range(4)]
    go_on.set()
    _until(lambda: all(row.state is InboxState.HANDLED for row in events(sessions)))

    assert answers == [b"success"] * 4
    assert len(now_said(hurried)) == 4


def test_repeat_during_a_slow_first_gets_silence_too(
    hurried: Line, caller: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setitem(router.COMMANDS, "help", lambda _chat, _rest: str(go_on.wait(20)))
    message = caller.text("帮助")

    answers = [hurried.deliver(safe(message, stamp=hurried.stamp)).body for _ in range(3)]
    go_on.set()
    _until(lambda: events(sessions)[0].state is InboxState.HANDLED)

    assert answers == [b"success"] * 3
    assert len(events(sessions)) == 1
    assert now_said(hurried) == ["True"]


def test_handler_that_raises_is_answered_politely_kept_and_replayed(
    line: Line, phone: Phone, desk: Desk, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(chat: Chat, _rest: str = "") -> str:
        chat.ask("bind_name")
        raise ZeroDivisionError("secret detail")

    working = router.COMMANDS["help"]
    monkeypatch.setitem(router.COMMANDS, "help", broken)
    first = line.say(phone.text("帮助"))
    failed = events(sessions)[0]
    monkeypatch.setitem(router.COMMANDS, "help", working)
    replayed = desk.replay(failed.id)

    assert first == f"刚才没有处理成功，您发来的内容已经存好（编号 {failed.id}），处理好后会告诉您。"
    assert (failed.state, failed.error) == (InboxState.FAILED, "ZeroDivisionError")
    assert replayed is Replay.CLAIMED
    assert events(sessions)[0].state is InboxState.HANDLED
    assert now_said(line)[0].startswith("您可以直接回复")


def test_refusal_that_has_no_sentence_is_a_failure_too(
    line: Line, phone: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unsaid(DomainError):
        code = "unsaid"

    def refuse(_chat: Chat, _rest: str = "") -> str:
        raise Unsaid

    monkeypatch.setitem(router.COMMANDS, "help", refuse)

    assert (line.say(phone.text("帮助")) or "").startswith("刚才没有处理成功")
    assert [(row.state, row.error) for row in events(sessions)] == [(InboxState.FAILED, "TemplateNotFound")]


def test_report_whose_handler_fails_is_kept_without_a_word_to_the_person(
    line: Line, phone: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have written nothing, so "what you wrote is kept" would only puzzle them."""
    monkeypatch.setitem(router.EVENTS, "unsubscribe", lambda _event: 1 // 0)

    assert line.say(phone.event("unsubscribe")) is None
    assert [row.state for row in events(sessions)] == [InboxState.FAILED]


def test_message_of_somebody_who_left_meanwhile_is_no_failure(
    line: Line, zhang_phone: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nobody left to answer, and nothing left to act for."""
    submit = router.COMMANDS["feedback"]

    def overtaken(chat: Chat, rest: str) -> str:
        with sessions.begin() as session:
            identities.erase(session, app_id=line.services.settings.wechat.app_id, openid=zhang_phone.openid)
        return submit(chat, rest)

    monkeypatch.setitem(router.COMMANDS, "feedback", overtaken)

    assert line.say(zhang_phone.text("反馈 再见")) is None
    assert [(row.state, row.reply) for row in events(sessions)] == [(InboxState.HANDLED, "")]


def test_failed_event_repeats_its_polite_answer(
    line: Line, phone: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(router.COMMANDS, "help", lambda _chat, _rest: str(1 // 0))
    message = phone.text("帮助")

    assert line.say(message) == line.say(message)
    assert len(events(sessions)) == 1


def test_replay_of_what_did_not_fail_is_refused(
    line: Line, phone: Phone, desk: Desk, sessions: Sessions
) -> None:
    line.say(phone.text("帮助"))

    assert desk.replay(events(sessions)[0].id) is Replay.NOT_FAILED
    assert desk.replay(99_999) is Replay.UNKNOWN


def test_broken_handler_leaves_no_effect(
    line: Line, phone: Phone, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = router.COMMANDS["feedback"]

    def half(chat: Chat, rest: str) -> str:
        submit(chat, rest)
        raise RuntimeError

    monkeypatch.setitem(router.COMMANDS, "feedback", half)
    line.say(phone.text("反馈 半截"))

    with sessions.read() as session:
        kept = session.connection().exec_driver_sql("SELECT count(*) FROM feedback_thread").scalar_one()
    assert kept == 0


def test_wechat_and_redis_are_not_needed_to_answer(sessions: Sessions, caller: Phone) -> None:
    """The API base is a closed port in every test; here Redis is one too."""
    services = wired(sessions, SystemClock(), redis={"url": "redis://127.0.0.1:9/0"})
    desk = Desk(services)
    line = Line(Callback(services, desk), services)

    answer = line.deliver(safe(caller.text("签到 000000"), stamp=line.stamp))

    desk.close()
    assert (shown(answer.body) or "").startswith("没有找到这个签到码")


def _until(done: "object") -> None:
    until = time.monotonic() + 20
    while not done():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come to an end"
        time.sleep(0.02)
