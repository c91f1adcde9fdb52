"""Delivering a push to the account's server: timeouts, retries, and what the person then sees."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox import answers
from sandbox.bubbles import FAILURE, bubble, words
from sandbox.chats import Chats
from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.inbound import Push
from sandbox.later import Later
from sandbox.line import Line
from sandbox.log import Log
from sandbox.sealing import Sealed, seal
from sandbox.sending import Answered, NotAnswered, TooSlow, post
from sandbox.serials import Serials

Json = dict[str, Any]
BODY_SHOWN = 4096
OK, SERVER_ERROR = 200, 500


@dataclass
class Attempt:
    kind: str
    """first, retry, duplicate or late."""
    nonce: str
    status: int | None = None
    ms: int = 0
    error: str | None = None
    body: str = ""
    again: bool = field(default=False, repr=False)
    reply: Json | None = field(default=None, repr=False)

    def as_json(self) -> Json:
        hidden = {"again", "reply"}
        return {name: value for name, value in asdict(self).items() if name not in hidden}


@dataclass
class Delivery:
    id: int
    openid: str
    label: str
    fields: Json
    attempts: list[Attempt] = field(default_factory=list)
    shown: str | None = None
    reply: Json | None = None
    failed: bool = False
    lost: bool = False
    pending: bool = True

    def as_json(self) -> Json:
        return asdict(self) | {"attempts": [attempt.as_json() for attempt in self.attempts]}


class Pusher:
    def __init__(
        self,
        *,
        config: Config,
        clock: Clock,
        serials: Serials,
        faults: Faults,
        chats: Chats,
        log: Log,
        lock: threading.RLock,
        jobs: Later,
    ) -> None:
        self._config = config
        self._clock = clock
        self._serials = serials
        self._faults = faults
        self._chats = chats
        self._log = log
        self._lock = lock
        self._line = Line()
        self._later = jobs
        self._closing = threading.Event()
        self.changed: Callable[[], None] = lambda: None

    def deliver(self, push: Push, *, wait: bool = True) -> Delivery:
        delivery = Delivery(self._serials.next("delivery"), push.openid, push.label, push.fields)
        if wait:
            self._run(push, delivery)
        else:
            self._in_background(lambda: self._run(push, delivery))
        return delivery

    def later(self, push: Push, *, after_s: float, then: Callable[[Delivery], None] | None = None) -> None:
        def send() -> None:
            delivery = self.deliver(push)
            if then is not None:
                then(delivery)

        self._later.put(send, after_s=after_s)

    def close(self) -> None:
        self._closing.set()
        self._later.close()

    def _in_background(self, job: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=job, daemon=True)
        thread.start()
        return thread

    def _run(self, push: Push, delivery: Delivery) -> None:
        faults = self._faults.push
        if self._faults.strikes("push.lost", faults.lost):
            delivery.lost = True
        else:
            if faults.delay_ms:
                time.sleep(faults.delay_ms / 1000)
            with self._line.turn(swap=faults.out_of_order):
                self._attempt_all(push, delivery)
        delivery.pending = False
        self._note(delivery)
        self.changed()

    def _attempt_all(self, push: Push, delivery: Delivery) -> None:
        faults = self._faults.push
        sealed = self._seal(push)
        twice = self._faults.strikes("push.duplicate", faults.duplicate)
        overlapping = None
        if twice and faults.duplicates_overlap:
            overlapping = self._in_background(lambda: self._once("duplicate", push, sealed, delivery))
        self._until_answered(push, sealed, delivery)
        if overlapping is not None:
            overlapping.join()
        elif twice:
            self._once("duplicate", push, sealed, delivery)
        if faults.late_duplicate_ms:
            self._repeat_late(push, sealed, faults.late_duplicate_ms / 1000)

    def _until_answered(self, push: Push, sealed: Sealed, delivery: Delivery) -> None:
        attempt = self._once("first", push, sealed, delivery)
        for _ in range(self._config.push_retries):
            if not attempt.again or self._closing.is_set():
                break
            if self._faults.push.retry_new_nonce:
                sealed = self._seal(push)
            attempt = self._once("retry", push, sealed, delivery)
        with self._lock:
            self._show(push, delivery, attempt)

    def _show(self, push: Push, delivery: Delivery, attempt: Attempt) -> None:
        delivery.failed = attempt.error is not None
        if delivery.failed and push.answerable:
            delivery.shown = FAILURE
            self._chats.add(push.openid, "system", "failure", text=FAILURE, delivery=delivery.id)
        elif attempt.reply is not None and push.answerable:
            delivery.reply, delivery.shown = attempt.reply, words(attempt.reply)
            kind, content = bubble(attempt.reply)
            by = "system" if kind == "system" else "account"
            self._chats.add(push.openid, by, kind, delivery=delivery.id, **content)

    def _repeat_late(self, push: Push, sealed: Sealed, after_s: float) -> None:
        def send() -> None:
            again = Delivery(self._serials.next("delivery"), push.openid, push.label, push.fields)
            self._once("late", push, sealed, again)
            again.pending = False
            self._note(again)

        self._later.put(send, after_s=after_s)

    def _note(self, delivery: Delivery) -> None:
        entry = delivery.as_json()
        self._log.add("push", at=self._clock.now(), delivery=entry.pop("id"), **entry)

    def _seal(self, push: Push) -> Sealed:
        stamp = self._clock.wall() + self._faults.push.timestamp_skew_s
        return seal(self._config, push, timestamp=str(stamp))

    def _once(self, kind: str, push: Push, sealed: Sealed, delivery: Delivery) -> Attempt:
        attempt = Attempt(kind, nonce=sealed.query["nonce"])
        delivery.attempts.append(attempt)
        started = time.perf_counter()
        try:
            answered = post(self._config, sealed.query, sealed.body, {"Content-Type": sealed.content_type})
        except TooSlow:
            attempt.error, attempt.again = f"no answer within {self._config.push_timeout_s:g} s", True
        except NotAnswered as error:
            attempt.error, attempt.again = f"not reachable: {error}", True
        else:
            self._judge(attempt, push, answered)
        attempt.ms = int((time.perf_counter() - started) * 1000)
        return attempt

    def _judge(self, attempt: Attempt, push: Push, answered: Answered) -> None:
        attempt.status = answered.status
        attempt.body = answered.content[:BODY_SHOWN].decode(errors="replace")
        if answered.status != OK:
            attempt.error = f"HTTP {answered.status}"
            attempt.again = answered.status >= SERVER_ERROR
            return
        try:
            answer = answers.read(answered.content, answers.Question(push.openid, push.kind), self._config)
        except answers.BadAnswer as error:
            attempt.error = str(error)
        else:
            attempt.body, attempt.reply = answer.text[:BODY_SHOWN], answer.reply
