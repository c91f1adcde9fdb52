"""The shared token: one fetch for all, early renewal, and a way out of a refused one that cannot run wild."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.redis_store import MemoryStore
from app.wechat.errors import (
    BadAnswer,
    TokenUnavailable,
    WeChatError,
    WeChatRefused,
    WeChatUnreachable,
)
from app.wechat.grants import LEASE, Grant
from app.wechat.tokens import TokenBroker


class Fetches:
    """A platform's token endpoint: the same token until forced, as `stable_token` gives it."""

    def __init__(self) -> None:
        self.forced: list[bool] = []
        self.number = 1
        self.expires_in = 7200
        self.rotates = True
        self.fault: WeChatError | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, *, force: bool) -> Grant:
        self.forced.append(force)
        self.meanwhile()
        if self.fault:
            raise self.fault
        self.number += force and self.rotates
        return Grant(f"TOKEN-{self.number}", self.expires_in)


@pytest.fixture
def fetches() -> Fetches:
    return Fetches()


@pytest.fixture
def broker(fetches: Fetches, store: MemoryStore, clock: FixedClock, slept: list[float]) -> TokenBroker:
    return TokenBroker(fetches, store, clock, sleep=slept.append)


def _unavailable(ask: Callable[[], str]) -> tuple[str, int | None]:
    with pytest.raises(TokenUnavailable) as failed:
        ask()
    assert failed.value.__context__ is None
    return failed.value.reason, failed.value.errcode


def test_token_is_fetched_once(broker: TokenBroker, fetches: Fetches) -> None:
    assert [broker.token(), broker.token()] == ["TOKEN-1", "TOKEN-1"]
    assert fetches.forced == [False]


@pytest.mark.parametrize(("seconds", "fetched"), [(6_900, 1), (6_901, 2), (9_000, 2)])
def test_token_is_fetched_anew_when_less_than_300_s_remain(
    broker: TokenBroker, fetches: Fetches, clock: FixedClock, seconds: int, fetched: int
) -> None:
    broker.token()

    clock.advance(timedelta(seconds=seconds))
    broker.token()

    assert len(fetches.forced) == fetched


def test_token_given_with_its_last_seconds_is_used_for_ten(
    broker: TokenBroker, fetches: Fetches, clock: FixedClock
) -> None:
    fetches.expires_in = 300
    broker.token()
    broker.token()

    clock.advance(timedelta(seconds=11))
    broker.token()

    assert fetches.forced == [False, False]


def test_token_kept_by_another_version_is_not_trusted(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore
) -> None:
    for kept in ("TOKEN-0", "[]", '{"value": "TOKEN-0"}', '{"refresh_at": 1}', "null"):
        store.set("wechat:token", kept, timedelta(hours=1))
        assert broker.token() == "TOKEN-1"

    assert len(fetches.forced) == 5


def test_token_of_two_processes_is_fetched_by_one(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore, clock: FixedClock
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        go_on.wait(10)

    fetches.meanwhile = hold
    first = threading.Thread(target=broker.token)
    first.start()
    reached.wait(10)
    polls: list[float] = []

    def poll(seconds: float) -> None:
        polls.append(seconds)
        go_on.set()
        first.join()

    other = TokenBroker(fetches, store, clock, sleep=poll)

    assert other.token() == "TOKEN-1"
    assert fetches.forced == [False]
    assert polls == [0.05]


def test_token_whose_fetcher_died_is_fetched_after_the_wait(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore, slept: list[float]
) -> None:
    store.acquire("wechat:token:lease", LEASE)

    assert broker.token() == "TOKEN-1"
    assert sum(slept) == pytest.approx(15)


def test_token_lease_is_free_again_after_a_fetch(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore
) -> None:
    fetches.fault = BadAnswer("http_502")

    assert _unavailable(broker.token) == ("http_502", None)
    assert store.acquire("wechat:token:lease", LEASE)


@pytest.mark.parametrize(
    ("fault", "expected", "rest"),
    [
        (WeChatUnreachable("timeout", may_have_arrived=True), ("timeout", None), 2),
        (WeChatRefused(-1, "system error"), ("system error", -1), 2),
        (WeChatRefused(40164, "invalid ip 10.0.0.1"), ("invalid ip 10.0.0.1", 40164), 60),
        (WeChatRefused(40001, "bad secret"), ("bad secret", 40001), 60),
    ],
)
def test_token_outage_is_not_hammered(
    broker: TokenBroker,
    fetches: Fetches,
    clock: FixedClock,
    fault: WeChatError,
    expected: tuple[str, int | None],
    rest: int,
) -> None:
    fetches.fault = fault
    failures = [_unavailable(broker.token) for _ in range(3)]
    clock.advance(timedelta(seconds=rest))
    fetches.fault = None

    assert broker.token() == "TOKEN-1"
    assert failures == [expected] * 3
    assert len(fetches.forced) == 2


def test_renew_takes_the_token_that_another_has_put_there(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore, clock: FixedClock
) -> None:
    bad = broker.token()
    fetches.number = 2
    TokenBroker(fetches, store, clock).renew(bad)

    assert broker.renew(bad) == "TOKEN-2"
    assert fetches.forced == [False, False]


def test_renew_asks_the_stable_way_first(broker: TokenBroker, fetches: Fetches) -> None:
    bad = broker.token()
    fetches.number = 7

    assert broker.renew(bad) == "TOKEN-7"
    assert broker.token() == "TOKEN-7"
    assert fetches.forced == [False, False]


def test_renew_forces_only_when_the_stable_way_gives_the_bad_one(
    broker: TokenBroker, fetches: Fetches
) -> None:
    assert broker.renew(broker.token()) == "TOKEN-2"
    assert fetches.forced == [False, False, True]


def test_renew_forced_without_effect_is_the_end(broker: TokenBroker, fetches: Fetches) -> None:
    bad = broker.token()
    fetches.rotates = False

    assert _unavailable(lambda: broker.renew(bad)) == ("token_refused", None)


def test_renew_forces_30_s_apart_over_all_processes(
    broker: TokenBroker, fetches: Fetches, store: MemoryStore, clock: FixedClock
) -> None:
    bad = broker.renew(broker.token())
    other = TokenBroker(fetches, store, clock)
    clock.advance(timedelta(seconds=29))

    assert _unavailable(lambda: other.renew(bad)) == ("token_refused", None)
    clock.advance(timedelta(seconds=2))
    assert other.renew(bad) == "TOKEN-3"
    assert fetches.forced == [False, False, True, False, False, True]


def test_renew_forces_20_times_a_day(broker: TokenBroker, fetches: Fetches, clock: FixedClock) -> None:
    bad = broker.token()
    for _ in range(20):
        bad = broker.renew(bad)
        clock.advance(timedelta(seconds=31))

    assert _unavailable(lambda: broker.renew(bad)) == ("token_refused", None)
    assert fetches.forced.count(True) == 20
    clock.advance(timedelta(days=1))
    assert broker.renew(bad) == "TOKEN-22"


def test_renew_by_twenty_threads_is_one(broker: TokenBroker, fetches: Fetches) -> None:
    bad = broker.token()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(broker.renew(bad))) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["TOKEN-2"] * 20
    assert fetches.forced == [False, False, True]
