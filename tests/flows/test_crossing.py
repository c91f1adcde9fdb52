"""Two messages whose handlers lock each other out: the database stops one of them, and both are answered."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import SystemClock
from app.core.db import Sessions
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState
from app.members import identities
from handlers import router
from handlers.callback import Callback
from handlers.chat import Chat
from handlers.desk import Desk
from tests import factories
from tests.fakes.wechat import Phone, safe
from tests.services import wired

OPENIDS = ("oZhang00000000000000000001", "oLi0000000000000000000001")


def test_handler_that_gave_way_is_tried_again(
    any_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with any_sessions.begin() as session:
        both = [factories.identity(session, openid=openid).id for openid in OPENIDS]
    half_way = threading.Barrier(2)

    def cross(chat: Chat, _rest: str = "") -> str:
        own = chat.person.identity_id
        for identity_id in sorted(both, key=lambda one: one != own):
            until = chat.now + timedelta(minutes=1)
            identities.set_topic(chat.driver, identity_id=identity_id, topic="x", data={}, until=until)
            with suppress(threading.BrokenBarrierError):
                half_way.wait(0.5)
        return "好"

    monkeypatch.setitem(router.COMMANDS, "help", cross)
    desk = Desk(wired(any_sessions, SystemClock()))
    callback = Callback(desk._services, desk)

    def say(openid: str) -> int:
        push = safe(Phone(openid, int(time.time())).text("帮助"))
        rest = [push.body]
        return callback.respond("POST", push.query, None, lambda _: rest.pop()).status

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(say, OPENIDS))
    desk.close()

    with any_sessions.read() as session:
        states = session.scalars(select(InboundEvent.state)).all()
    assert statuses == [200, 200]
    assert states == [InboxState.HANDLED] * 2
