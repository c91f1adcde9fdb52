"""The callback on the event loop: what waits together is kept together, and nobody holds up anybody."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from app.core.clock import SystemClock
from app.core.db import Sessions
from app.inbox.states import InboxState
from app.wiring import Services
from handlers import router
from handlers.callback import BODY_LIMIT, Callback
from handlers.chat import Chat
from handlers.desk import Desk
from handlers.front import CallbackFirst
from tests.adapters.handlers.conftest import events
from tests.adapters.handlers.server import Answered, ask, deliver, elsewhere
from tests.fakes.wechat import Phone, Push, safe, shown
from tests.services import wired


def real(sessions: Sessions, *, patience: float = 4.5) -> Services:
    return wired(sessions, SystemClock(), callback={"answer_seconds": patience, "handler_threads": 4})


@pytest.fixture
def front(sessions: Sessions) -> Iterator[CallbackFirst]:
    services = real(sessions)
    desk = Desk(services)
    yield CallbackFirst(Callback(services, desk), desk, elsewhere, width=1)
    desk.close()


@pytest.fixture
def written(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each transaction that `Sessions.write` commits or gives up."""
    seen: list[str] = []
    write = sessions.write

    def counted(*, wait: bool = True):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- as the method's own
        seen.append("waits" if wait else "at once")
        return write(wait=wait)

    monkeypatch.setattr(sessions, "write", counted)
    return seen


def phones(number: int) -> list[Phone]:
    now = int(time.time())
    return [Phone(f"oTogether00000000000000{one:05d}", now) for one in range(number)]


def pushes(number: int, text: str = "帮助") -> list[Push]:
    return [safe(phone.text(text)) for phone in phones(number)]


def test_messages_that_arrive_together_share_one_transaction(
    front: CallbackFirst, sessions: Sessions, written: list[str]
) -> None:
    answers = deliver(front, pushes(20))

    assert written == ["at once"]
    assert [answer.status for answer in answers] == [200] * 20
    assert [row.state for row in events(sessions)] == [InboxState.HANDLED] * 20


def test_message_delivered_twice_at_once_has_one_row_and_two_equal_replies(
    front: CallbackFirst, sessions: Sessions
) -> None:
    first, *others = pushes(5)

    answers = deliver(front, [first, first, *others, first])
    replies = [shown(answer.body) for answer in answers]

    assert len(events(sessions)) == 5
    assert replies[0] == replies[1] == replies[-1] != ""
    assert None not in replies


def test_message_whose_quick_verb_fails_takes_none_of_the_others_with_it(
    front: CallbackFirst, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(chat: Chat, _rest: str = "") -> str:
        chat.ask("bind_name")
        raise ZeroDivisionError

    monkeypatch.setattr(router, "QUICK", router.QUICK | {broken})
    monkeypatch.setitem(router.COMMANDS, "study", broken)
    mixed = [*pushes(3), *pushes(1, "学习")]

    answers = deliver(front, mixed)

    assert [answer.status for answer in answers] == [200] * 4
    assert sorted(row.state.value for row in events(sessions)) == ["failed", "handled", "handled", "handled"]


def test_slow_handler_leaves_the_loop_to_the_others(
    front: CallbackFirst, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setitem(router.COMMANDS, "study", lambda _chat, _rest: str(go_on.wait(20)))

    async def scene() -> tuple[Answered, Answered]:
        slow = asyncio.create_task(_ask(front, pushes(1, "学习")[0]))
        await asyncio.sleep(0)
        quick = await _ask(front, pushes(2)[1])
        go_on.set()
        return quick, await slow

    quick, slow = asyncio.run(scene())

    assert shown(quick.body) is not None
    assert shown(slow.body) == "True"


def test_slow_message_for_which_no_thread_is_left_is_sent_back_in_time(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("handlers.front.HANG_UP_SECONDS", 0.5)
    monkeypatch.setitem(router.COMMANDS, "study", lambda _chat, _rest: str(go_on.wait(20)))
    services = real(sessions)
    desk = Desk(services)
    narrow = CallbackFirst(Callback(services, desk), desk, elsewhere, width=1, waiters=1)

    statuses = [answer.status for answer in deliver(narrow, pushes(3, "学习"))]
    go_on.set()
    desk.close()

    assert statuses == [503] * 3


def test_writer_elsewhere_is_waited_for_in_a_thread_not_on_the_loop(
    front: CallbackFirst, sessions: Sessions, written: list[str]
) -> None:
    async def scene() -> list[Answered]:
        with sessions.begin():
            waiting = asyncio.create_task(_ask(front, pushes(1)[0]))
            await asyncio.sleep(0.05)  # long enough to be tried and to be handed over
            other = await ask(front, path="/healthz")
        return [other, await waiting]

    other, kept = asyncio.run(scene())

    assert other == Answered(299, b"elsewhere")
    assert kept.status == 200
    assert written == ["at once", "waits"]


@pytest.mark.parametrize("together", [1, 2])
def test_second_try_does_not_wait_on_the_loop_either(
    front: CallbackFirst, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    tries: list[tuple[bool, bool]] = []
    write, done = sessions.write, threading.Event()

    def write_elsewhere(begun: threading.Event) -> None:
        with sessions.begin():
            begun.set()
            done.wait(0.3)

    def interrupted(*, wait: bool = True):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- as the method's own
        tries.append((threading.current_thread() is threading.main_thread(), wait))
        if len(tries) == 2:
            begun = threading.Event()
            threading.Thread(target=write_elsewhere, args=[begun]).start()
            begun.wait(5)
        return write(wait=wait)

    def broken(_chat: Chat, _rest: str = "") -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(router, "QUICK", router.QUICK | {broken})
    monkeypatch.setitem(router.COMMANDS, "study", broken)
    monkeypatch.setattr(sessions, "write", interrupted)
    mixed = [*pushes(1, "学习"), *pushes(2)[1:]][:together]

    answers = deliver(front, mixed)
    done.set()

    assert [answer.status for answer in answers] == [200] * together
    assert [wait for on_loop, wait in tries if on_loop] == [False, False]


def test_message_that_cannot_be_kept_in_time_is_sent_back_to_wechat(sessions: Sessions) -> None:
    services = real(sessions, patience=0.5)
    front = CallbackFirst(Callback(services, Desk(services)), Desk(services), elsewhere, width=1)

    async def scene() -> Answered:
        with sessions.begin():
            return await _ask(front, pushes(1)[0])

    assert asyncio.run(scene()) == Answered(503, b"again")


def test_database_that_fails_is_a_fault_of_ours_and_wechat_repeats(
    front: CallbackFirst, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*, wait: bool = True) -> None:
        raise OSError("disk")

    monkeypatch.setattr(sessions, "write", gone)

    assert deliver(front, pushes(3)) == [Answered(500, b"error")] * 3


@pytest.mark.parametrize(
    ("length", "chunks"),
    [(str(BODY_LIMIT + 1), [b"x"]), (None, [b"x" * 40_000, b"x" * 40_000]), ("٣", [b"x"])],
)
def test_body_that_is_too_long_is_refused(
    front: CallbackFirst, sessions: Sessions, length: str | None, chunks: list[bytes]
) -> None:
    answer = asyncio.run(ask(front, chunks=chunks, length=length))

    assert (answer.status, events(sessions)) == (413, [])


def test_body_in_pieces_is_read_whole(front: CallbackFirst) -> None:
    push = pushes(1)[0]

    answer = asyncio.run(ask(front, query=push.query, chunks=[push.body[:70], push.body[70:], b""]))

    assert shown(answer.body) is not None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_other_methods_and_paths_are_the_application_s(front: CallbackFirst, method: str) -> None:
    assert asyncio.run(ask(front, method=method)) == Answered(299, b"elsewhere")
    assert asyncio.run(ask(front, path="/console")) == Answered(299, b"elsewhere")


def test_server_starts_and_stops_the_application(front: CallbackFirst) -> None:
    events_, sent = ["lifespan.startup", "lifespan.shutdown"], []

    async def receive() -> dict[str, str]:
        return {"type": events_.pop(0)}

    async def send(message: object) -> None:
        sent.append(message)

    asyncio.run(front({"type": "lifespan"}, receive, send))

    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


async def _ask(front: CallbackFirst, push: Push) -> Answered:
    return await ask(front, query=push.query, chunks=[push.body])
