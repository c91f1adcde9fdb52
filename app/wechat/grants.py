"""What the platform lends for two hours (token, JS ticket): fetched by one, shared by all."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from app.core.clock import Clock
from app.wechat.errors import TokenUnavailable, WeChatError, WeChatRefused

REFRESH_BEFORE_SECONDS: Final = 300
LEASE: Final = timedelta(seconds=15)
POLL_SECONDS: Final = 0.05
_POLLS: Final = int(LEASE.total_seconds() / POLL_SECONDS)
_SHORTEST_USE_SECONDS: Final = 10
_REST: Final = timedelta(seconds=2)
_REST_AFTER_REFUSAL: Final = timedelta(seconds=60)
_PASSING: Final = frozenset({-1, 45011})


class SharedStore(Protocol):
    """Where threads and processes meet; met by app.redis_store."""

    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str, ttl: timedelta) -> None: ...
    def delete(self, key: str) -> None: ...
    def acquire(self, name: str, ttl: timedelta) -> str | None: ...
    def release(self, name: str, lease: str) -> None: ...
    def incr(self, key: str, ttl: timedelta) -> int: ...
    def take(self, key: str, wanted: int, *, every: timedelta, burst: int) -> tuple[int, timedelta]: ...


@dataclass(frozen=True, slots=True)
class Grant:
    value: str = field(repr=False)
    expires_in: int


Fetch = Callable[[], Grant]


class SharedGrant:
    """Single flight across threads (a lock) and processes (a lease in the store)."""

    def __init__(
        self, name: str, *, store: SharedStore, clock: Clock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._name = name
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._failure: tuple[datetime, TokenUnavailable] | None = None

    def get(self, fetch: Fetch) -> str:
        """The shared value, fetched when fewer than 300 s of it remain."""
        return self._current() or self._fetched(fetch)

    def replace(self, bad: str, fetch: Fetch) -> str:
        """Another value than `bad`: the one that somebody else has put there meanwhile, or a new one."""
        return self._fetched(fetch, unlike=bad)

    def _current(self, unlike: str | None = None) -> str | None:
        try:
            kept = json.loads(self._store.get(self._name) or "{}")
            good = float(kept["refresh_at"]) >= self._clock.now().timestamp() and kept["value"] != unlike
            return str(kept["value"]) if good else None
        except (ValueError, KeyError, TypeError):
            return None

    def _fetched(self, fetch: Fetch, unlike: str | None = None) -> str:
        with self._lock:
            if value := self._current(unlike):
                return value
            self._fail_as_before()
            lease, value = self._turn(unlike)
            try:
                return value or self._fetch(fetch)
            finally:
                self._release(lease)

    def _turn(self, unlike: str | None) -> tuple[str | None, str | None]:
        """The lease to fetch, or the value that its holder fetched; neither when the holder hangs."""
        for _ in range(_POLLS):
            lease = self._store.acquire(f"{self._name}:lease", LEASE)
            value = self._current(unlike)
            if lease or value:
                return lease, value
            self._sleep(POLL_SECONDS)
        return None, None

    def _fetch(self, fetch: Fetch) -> str:
        failure = None
        try:
            grant = fetch()
        except WeChatError as error:
            failure = _unavailable(error)
        if failure:
            passing = failure.errcode is None or failure.errcode in _PASSING
            self._failure = self._clock.now() + (_REST if passing else _REST_AFTER_REFUSAL), failure
            raise failure
        self._keep(grant)
        return grant.value

    def _keep(self, grant: Grant) -> None:
        usable = max(grant.expires_in - REFRESH_BEFORE_SECONDS, min(grant.expires_in, _SHORTEST_USE_SECONDS))
        kept = {"value": grant.value, "refresh_at": self._clock.now().timestamp() + usable}
        self._store.set(self._name, json.dumps(kept), timedelta(seconds=grant.expires_in))
        self._failure = None

    def _fail_as_before(self) -> None:
        """Those who queued behind a failed fetch fail with it, so that an outage is not asked about again by each."""
        if self._failure and self._clock.now() < self._failure[0]:
            before = self._failure[1]
            raise TokenUnavailable(before.reason, before.errcode)

    def _release(self, lease: str | None) -> None:
        if lease:
            self._store.release(f"{self._name}:lease", lease)


def _unavailable(error: WeChatError) -> TokenUnavailable:
    if isinstance(error, TokenUnavailable):
        return error
    if isinstance(error, WeChatRefused):
        return TokenUnavailable(error.errmsg, error.errcode)
    return TokenUnavailable(str(error))
