"""Redis gone: nobody notices but the log."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from structlog.testing import capture_logs

from app.core.clock import FixedClock
from app.redis_store import RedisStore
from app.redis_store.breaker import REST_SECONDS, Breaker
from app.redis_store.shared import TIMEOUT_SECONDS
from tests.adapters.redis_store.conftest import Wire

LONG = timedelta(minutes=5)


class Moments:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield listener.getsockname()[1]


def _all_verbs(store: RedisStore) -> list[object]:
    store.set("a", "1", LONG)
    lease = store.acquire("l", LONG)
    again = store.acquire("l", LONG)
    store.release("l", str(lease))
    kept = store.get("a")
    store.delete("a")
    return [kept, store.get("a"), lease is not None, again, store.incr("n", LONG), store.incr("n", LONG)]


def test_without_a_server_memory_serves_and_one_line_tells(clock: FixedClock) -> None:
    with capture_logs() as told:
        store = RedisStore.at("redis://127.0.0.1:1/0", clock=clock)

        served = _all_verbs(store)

    assert served == ["1", None, True, None, 1, 2]
    assert told == [{"event": "redis.lost", "error": "ConnectionError", "log_level": "warning"}]
    assert store.reachable() is False


def test_a_server_that_hangs_is_asked_once(clock: FixedClock, silent_port: int) -> None:
    with capture_logs() as told:
        store = RedisStore.at(f"redis://127.0.0.1:{silent_port}/0", clock=clock)

        served = _all_verbs(store)

    assert served == ["1", None, True, None, 1, 2]
    assert told == [{"event": "redis.lost", "error": "TimeoutError", "log_level": "warning"}]
    store._redis.close()


def test_every_wait_for_the_server_is_short() -> None:
    store = RedisStore.at("redis://127.0.0.1:1/0")
    waits = store._redis.connection_pool.connection_kwargs

    assert TIMEOUT_SECONDS <= 0.3
    assert (waits["socket_timeout"], waits["socket_connect_timeout"]) == (TIMEOUT_SECONDS, TIMEOUT_SECONDS)


def test_breaker_lets_one_caller_try_while_the_others_go_on(moments: Moments) -> None:
    breaker = Breaker(moments)
    first_told = breaker.failed()
    resting = breaker.allows()
    moments.at = REST_SECONDS

    tried = [breaker.allows() for _ in range(3)]

    assert (first_told, resting, tried) == (True, False, [True, False, False])
    assert breaker.failed() is False
    moments.at *= 2
    assert (breaker.allows(), breaker.succeeded(), breaker.succeeded()) == (True, True, False)
    assert [breaker.allows() for _ in range(3)] == [True, True, True]


def test_breaker_stays_open_when_an_older_question_is_answered() -> None:
    breaker = Breaker()
    breaker.failed()

    assert breaker.succeeded() is False
    assert breaker.allows() is False


@pytest.mark.services
def test_redis_lost_half_way_and_back(
    wire: Wire, prefix: str, clock: FixedClock, moments: Moments, redis_url: str
) -> None:
    database = redis_url.rpartition("/")[2]
    through = Redis.from_url(f"redis://127.0.0.1:{wire.port}/{database}", decode_responses=True)
    store = RedisStore(through, prefix=prefix, clock=clock, breaker=Breaker(moments))
    store.set("a", "before", LONG)
    lease = store.acquire("l", LONG)
    wire.cut()

    with capture_logs() as told:
        lost = [store.get("a"), store.incr("n", LONG), store.incr("n", LONG)]
        store.set("a", "meanwhile", LONG)
        meanwhile = store.get("a")
        moments.at += REST_SECONDS
        still_lost = store.get("a")
        wire.mend()
        moments.at += REST_SECONDS
        back = [store.get("a"), store.incr("n", LONG)]
    store.release("l", str(lease))

    assert lost == [None, 1, 2]
    assert (meanwhile, still_lost) == ("meanwhile", "meanwhile")
    assert back == ["before", 1]
    assert [line["event"] for line in told] == ["redis.lost", "redis.back"]
    assert store.acquire("l", LONG)
    assert store.reachable() is True
    through.close()


@pytest.mark.services
def test_redis_lost_under_load_raises_in_no_thread(wire: Wire, prefix: str, redis_url: str) -> None:
    database = redis_url.rpartition("/")[2]
    store = RedisStore.at(f"redis://127.0.0.1:{wire.port}/{database}", prefix=prefix)
    failed: list[BaseException] = []
    counted: list[int] = []

    def work() -> None:
        try:
            for number in range(50):
                counted.append(store.incr("n", LONG))
                store.set(f"k{number}", "1", LONG)
                store.get(f"k{number}")
        except BaseException as error:  # noqa: BLE001 -- nothing at all may come out
            failed.append(error)

    with capture_logs() as told:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        wire.cut()
        for thread in threads:
            thread.join()

    assert failed == []
    assert len(counted) == 400
    assert [line["event"] for line in told] == ["redis.lost"]
    store._redis.close()


@pytest.mark.services
def test_a_foreign_value_is_no_failure(prefix: str, redis_url: str, clock: FixedClock) -> None:
    with Redis.from_url(redis_url) as raw:
        raw.set(f"{prefix}a", b"\xff\xfe")
        raw.lpush(f"{prefix}b", "x")
    store = RedisStore.at(redis_url, prefix=prefix, clock=clock)

    with capture_logs():
        assert store.get("a") is None
        assert store.incr("b", LONG) == 1
    store._redis.close()
