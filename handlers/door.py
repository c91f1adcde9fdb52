"""How many messages a process works on at once: few while they are quick, more when some are slow."""

from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import Self


class DoorShut(RuntimeError):
    """Nobody came out in time."""


class Door:
    """Threads that wait here sleep; let in together, they would fight for the interpreter and take twice as long.

    One at a time is quickest where the database is a file in this process; a server's answers are waited for,
    and others may work meanwhile.
    """

    def __init__(self, width: int) -> None:
        lock = Lock() if width == 1 else BoundedSemaphore(width)
        self._acquire: Callable[..., bool] = lock.acquire
        self._release: Callable[[], None] = lock.release

    def enter(self, *, seconds: float) -> "Passage":
        """Raises DoorShut."""
        if not self._acquire(timeout=seconds):
            raise DoorShut
        return Passage(self._release)


class Passage:
    """A place inside; left at the end, or earlier by who sees that it will take long."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def leave(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
