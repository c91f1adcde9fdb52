"""A handler that is slow but alive, and a repeat that took its event over: one effect, one answer, no late one."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.feedback.models import Thread
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState
from app.notices.models import Delivery
from handlers import router
from handlers.callback import Answer, Callback
from handlers.chat import Chat
from handlers.desk import Desk
from tests import factories
from tests.fakes.wechat import Phone, safe, shown
from tests.services import wired

OPENID = "oZhang00000000000000000001"


@pytest.fixture
def desk(any_sessions: Sessions, clock: FixedClock) -> Iterator[Desk]:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        factories.identity(session, openid=OPENID, member=factories.member(session, branch))
    desk = Desk(wired(any_sessions, clock))
    yield desk
    desk.close()


def test_slow_handler_loses_to_the_repeat_that_took_over(
    desk: Desk, any_sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, go_on = threading.Event(), threading.Event()
    submit = router.COMMANDS["feedback"]

    def slow_at_first(chat: Chat, rest: str) -> str:
        if not under_way.is_set():
            under_way.set()
            go_on.wait(20)
        return submit(chat, rest)

    monkeypatch.setitem(router.COMMANDS, "feedback", slow_at_first)
    callback = Callback(desk._services, desk)
    message = Phone(OPENID, int(clock.now().timestamp())).text("反馈 楼道灯坏了")

    def deliver() -> Answer:
        push = safe(message, stamp=int(clock.now().timestamp()))
        rest = [push.body]
        return callback.respond("POST", push.query, None, lambda _: rest.pop())

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(deliver)
        under_way.wait(20)
        time.sleep(0.1)  # the first request has left the door by then
        clock.advance(timedelta(seconds=5))
        second = deliver()
        go_on.set()
        lost = first.result()
    third = deliver()

    with any_sessions.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Thread, Delivery)]
        event = session.scalars(select(InboundEvent)).one()
    assert (lost.status, lost.body) == (503, b"again")
    assert shown(third.body) == shown(second.body) == event.reply
    assert counts == [1, 0]
    assert (event.state, event.attempts) == (InboxState.HANDLED, 2)
