"""Messages that wait together are kept together: one commit for all of them."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from app.core.turns import Occupied
from handlers.desk import First, Kept
from handlers.turns import NotKept

MOST = 64
"""In one transaction: what a phone waits for the others of its batch stays some milliseconds."""
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: Kept
    until: float
    answer: "asyncio.Future[First]"


class Keep(Protocol):
    def __call__(self, messages: Sequence[Kept], *, wait: bool = True) -> list[First]: ...


class Keeper:
    """Belongs to one event loop. Keeps on the loop itself while nobody else writes, else in `threads` of its own.

    A hand-over between threads costs more than the few statements of a batch; but the loop waits for nobody.
    """

    def __init__(self, keep: Keep, *, threads: int, embedded: bool, patience: float) -> None:
        self._keep = keep
        self._pool = ThreadPoolExecutor(threads, "keeper")
        self._free = threads
        self._embedded = embedded
        self._most = MOST if embedded else 1
        self._patience = patience
        self._waiting: deque[_Waiting] = deque()
        self._out: deque[_Waiting] = deque()
        self._started = self._watched = False

    def first(self, message: Kept) -> "asyncio.Future[First]":
        """What the transaction gives that keeps the message. Raises NotKept when it is not kept in time."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(message, time.monotonic() + self._patience, loop.create_future())
        self._waiting.append(waiting)
        self._out.append(waiting)
        if not self._started:
            self._started = True
            loop.call_soon(self._start, loop)  # after the others that arrived with it
        if not self._watched:
            self._watched = True
            loop.call_later(LOOK_SECONDS, self._watch, loop)
        return waiting.answer

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._started = False
        while self._free and self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            messages = [one.message for one in batch]
            if not (self._embedded and self._at_once(batch, messages)):
                self._free -= 1
                kept = self._pool.submit(self._keep, messages)
                kept.add_done_callback(partial(self._tell, loop, batch))

    def _at_once(self, batch: list[_Waiting], messages: list[Kept]) -> bool:
        kept: Future[list[First]] = Future()
        try:
            kept.set_result(self._keep(messages, wait=False))
        except Occupied:
            return False
        except Exception as fault:  # noqa: BLE001 -- each request that waits for it raises it
            kept.set_exception(fault)
        _hand_out(batch, kept)
        return True

    def _tell(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], kept: "Future[list[First]]"
    ) -> None:
        loop.call_soon_threadsafe(self._done, loop, batch, kept)

    def _done(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], kept: "Future[list[First]]"
    ) -> None:
        self._free += 1
        self._start(loop)
        _hand_out(batch, kept)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody waits longer than WeChat does, whatever holds the database."""
        now = time.monotonic()
        while self._out and (self._out[0].answer.done() or self._out[0].until <= now):
            one = self._out.popleft()
            if not one.answer.done():
                one.answer.set_exception(NotKept())
        self._watched = bool(self._out)
        if self._watched:
            loop.call_later(LOOK_SECONDS, self._watch, loop)


def _hand_out(batch: list[_Waiting], kept: "Future[list[First]]") -> None:
    fault = kept.exception()
    for number, one in enumerate(batch):
        if one.answer.done():
            continue
        if fault is None:
            one.answer.set_result(kept.result()[number])
        else:
            one.answer.set_exception(fault)
