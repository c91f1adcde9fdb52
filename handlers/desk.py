"""Keeps what arrived, has it answered in a thread of its own, and never lets WeChat wait too long."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.core.db import Bare, Driver, Work, gave_way, in_turn
from app.core.errors import DomainError
from app.core.turns import Occupied
from app.inbox import queries as kept
from app.inbox import service as inbox
from app.inbox.service import Arrival, Claim, ClaimLost, Replay, SeenBefore
from app.inbox.states import InboxState
from app.members import identities
from app.members.identities import Person
from app.notices import service as notices
from app.wechat.envelope import read_body
from app.wechat.messages import Inbound, parse
from app.wiring import Services
from handlers import router
from handlers.chat import Chat, Event
from handlers.turns import Job, reply_of

log = structlog.get_logger()

SOURCE = "wechat"
CLAIM_LASTS = timedelta(seconds=4.5)
"""WeChat hangs up after 5 s and sends again; by then a silent claim is dead and may be taken over."""
SILENT_FOR = timedelta(seconds=30)
"""WeChat has stopped repeating, and nobody else finishes the event."""
HANG_UP_SECONDS = 4.4
POLL_SECONDS = 0.03
PLACES = frozenset({"location", "location_select"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is in the inbox, with the raw text that a replay reads again."""

    inbound: Inbound
    body: str


@dataclass(frozen=True, slots=True)
class First:
    """What the first transaction gave: our claim, who speaks, the answer. Nothing at all for a repeat."""

    claim: Claim | None = None
    person: Person | None = None
    text: str | None = None


class Desk:
    """One a process. `answer` is called from request threads, the rest from jobs and commands."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pool = ThreadPoolExecutor(services.settings.callback.handler_threads, "handler")

    def answer(self, message: Kept, started: float) -> str:
        """The text to show, "" for none; `started` is time.monotonic() of the arrival. Raises NotKept."""
        return self.go_on(message, self.keep([message])[0], started)

    @property
    def patience(self) -> float:
        """Seconds until an answer must be there."""
        return self._services.settings.callback.answer_seconds

    def keep(self, messages: Sequence[Kept], *, wait: bool = True) -> list[First]:
        """Keep them in one transaction, which has also acted on those that a quick verb answers.

        A quick verb that fails leaves nothing of itself; its message is then kept and handled as any other.
        Raises Occupied where another writes and nobody may `wait` for it.
        """
        try:
            return in_turn(lambda: self._keep_together(messages, wait=wait))
        except (Occupied, TimeoutError):
            raise
        except Exception as fault:  # noqa: BLE001 -- one message's fault, told apart below; the database's is raised there
            if len(messages) == 1:
                return [self._keep_at_least(messages[0], fault, wait=wait)]
        return in_turn(lambda: self._keep_apart(messages, wait=wait))

    def go_on(self, message: Kept, first: First, started: float) -> str:
        """The rest, for a message that no quick verb has answered; may wait until WeChat hangs up. Raises NotKept."""
        if first.text is not None:
            return first.text
        deadline = started + self.patience
        claim = first.claim
        if claim is None:
            taken = self._take_over_or_wait(message.inbound.key, deadline)
            if not isinstance(taken, Claim):
                return taken
            claim = taken
        return self._in_a_thread(claim, message.inbound, first.person, started, deadline)

    def finish_silent(self, *, limit: int = 100) -> int:
        """Act on events whose process died before it answered; the reply follows as a message of its own."""
        now = self._now()
        with self._services.sessions.read() as session:
            rows = kept.silent(session, now=now, after=SILENT_FOR, limit=limit)
        return sum(self._finish(row.external_key) for row in rows)

    def replay(self, event_id: int) -> Replay:
        """Try a failed event again; the reply follows as a message of its own."""
        claim = inbox.claim_failed(self._services.sessions, event_id, now=self._now())
        if isinstance(claim, Replay):
            return claim
        self._act_again(claim)
        return Replay.CLAIMED

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=False)

    def _keep_together(self, messages: Sequence[Kept], *, wait: bool) -> list[First]:
        """All of them, or an exception and nothing: savepoints would cost more than the rare second try."""
        with self._services.sessions.write(wait=wait) as driver:
            now = self._now()
            return [self._keep_or_answer(driver, one.inbound, _arrival(one), now) for one in messages]

    def _keep_at_least(self, message: Kept, fault: Exception, *, wait: bool) -> First:
        if isinstance(fault, SeenBefore):
            return First()
        arrival = _arrival(message)
        log.error("handlers.event.not_at_once", kind=arrival.kind, exc_info=fault)
        with self._services.sessions.write(wait=wait) as driver:
            return First(inbox.accept(driver, arrival, now=self._now()))

    def _keep_apart(self, messages: Sequence[Kept], *, wait: bool) -> list[First]:
        """One transaction in which what fails is undone alone."""
        with self._services.sessions.write(wait=wait) as driver:
            return [self._keep_one(driver, message) for message in messages]

    def _keep_one(self, driver: Driver, message: Kept) -> First:
        arrival = _arrival(message)
        try:
            with driver.apart():
                return self._keep_or_answer(driver, message.inbound, arrival, self._now())
        except SeenBefore:
            return First()
        except Exception as fault:
            if gave_way(fault):
                raise
            log.exception("handlers.event.not_at_once", kind=arrival.kind)
            return First(inbox.accept(driver, arrival, now=self._now()))

    def _keep_or_answer(self, driver: Driver, inbound: Inbound, arrival: Arrival, now: datetime) -> First:
        if not _meets(inbound):
            return self._keep_report(driver, inbound, arrival, now)
        person = identities.encounter(driver, **self._speaker(inbound), now=now)
        if inbound.kind != "event":
            identities.wrote(driver, person, now=now)
        chat = Chat(Bare(driver), self._services, inbound, person, now)
        way = router.route(chat)
        if not way.quick:
            return First(inbox.accept(driver, arrival, now=now), person)
        text = way.answer(chat)
        inbox.keep_handled(driver, arrival, reply=text, now=now)
        return First(person=person, text=text)

    def _keep_report(self, driver: Driver, inbound: Inbound, arrival: Arrival, now: datetime) -> First:
        """Nobody waits for an answer to what WeChat reports; what comes by thousands is done with at once."""
        if inbound.event not in router.QUICK_REPORTS:
            return First(inbox.accept(driver, arrival, now=now))
        router.on_event(Event(Bare(driver), self._services, inbound, now))
        inbox.keep_handled(driver, arrival, reply="", now=now)
        return First(text="")

    def _in_a_thread(
        self, claim: Claim, inbound: Inbound, person: Person | None, started: float, deadline: float
    ) -> str:
        """Have it handled where nobody waits for a handler that hangs."""
        job = Job()
        future = self._pool.submit(copy_context().run, self._act, claim, inbound, job, person)
        return reply_of(future, job, deadline=deadline, hang_up=started + HANG_UP_SECONDS)

    def _speaker(self, inbound: Inbound) -> dict[str, str]:
        return {"app_id": self._services.settings.wechat.app_id, "openid": inbound.openid}

    def _finish(self, key: str) -> bool:
        """Whether it was ended. One that cannot be must not keep the others waiting."""
        try:
            claim = self._claim_silent(key)
            if claim is not None:
                self._act_again(claim)
        except Exception:
            log.exception("handlers.event.not_finished", key=key)
            return False
        return claim is not None

    def _claim_silent(self, key: str) -> Claim | None:
        """None where a repeat has taken it over since it was listed: that one is alive."""
        seen = inbox.look(self._services.sessions, key)
        if self._now() - seen.claimed_at <= SILENT_FOR:
            return None
        return inbox.take_over(self._services.sessions, seen, now=self._now())

    def _act_again(self, claim: Claim) -> None:
        with self._services.sessions.read() as session:
            body = kept.body(session, claim.key)
        if body is not None:
            self._act(claim, parse(read_body(body.encode())), Job(waited_for=False))
            return
        with self._services.sessions.write() as driver:  # a place, or somebody who left: nothing to act on
            inbox.finish(driver, claim, reply="", now=self._now())

    def _take_over_or_wait(self, key: str, deadline: float) -> Claim | str:
        """The stored reply; or the right to act, where the first claimant is dead."""
        seen = inbox.look(self._services.sessions, key)
        while seen.state is InboxState.RECEIVED:
            if self._now() - seen.claimed_at > CLAIM_LASTS:
                claim = inbox.take_over(self._services.sessions, seen, now=self._now())
                if claim is not None:
                    return claim
            if time.monotonic() > deadline:
                return ""
            time.sleep(POLL_SECONDS)
            seen = inbox.look(self._services.sessions, key)
        return seen.reply or ""

    def _act(self, claim: Claim, inbound: Inbound, job: Job, person: Person | None = None) -> str:
        """Handle, or write down why not. The one place where any exception of a handler ends."""
        try:
            return self._handle_or_refuse(claim, inbound, job, person)
        except ClaimLost:
            log.warning("handlers.claim.lost", key=claim.key)
            raise
        except Exception as fault:
            if person is not None and self._has_left(person, inbound):
                log.info("handlers.event.left_meanwhile", kind=_kind(inbound))
                return self._end(claim, inbound, job, "", error=None)
            number = self._number(claim)
            log.exception("handlers.event.failed", event_id=number, kind=_kind(inbound))
            # Of a report, or of leaving, nobody waits for an answer.
            text = self._services.texts.render("failed", number=number) if _meets(inbound) else ""
            return self._end(claim, inbound, job, text, error=type(fault).__name__)

    def _handle_or_refuse(self, claim: Claim, inbound: Inbound, job: Job, person: Person | None) -> str:
        try:
            # Two messages of one person may lock each other out.
            return in_turn(lambda: self._handle(claim, inbound, job, person))
        except DomainError as refusal:
            text = self._services.texts.render(f"refused_{refusal.code}", **refusal.details)
            return self._end(claim, inbound, job, text, error=None)

    def _handle(self, claim: Claim, inbound: Inbound, job: Job, person: Person | None) -> str:
        """Effects and answer in one transaction: all of it, or nothing."""
        now = self._now()
        with self._services.sessions.work() as work:
            text = self._route(work, inbound, person, now)
            reply = self._deliver(work, claim, inbound, job, text, now)
            inbox.finish(work.driver, claim, reply=reply, now=now)
        return reply

    def _route(self, work: Work, inbound: Inbound, person: Person | None, now: datetime) -> str:
        if not _meets(inbound):
            router.on_event(Event(work, self._services, inbound, now))
            return ""
        if person is None:
            person = identities.encounter(work.driver, **self._speaker(inbound), now=now)
        chat = Chat(work, self._services, inbound, person, now)
        return router.route(chat).answer(chat)

    def _end(self, claim: Claim, inbound: Inbound, job: Job, text: str, *, error: str | None) -> str:
        now = self._now()
        with self._services.sessions.work() as work:
            reply = self._deliver(work, claim, inbound, job, text, now)
            if error is None:
                inbox.finish(work.driver, claim, reply=reply, now=now)
            else:
                inbox.fail(work.driver, claim, reply=reply, error=error, now=now)
        return reply

    def _deliver(self, work: Work, claim: Claim, inbound: Inbound, job: Job, text: str, now: datetime) -> str:
        """The text itself while the request waits; "" once it is queued as a message of its own."""
        if not text or job.settle():
            return text
        person = identities.recall(work.driver, **self._speaker(inbound))
        if person is not None:
            subject = f"inbox:{claim.key[:40]}:{claim.attempt}"
            notices.queue(
                work.driver,
                subject=subject,
                identity_id=person.identity_id,
                kind="late_reply",
                fields={"text": text},
                now=now,
            )
        return ""

    def _number(self, claim: Claim) -> int:
        with self._services.sessions.read() as session:
            return kept.number(session, claim.key)

    def _has_left(self, person: Person, inbound: Inbound) -> bool:
        """Also where they are back already: of the chat from before nothing is left to act for."""
        with self._services.sessions.read() as session:
            found = identities.find(session, **self._speaker(inbound))
        return found is None or found.identity_id != person.identity_id

    def _now(self) -> datetime:
        return self._services.clock.now()


def _meets(inbound: Inbound) -> bool:
    return inbound.kind != "event" or router.needs_person(inbound.event)


def _kind(inbound: Inbound) -> str:
    return f"{inbound.kind}.{inbound.event}"[:64] if inbound.event else inbound.kind[:64]


def _arrival(message: Kept) -> Arrival:
    """A place is not kept at all (design §2): only that something of this kind came."""
    inbound = message.inbound
    place = inbound.event in PLACES or inbound.kind == "location"
    return Arrival(
        key=inbound.key,
        source=SOURCE,
        kind=_kind(inbound),
        openid=inbound.openid,
        body=None if place else message.body,
    )
