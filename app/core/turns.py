"""Who may write to a SQLite file next."""

import fcntl
import os
import time
import weakref
from threading import Lock

TURN_SECONDS = 0.001
MEMORY = ":memory:"


class Occupied(RuntimeError):
    """Somebody else writes just now, and the caller would not wait."""


class Turns:
    """Whose turn it is to write to a SQLite file, among the threads of this process and among processes.

    SQLite itself has a writer who comes too early sleep for milliseconds and look again; ours waits are shorter
    than a transaction. A lock on a file beside the database ends with its process, however it dies.
    """

    def __init__(self, database: str | None, patience: float) -> None:
        self._patience = patience
        self._threads = Lock()
        self._path = f"{database}-turn" if database and database != MEMORY else None
        self._file: int | None = None

    def take(self) -> None:
        """Only if nobody else has it. Raises Occupied; give it back with `release`."""
        if not self._threads.acquire(blocking=False):
            raise Occupied
        try:
            if (file := self._opened()) is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._threads.release()
            raise Occupied from None
        except BaseException:
            self._threads.release()
            raise

    def release(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def __enter__(self) -> None:
        until = time.monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise TimeoutError("another writer of this process holds the database")
        try:
            self._wait_for_processes(until)
        except BaseException:
            self._threads.release()
            raise

    def _wait_for_processes(self, until: float) -> None:
        while (file := self._opened()) is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError("another process holds the database") from None
                time.sleep(TURN_SECONDS)
            else:
                return

    def _opened(self) -> int | None:
        """At the first turn and not before: wiring opens nothing, and says first what is wrong with the settings."""
        if self._file is None and self._path:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            weakref.finalize(self, os.close, self._file)
        return self._file

    def __exit__(self, *_: object) -> None:
        self.release()
