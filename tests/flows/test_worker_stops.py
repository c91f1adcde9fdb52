"""SIGTERM to a worker in the midst of its work: what is on the wire ends, the rest waits for another."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.core.db import Sessions
from benchmarks.crowd import Crowd
from benchmarks.messages import TEMPLATE_ID
from tests.backend import environment
from tests.conftest import used
from tests.processes import flask, own_redis, platform, until

PEOPLE = 1000
LATENCY_MS = 200


def counted(port: int, what: str) -> dict[str, int]:
    with urlopen(f"http://127.0.0.1:{port}/log", timeout=10) as answer:
        told: dict[str, int] = json.load(answer)[what]
    return told


@pytest.mark.services
def test_worker_that_is_told_to_stop_leaves_nothing_half_done(sessions: Sessions, tmp_path: Path) -> None:
    used.add("redis")
    url = sessions.engine.url.render_as_string()
    crowd = Crowd(url, PEOPLE)
    crowd.fill()
    with own_redis() as redis, platform(LATENCY_MS) as port:
        variables = environment(
            url,
            ZHIBU_WECHAT__API_BASE_URL=f"http://127.0.0.1:{port}",
            ZHIBU_REDIS__URL=redis.url,
            ZHIBU_NOTICES__TEMPLATE_ANNOUNCEMENT=TEMPLATE_ID,
            ZHIBU_NOTICES__CONCURRENCY="8",
        )
        with (
            flask("worker", variables, tmp_path / "worker.log") as worker,
            flask("scheduler", variables, tmp_path / "scheduler.log") as scheduler,
        ):
            until(lambda: crowd.ready(workers=1), 60, "scheduler and worker")
            crowd.queue()
            until(lambda: len(counted(port, "asked")) > 50, 30, "the first messages")
            scheduler.kill()  # it would send the rest itself

            code = worker.stop()

            asked, arrived = counted(port, "asked"), counted(port, "arrived")
        states = crowd.states()
        crowd.close()

    assert code == 0
    assert set(asked.values()) == {1}
    assert asked == arrived
    assert states == {"sent": len(arrived), "queued": PEOPLE - len(arrived)}
    assert 50 < len(arrived) < PEOPLE
