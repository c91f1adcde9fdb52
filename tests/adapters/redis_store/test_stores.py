"""The same promises from Redis and from memory."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from redis import Redis

from app.core.clock import FixedClock
from app.redis_store import MemoryStore, RedisStore
from app.redis_store.memory import SWEEP_EVERY
from app.wechat.grants import Grant, SharedStore
from app.wechat.pace import SharedPace
from app.wechat.tokens import TokenBroker

SHORT = timedelta(milliseconds=60)
LONG = timedelta(minutes=5)


@dataclass
class Port:
    store: SharedStore
    elapse: Callable[[], None]
    """Lets SHORT pass."""


def _memory(clock: FixedClock) -> Port:
    return Port(MemoryStore(clock), lambda: clock.advance(SHORT))


def _redis(request: pytest.FixtureRequest) -> Iterator[Port]:
    prefix = request.getfixturevalue("prefix")
    with Redis.from_url(request.getfixturevalue("redis_url"), decode_responses=True) as client:
        yield Port(RedisStore(client, prefix=prefix), lambda: time.sleep(2 * SHORT.total_seconds()))


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.services)])
def port(request: pytest.FixtureRequest, clock: FixedClock) -> Iterator[Port]:
    if request.param == "memory":
        yield _memory(clock)
    else:
        yield from _redis(request)


def test_value_until_its_time_is_up(port: Port) -> None:
    port.store.set("a", "值 😀", SHORT)
    before = port.store.get("a")

    port.elapse()

    assert (before, port.store.get("a")) == ("值 😀", None)


def test_value_replaced_deleted_and_never_there(port: Port) -> None:
    port.store.set("a", "1", SHORT)
    port.store.set("a", "2", LONG)
    port.elapse()
    replaced = port.store.get("a")

    port.store.delete("a")
    port.store.delete("never")

    assert (replaced, port.store.get("a"), port.store.get("never")) == ("2", None, None)


def test_lease_has_one_holder(port: Port) -> None:
    first = port.store.acquire("l", LONG)
    second = port.store.acquire("l", LONG)

    assert first
    assert second is None


def test_lease_released_is_free(port: Port) -> None:
    lease = port.store.acquire("l", LONG)
    assert lease
    port.store.release("l", lease)

    assert port.store.acquire("l", LONG)


def test_lease_of_another_is_not_released(port: Port) -> None:
    port.store.acquire("l", LONG)

    port.store.release("l", secrets.token_hex(16))
    port.store.release("never", "x")

    assert port.store.acquire("l", LONG) is None


def test_lease_that_ran_out_is_free_and_its_holder_cannot_end_the_next(port: Port) -> None:
    first = port.store.acquire("l", SHORT)
    assert first
    port.elapse()
    second = port.store.acquire("l", LONG)

    port.store.release("l", first)

    assert second
    assert port.store.acquire("l", LONG) is None


def test_lease_wanted_by_many_has_one_holder(port: Port) -> None:
    leases: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: leases.append(port.store.acquire("l", LONG))) for _ in range(20)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(lease is not None for lease in leases) == 1


def test_count_starts_anew_after_its_time(port: Port) -> None:
    counted = [port.store.incr("n", SHORT) for _ in range(3)]

    port.elapse()

    assert [*counted, port.store.incr("n", SHORT)] == [1, 2, 3, 1]


def test_count_is_not_prolonged_by_counting(port: Port) -> None:
    port.store.incr("n", SHORT)
    port.store.incr("n", LONG)

    port.elapse()

    assert port.store.incr("n", LONG) == 1


def test_count_by_many_misses_none(port: Port) -> None:
    threads = [threading.Thread(target=port.store.incr, args=("n", LONG)) for _ in range(50)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert port.store.incr("n", LONG) == 51


def test_token_of_two_processes_is_fetched_once(port: Port, clock: FixedClock) -> None:
    fetched: list[bool] = []

    def fetch(*, force: bool) -> Grant:
        fetched.append(force)
        time.sleep(0.02)
        return Grant("TOKEN-1", 7200)

    brokers = [TokenBroker(fetch, port.store, clock) for _ in range(2)]
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda broker=broker: got.append(broker.token()))
        for broker in brokers
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["TOKEN-1"] * 20
    assert fetched == [False]


def test_memory_forgets_what_nobody_asks_for(clock: FixedClock) -> None:
    store = MemoryStore(clock)
    store.set("kept", "1", LONG)
    for number in range(SWEEP_EVERY - 2):
        store.set(f"old{number}", "1", SHORT)
    clock.advance(SHORT)

    store.set("last", "1", LONG)

    assert sorted(store._values) == ["kept", "last"]


EVERY = timedelta(seconds=10)


def test_flow_lets_a_burst_pass_and_then_says_how_long_to_wait(port: Port) -> None:
    first, wait = port.store.take("flow", 5, every=EVERY, burst=3)
    then = port.store.take("flow", 5, every=EVERY, burst=3)

    assert (first, wait) == (3, timedelta(0))
    assert then[0] == 0
    assert timedelta(seconds=9) < then[1] <= EVERY


def test_flow_gives_what_is_asked_for_and_keeps_the_rest(port: Port) -> None:
    granted = [port.store.take("flow", 2, every=EVERY, burst=3)[0] for _ in range(3)]

    assert granted == [2, 1, 0]


def test_what_is_given_back_may_be_taken_again(port: Port) -> None:
    port.store.take("flow", 3, every=EVERY, burst=3)

    port.store.take("flow", -2, every=EVERY, burst=3)

    assert port.store.take("flow", 5, every=EVERY, burst=3)[0] == 2


def test_giving_back_more_than_was_taken_makes_no_credit(port: Port) -> None:
    port.store.take("flow", 1, every=EVERY, burst=3)
    port.store.take("flow", -50, every=EVERY, burst=3)

    assert port.store.take("flow", 50, every=EVERY, burst=3)[0] == 3


def test_flow_that_became_faster_grants_nothing_until_what_was_taken_is_over(port: Port) -> None:
    """A setting was changed: less than nothing granted would be a batch without a limit."""
    port.store.take("flow", 1, every=timedelta(minutes=1), burst=1)

    granted, wait = port.store.take("flow", 100, every=timedelta(seconds=0.1), burst=20)

    assert granted == 0
    assert timedelta(seconds=57) < wait < timedelta(seconds=59)


def test_flow_fills_again_with_time(port: Port) -> None:
    quick = SHORT / 2
    port.store.take("flow", 3, every=quick, burst=3)
    at_once = port.store.take("flow", 3, every=quick, burst=3)[0]

    port.elapse()

    assert at_once == 0
    assert port.store.take("flow", 3, every=quick, burst=3)[0] >= 2


def test_many_threads_take_no_more_than_the_flow_has(port: Port) -> None:
    taken: list[int] = []

    def take() -> None:
        hour = timedelta(hours=1)
        taken.extend(port.store.take("flow", 2, every=hour, burst=50)[0] for _ in range(20))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 50


@pytest.mark.parametrize("per_minute", [1, 20, 60, 600])
def test_no_minute_sees_more_than_the_pace_allows(per_minute: int, clock: FixedClock) -> None:
    pace = SharedPace(MemoryStore(clock), "pace", per_minute=per_minute)
    taken: list[tuple[float, int]] = []
    for second in range(200):
        taken.append((second, pace.take(10_000).granted))
        clock.advance(timedelta(seconds=1))

    windows = [sum(n for at, n in taken if begin <= at < begin + 60) for begin in range(140)]
    assert max(windows) <= per_minute
    assert sum(n for _, n in taken) >= per_minute * 2
