"""Who carries a reply: the request that waits for it, or a message of its own."""

import threading
import time
from concurrent.futures import Future
from enum import Enum, auto

from app.inbox.service import ClaimLost


class NotKept(RuntimeError):
    """The answer is neither known nor promised: WeChat must send again."""


class _Turn(Enum):
    WAITING = auto()
    SETTLED = auto()
    GIVEN_UP = auto()


class Job:
    """Decides once whether the waiting request or a later message carries the reply."""

    def __init__(self, *, waited_for: bool = True) -> None:
        self._lock = threading.Lock()
        self._turn = _Turn.WAITING if waited_for else _Turn.GIVEN_UP

    def settle(self) -> bool:
        """The handler has its reply; whether somebody still waits for it."""
        return self._turn_to(_Turn.SETTLED)

    def give_up(self) -> bool:
        """The request has waited long enough; False if the reply is being committed just now."""
        return self._turn_to(_Turn.GIVEN_UP)

    def _turn_to(self, turn: _Turn) -> bool:
        with self._lock:
            if self._turn is _Turn.WAITING:
                self._turn = turn
            return self._turn is turn


def reply_of(future: Future[str], job: Job, *, deadline: float, hang_up: float) -> str:
    """The reply, or "" if it is late and will follow; both limits by time.monotonic(). Raises NotKept."""
    try:
        return future.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        if job.give_up():
            return ""
    except ClaimLost as lost:
        raise NotKept from lost
    try:
        return future.result(timeout=max(0.0, hang_up - time.monotonic()))
    except (TimeoutError, ClaimLost) as late:
        raise NotKept from late
