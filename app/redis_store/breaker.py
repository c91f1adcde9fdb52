"""Whether asking a server is worth the wait: after a failure it is left alone for some seconds."""

import time
from collections.abc import Callable
from threading import Lock, get_ident
from typing import Final

REST_SECONDS: Final = 5.0


class Breaker:
    """Open after a failure; then one caller at a time tries again, the others need not wait."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._rests_until: float | None = None
        self._trying: int | None = None

    def allows(self) -> bool:
        if self._rests_until is None:
            return True
        with self._lock:
            now = self._monotonic()
            if self._rests_until is not None and now < self._rests_until:
                return False
            self._rests_until = now + REST_SECONDS  # this caller tries; the others go on without
            self._trying = get_ident()
            return True

    def failed(self) -> bool:
        """True the first time, so that an outage is told once."""
        with self._lock:
            first = self._rests_until is None
            self._trying = None
            self._rests_until = self._monotonic() + REST_SECONDS
            return first

    def succeeded(self) -> bool:
        """True when this ends an outage; an answer to a question from before the outage does not."""
        if self._rests_until is None:
            return False
        with self._lock:
            ended = self._rests_until is not None and self._trying == get_ident()
            if ended:
                self._rests_until = self._trying = None
            return ended
