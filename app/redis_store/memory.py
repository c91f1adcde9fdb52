"""The store of a single process; also what a process falls back on while Redis is away."""

import secrets
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from app.core.clock import Clock, SystemClock

SWEEP_EVERY: Final = 1_000


class MemoryStore:
    """Holds values until their time is up. Safe to share between threads."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._values: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()
        self._writes = 0

    def get(self, key: str) -> str | None:
        with self._lock:
            return self._live(key)

    def set(self, key: str, value: str, ttl: timedelta) -> None:
        with self._lock:
            self._keep(key, value, ttl)

    def delete(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)

    def acquire(self, name: str, ttl: timedelta) -> str | None:
        """A lease that one holder has until it is released or its time is up; None when another has it."""
        with self._lock:
            if self._live(name) is not None:
                return None
            lease = secrets.token_hex(16)
            self._keep(name, lease, ttl)
            return lease

    def release(self, name: str, lease: str) -> None:
        """Ends the lease if it is still this one."""
        with self._lock:
            if self._live(name) == lease:
                del self._values[name]

    def incr(self, key: str, ttl: timedelta) -> int:
        """Counts one more; the count starts anew `ttl` after its first."""
        with self._lock:
            counted = self._live(key)
            if counted is None:
                self._keep(key, "1", ttl)
                return 1
            number = int(counted) + 1
            self._values[key] = (str(number), self._values[key][1])
            return number

    def take(self, key: str, wanted: int, *, every: timedelta, burst: int) -> tuple[int, timedelta]:
        """Of a flow that lets one pass `every` so often, and `burst` at once: how many now, else how long to wait.

        Less than none gives back.
        """
        with self._lock:
            now = self._clock.now()
            kept = self._live(key)
            busy_until = max(datetime.fromisoformat(kept), now) if kept else now
            free = int((now + burst * every - busy_until) / every)
            granted = min(wanted, max(free, 0))  # below none where the pace was slower until now
            if granted == 0:
                return 0, busy_until + every - burst * every - now
            busy_until += granted * every
            self._keep(key, busy_until.isoformat(), busy_until - now)
            return granted, timedelta(0)

    def _live(self, key: str) -> str | None:
        value, until = self._values.get(key, (None, None))
        if until is not None and until <= self._clock.now():
            del self._values[key]
            return None
        return value

    def _keep(self, key: str, value: str, ttl: timedelta) -> None:
        now = self._clock.now()
        self._values[key] = (value, now + ttl)
        self._writes += 1
        if self._writes % SWEEP_EVERY == 0:
            self._values = {name: kept for name, kept in self._values.items() if kept[1] > now}
