"""The sandbox's own time, which a test may push forward, and Beijing's days."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset = 0.0

    def now(self) -> float:
        """Seconds by which windows, tokens and quotas are judged."""
        return self._source() + self.offset

    def wall(self) -> int:
        """Real seconds. Pushes carry these: the receiver's clock is not ours to move."""
        return int(self._source())

    def advance(self, seconds: float) -> None:
        self.offset += seconds

    def day(self) -> str:
        return self._beijing().strftime("%Y-%m-%d")

    def month(self) -> str:
        return self._beijing().strftime("%Y-%m")

    def _beijing(self) -> datetime:
        return datetime.fromtimestamp(self.now(), tz=UTC).astimezone(BEIJING)

    def dump(self) -> float:
        return self.offset

    def load(self, stored: float) -> None:
        self.offset = stored
