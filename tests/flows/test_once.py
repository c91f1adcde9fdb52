"""One message, delivered twenty times at once to two processes: one row, one effect, twenty equal replies."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.feedback.models import Thread, ThreadMessage
from app.inbox.models import InboundEvent
from app.meetings.models import CheckIn
from tests import factories
from tests.backend import Backend, environment, free_port, running
from tests.fakes.wechat import Phone, opened, safe

DELIVERIES = 20


@pytest.fixture
def zhang(any_sessions: Sessions) -> Phone:
    """A bound member, expected at the open meeting `mopen`."""
    now = datetime.now(UTC)
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        zhang = factories.member(session, branch)
        factories.meeting(session, branch, starts_at=now, expected=(zhang,), scene="mopen")
        factories.identity(session, openid="oZhang00000000000000000001", member=zhang)
    return Phone("oZhang00000000000000000001", int(time.time()))


def deliver_at_once(
    backends: list[Backend], message: str, *, between: Callable[[], None] = lambda: None
) -> set[str]:
    """The clear texts of all answers; `between` is called when half of the deliveries are under way."""

    def one(number: int) -> str:
        if number == DELIVERIES // 2:
            between()
        status, body = backends[number % len(backends)].deliver(safe(message, nonce=f"n{number}"))
        assert status == 200, body
        return opened(body, "")

    with ThreadPoolExecutor(DELIVERIES) as pool:
        return set(pool.map(one, range(DELIVERIES)))


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("said", "effect"),
    [(lambda phone: phone.scan("mopen"), CheckIn), (lambda phone: phone.text("反馈 楼道灯坏了"), Thread)],
    ids=["scan", "feedback"],
)
def test_twenty_deliveries_to_two_processes_are_one(
    any_sessions: Sessions, any_database_url: str, zhang: Phone, said: Callable[[Phone], str], effect: type
) -> None:
    variables = environment(any_database_url)
    with running(variables) as first, running(variables) as second:
        replies = deliver_at_once([first, second], said(zhang))

    with any_sessions.read() as session:
        assert (count(session, InboundEvent), count(session, effect)) == (1, 1)
        assert session.scalars(select(InboundEvent.attempts)).all() == [1]
    assert len(replies) == 1


@contextmanager
def redis_of_our_own() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp")
    client = redis.Redis(port=port)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    client.close()
    try:
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.kill()
        process.wait()


@pytest.mark.services
def test_twenty_deliveries_are_one_with_redis_stopped_half_way(
    any_sessions: Sessions, any_database_url: str, zhang: Phone
) -> None:
    if shutil.which("redis-server") is None:
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)("no redis-server here")
    with redis_of_our_own() as (url, server):
        variables = environment(any_database_url, ZHIBU_REDIS__URL=url)
        with running(variables) as first, running(variables) as second:
            replies = deliver_at_once(
                [first, second],
                zhang.text("反馈 楼道灯坏了"),
                between=lambda: os.kill(server.pid, signal.SIGKILL),
            )
            afterwards = first.deliver(safe(zhang.text("签到 000000")))

    with any_sessions.read() as session:
        assert (count(session, Thread), count(session, ThreadMessage)) == (1, 1)
    assert len(replies) == 1
    assert "没有找到这个签到码" in opened(afterwards[1], "")


def test_different_messages_of_one_second_are_all_kept(
    any_sessions: Sessions, any_database_url: str, zhang: Phone
) -> None:
    messages = [zhang.text(f"反馈 第{number}件") for number in range(DELIVERIES)]
    with running(environment(any_database_url)) as backend, ThreadPoolExecutor(DELIVERIES) as pool:
        answers = list(pool.map(lambda message: backend.deliver(safe(message)), messages))

    assert {status for status, _ in answers} == {200}
    with any_sessions.read() as session:
        assert count(session, Thread) == DELIVERIES
