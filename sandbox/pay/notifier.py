"""Telling merchants: at once, then on the official schedule until they answer 200 or 204."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.later import Later
from sandbox.log import Log
from sandbox.pay import answers, letters
from sandbox.pay.keys import PlatformKeys
from sandbox.pay.letters import Letter
from sandbox.pay.model import Payments
from sandbox.pay.orders import Order, key_of
from sandbox.pay.refunds import Refund
from sandbox.pay.settings import PaySettings
from sandbox.sending import NotAnswered, TooSlow, post_to
from sandbox.serials import Serials, random_name
from sandbox.shelf import Shelf

Json = dict[str, Any]
MINUTE, HOUR = 60, 3600
PAUSES = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, HOUR),
    *(3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
TAKEN = {200, 204}
WAITING, DONE, GIVEN_UP, LOST = "waiting", "done", "given_up", "lost"
BODY_SHOWN = 4096
OTHER_KEY = "0" * 32
KEEP = 5000


@dataclass
class Notice:
    id: str
    event: str
    mchid: str
    out_trade_no: str
    url: str
    clear: Json
    made_at: float
    state: str = WAITING
    tries: int = 0
    due_at: float = 0.0
    """By the sandbox's clock: moving it sends what has become due."""
    attempts: list[Json] = field(default_factory=list)


class Notifier:
    def __init__(
        self,
        *,
        payments: Payments,
        keys: PlatformKeys,
        settings: PaySettings,
        config: Config,
        serials: Serials,
        faults: Faults,
        log: Log,
        jobs: Later,
        lock: threading.RLock,
    ) -> None:
        self._payments = payments
        self._clock = payments.clock
        self._keys = keys
        self._settings = settings
        self._config = config
        self._serials = serials
        self._faults = faults
        self._log = log
        self._jobs = jobs
        self._lock = lock
        self._watching = False
        self.all: Shelf[Notice] = Shelf(Notice)
        self.changed: Callable[[], None] = lambda: None

    def tell(self, *, wait: bool = False) -> list[Notice]:
        """Notices of all that happened, on their way; with `wait`, tried once."""
        made = []
        with self._lock:
            while self._payments.happened:
                notice = self._written(*self._payments.happened.popleft())
                if notice is not None:
                    made.append(notice)
        for notice in made:
            if wait and notice.state == WAITING:
                self._try(notice, 0)
            else:
                self._plan(notice, after_s=self._faults.pay.notify_delay_ms / 1000)
        self._watch_refunds()
        return made

    def catch_up(self) -> None:
        """After the clock was moved, or the sandbox began again."""
        with self._lock:
            self._payments.tick()
        self.tell()
        now = self._clock.now()
        for notice in [one for one in self.all.values() if one.state == WAITING]:
            self._plan(notice, after_s=max(0.0, notice.due_at - now))

    def attempt(self, notice: Notice) -> None:
        """One try, with whatever else the faults send around it."""
        if self._faults.strikes("pay.notify_signtest", self._faults.pay.notify_signtest):
            self._send(notice, "signtest", self._letter(notice, "notify_signtest"))
        letter = self._letter(notice, letters.chosen_wrong(self._faults))
        taken = self._send(notice, "retry" if notice.tries else "first", letter)
        if self._faults.strikes("pay.notify_duplicate", self._faults.pay.notify_duplicate):
            self._send(notice, "duplicate", letter)
        if self._faults.strikes("pay.notify_replay_old", self._faults.pay.notify_replay_old):
            self._send(notice, "replay", self._address(letter.body, age_s=letters.YEAR))
        self._after(notice, taken=taken)
        self.changed()

    def _watch_refunds(self) -> None:
        """Looks again when the next refund ends; one look is planned at a time."""
        with self._lock:
            ends = self._payments.refunds.next_end()
            if ends is None or self._watching:
                return
            self._watching = True
        self._jobs.put(self._look, after_s=max(0.0, ends - self._clock.now()))

    def _look(self) -> None:
        with self._lock:
            self._watching = False
            self._payments.tick()
        self.tell()
        self.changed()

    def _written(self, event: str, about: Order | Refund) -> Notice | None:
        order = self._payments.orders.known(about.mchid, about.out_trade_no)
        url = (isinstance(about, Refund) and about.notify_url) or order.notify_url
        if not self._settings.merchants[about.mchid].api_v3_key:
            return None
        clear = answers.transaction(about) if isinstance(about, Order) else answers.refund_notice(about)
        number = f"EV-{self._serials.next('notice'):018d}{random_name(4)}"
        now = self._clock.now()
        notice = Notice(number, event, about.mchid, about.out_trade_no, url, clear, now, due_at=now)
        if self._faults.strikes("pay.notify_lost", self._faults.pay.notify_lost):
            notice.state = LOST
        self.all[key_of(about.mchid, number)] = notice
        self._forget_old()
        return notice

    def _forget_old(self) -> None:
        """The oldest stand first; one that is still to be taken stays."""
        oldest = next(iter(self.all))
        if len(self.all) > KEEP and self.all[oldest].state != WAITING:
            del self.all[oldest]

    def _plan(self, notice: Notice, *, after_s: float) -> None:
        if notice.state == WAITING:
            self._jobs.put(partial(self._try, notice, notice.tries), after_s=after_s)

    def _try(self, notice: Notice, number: int) -> None:
        if notice.state == WAITING and self._claims(notice, number):
            self.attempt(notice)

    def _claims(self, notice: Notice, number: int) -> bool:
        """Whether this try is still to be made: the clock may have brought it forward meanwhile."""
        with self._lock:
            if notice.tries != number or notice.due_at < 0:
                return False
            notice.due_at = -1.0
            return True

    def _after(self, notice: Notice, *, taken: bool) -> None:
        with self._lock:
            notice.tries += 1
            if taken or notice.tries > len(PAUSES):
                notice.state = DONE if taken else GIVEN_UP
                return
            scale = self._faults.pay.retry_scale or self._settings.notify_scale
            pause = PAUSES[notice.tries - 1] * float(scale)
            notice.due_at = self._clock.now() + pause
        self._plan(notice, after_s=pause)

    def _letter(self, notice: Notice, wrong: str) -> Letter:
        change = letters.WRONG_WORDS.get(wrong)
        key = OTHER_KEY if wrong in letters.WRONG_SEALS else self._settings.merchants[notice.mchid].api_v3_key
        body = letters.envelope(
            number=notice.id,
            event=notice.event,
            clear=change(notice.clear) if change else notice.clear,
            api_v3_key=key,
            at=notice.made_at,
        )
        return self._address(body, wrong=wrong)

    def _address(self, body: bytes, *, wrong: str = "", age_s: int = 0) -> Letter:
        kind = letters.notification_kind(self._faults)
        return letters.address(body, keys=self._keys, kind=kind, at=self._clock.wall() - age_s, wrong=wrong)

    def _send(self, notice: Notice, kind: str, letter: Letter) -> bool:
        tried = posted(self._config, notice.url, letter)
        attempt = {"kind": kind, "at": self._clock.now(), "wrong": letter.wrong} | tried
        notice.attempts.append(attempt)
        taken = tried["status"] in TAKEN
        self._log.add(
            "push",
            at=self._clock.now(),
            delivery=notice.id,
            label=notice.event,
            fields=notice.clear | {"EventKey": notice.out_trade_no},
            attempts=[attempt],
            shown=None,
            failed=not taken,
            lost=False,
        )
        return taken

    def dump(self) -> Json:
        return self.all.dump()

    def load(self, stored: Json) -> None:
        self.all.load(stored)
        for notice in self.all.values():
            notice.due_at = max(0.0, notice.due_at)  # one was on its way when the sandbox stopped


def posted(config: Config, url: str, letter: Letter) -> Json:
    """What came of it: status, body, error in words, milliseconds."""
    started = time.perf_counter()
    said: Json = {"status": None, "body": "", "error": None, "serial": letter.headers.get("Wechatpay-Serial")}
    sent = {"Content-Type": "application/json"} | letter.headers
    try:
        answered = post_to(url, letter.body, sent, timeout_s=config.push_timeout_s)
    except TooSlow:
        said["error"] = f"no answer within {config.push_timeout_s:g} s"
    except NotAnswered as error:
        said["error"] = f"not reachable: {error}"
    else:
        said |= {"status": answered.status, "body": answered.content[:BODY_SHOWN].decode(errors="replace")}
        said["error"] = None if answered.status in TAKEN else f"HTTP {answered.status}"
    return said | {"ms": int((time.perf_counter() - started) * 1000)}
