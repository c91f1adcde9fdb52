"""The line in which pushes leave, and the fault that lets a later one overtake."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_HOLD_S = 1.5


class Line:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: threading.Event | None = None

    @contextmanager
    def turn(self, *, swap: bool) -> Iterator[None]:
        """With `swap`, every second push waits until the one behind it is done."""
        release = self._enter() if swap else None
        try:
            yield
        finally:
            if release is not None:
                release.set()

    def _enter(self) -> threading.Event | None:
        with self._lock:
            if self._held is not None:
                overtaken, self._held = self._held, None
                return overtaken
            mine = self._held = threading.Event()
        mine.wait(LONGEST_HOLD_S)
        with self._lock:
            if self._held is mine:
                self._held = None
        return None
