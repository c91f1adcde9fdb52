"""4,179 notices, two workers, and everything dies now and then: each person gets the message once."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from app.core.db import new_engine
from app.core.leases import Lease
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import DeliveryAttempt
from benchmarks.crowd import Crowd
from benchmarks.messages import TEMPLATE_ID, openid
from jobs.presence import WORKER
from tests import tables
from tests.backend import environment
from tests.conftest import used
from tests.processes import Flask, OwnRedis, flask, own_redis, platform, until

PEOPLE = 4179
LATENCY_MS = 50
AT_ONCE = 8
KILLS_EACH = 3
SEED = 20260302
LONGEST_SECONDS = 150


@dataclass
class Scene:
    crowd: Crowd
    database_url: str
    redis: OwnRedis
    port: int
    workers: tuple[Flask, Flask]

    def log(self) -> dict[str, dict[str, int]]:
        with urlopen(f"http://127.0.0.1:{self.port}/log", timeout=10) as answer:
            told: dict[str, dict[str, int]] = json.load(answer)
            return told

    def at_work(self, worker: Flask) -> bool:
        """Its process is up again, and has said so."""
        with self.crowd.sessions.read() as session:
            its = Lease.holder.contains(f":{worker.process.pid}:"), Lease.name.startswith(WORKER)
            return session.scalar(select(Lease.name).where(*its)) is not None

    def restart_redis(self) -> None:
        self.redis.kill()
        time.sleep(1)
        self.redis.start()

    def cut_database(self) -> None:
        """Every session of this database ends, in whatever it was doing."""
        url = make_url(self.database_url)
        admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            ended = connection.execute(
                text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name"),
                {"name": url.database},
            )
            assert ended.scalar_one() > 0
        admin.dispose()


@pytest.fixture
def scene(postgresql_url: str, tmp_path: Path) -> Iterator[Scene]:
    used.update({"postgresql", "redis"})
    engine = new_engine(postgresql_url)
    tables.empty(engine)
    engine.dispose()
    crowd = Crowd(postgresql_url, PEOPLE)
    crowd.fill()
    with ExitStack() as stack:
        stack.callback(crowd.close)
        redis = stack.enter_context(own_redis())
        port = stack.enter_context(platform(LATENCY_MS))
        variables = environment(
            postgresql_url,
            ZHIBU_WECHAT__API_BASE_URL=f"http://127.0.0.1:{port}",
            ZHIBU_REDIS__URL=redis.url,
            ZHIBU_NOTICES__TEMPLATE_ANNOUNCEMENT=TEMPLATE_ID,
            ZHIBU_NOTICES__CONCURRENCY=str(AT_ONCE),
        )
        stack.enter_context(flask("scheduler", variables, tmp_path / "scheduler.log"))
        one, two = (
            stack.enter_context(flask("worker", variables, tmp_path / f"worker-{number}.log"))
            for number in (1, 2)
        )
        until(lambda: crowd.ready(workers=2), 60, "scheduler and workers")
        yield Scene(crowd, postgresql_url, redis, port, (one, two))


def misfortunes(scene: Scene) -> list[tuple[int, Flask | str]]:
    """(when so many are still open, what happens): three deaths of each worker, Redis, the database, in any order."""
    dice = random.Random(SEED)
    events: list[Flask | str] = [*scene.workers * KILLS_EACH, "redis", "database"]
    dice.shuffle(events)
    moments = sorted(dice.sample(range(PEOPLE // 10, PEOPLE - 100), len(events)), reverse=True)
    return list(zip(moments, events, strict=True))


@pytest.mark.services
@pytest.mark.timeout(300)
def test_each_person_gets_the_message_once_whatever_dies(scene: Scene) -> None:
    scene.crowd.queue()
    for left, event in misfortunes(scene):
        until(lambda left=left: scene.crowd.left() <= left, 60, f"{left} left", every=0.02)  # type: ignore[misc]
        if event == "redis":
            scene.restart_redis()
        elif event == "database":
            scene.cut_database()
        elif isinstance(event, Flask):
            until(lambda worker=event: scene.at_work(worker), 30, "the worker")  # type: ignore[misc]
            event.kill()
            event.again()
    until(lambda: scene.crowd.left() == 0, LONGEST_SECONDS, "the last of them")

    asked, arrived = scene.log()["asked"], scene.log()["arrived"]
    assert arrived == {openid(number): 1 for number in range(1, PEOPLE + 1)}
    assert scene.crowd.states() == {"sent": PEOPLE}
    assert sum(asked.values()) > PEOPLE, "nothing was under way when something died: this shows nothing"
    with scene.crowd.sessions.read() as session:
        broken = select(func.count()).where(DeliveryAttempt.outcome == "interrupted")
        assert session.scalar(broken)
    until(lambda: announcement(scene) is AnnouncementState.SENT, 70, "the announcement's end")


def announcement(scene: Scene) -> AnnouncementState | None:
    with scene.crowd.sessions.read() as session:
        return session.scalar(select(Announcement.state))
