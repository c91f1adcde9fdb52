"""Somebody leaves in the moment in which something is written down for them: nothing of it stays."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.core.clock import SystemClock
from app.core.db import Sessions
from app.members.models import WeChatIdentity
from app.notices import service as notices
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from handlers.callback import Callback
from handlers.desk import Desk
from tests import factories
from tests.fakes.wechat import Phone, safe
from tests.services import wired

OPENID = "oZhang00000000000000000001"
WELL_UNDER_WAY = 0.7


@pytest.fixture
def callback(any_sessions: Sessions) -> Iterator[Callback]:
    services = wired(any_sessions, SystemClock())
    desk = Desk(services)
    yield Callback(services, desk)
    desk.close()


def leave(callback: Callback) -> int:
    push = safe(Phone(OPENID, int(time.time())).event("unsubscribe"))
    rest = [push.body]
    return callback.respond("POST", push.query, None, lambda _: rest.pop() if rest else b"").status


def test_notice_queued_while_its_reader_leaves_is_taken_back(
    callback: Callback, any_sessions: Sessions
) -> None:
    now = SystemClock().now()
    with any_sessions.begin() as session:
        identity_id = factories.identity(session, openid=OPENID).id
    queued = threading.Event()

    def queue_slowly() -> None:
        with any_sessions.write() as driver:
            notices.queue(
                driver,
                subject="late",
                identity_id=identity_id,
                kind="late_reply",
                fields={"text": "张三"},
                now=now,
            )
            queued.set()
            time.sleep(WELL_UNDER_WAY)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(queue_slowly)
        queued.wait(20)
        status = leave(callback)
        writer.result()

    with any_sessions.read() as session:
        deliveries = session.scalars(select(Delivery)).all()
        assert session.scalars(select(WeChatIdentity)).all() == []
    assert status == 200
    assert [(one.state, one.fields) for one in deliveries] == [(DeliveryState.REJECTED, "{}")]
