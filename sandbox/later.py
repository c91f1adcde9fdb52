"""What is to be done in some time: one clock for all, and few hands, however much is waiting."""

import heapq
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

Job = Callable[[], object]
log = logging.getLogger(__name__)


class Later:
    """Jobs run in the order in which they become due, `hands` of them at once."""

    def __init__(self, hands: int) -> None:
        self._waiting: list[tuple[float, int, Job]] = []
        self._order = count()
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="push")
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, job: Job, *, after_s: float) -> None:
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._waiting, (time.monotonic() + after_s, next(self._order), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """What is still waiting is dropped."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._pool.submit(_do, job)
            except RuntimeError:  # closed meanwhile
                return

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closed:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait)
        return None


def _do(job: Job) -> None:
    try:
        job()
    except Exception:
        log.exception("sandbox.later.failed")  # a pool would keep it to itself
