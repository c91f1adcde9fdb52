"""Keep first, act second. One row per thing that WeChat told us, whatever number of times it tells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, or_, select, update

from app.core.db import Driver, Session, Sessions, driver_of, rows_changed
from app.core.prepared import Prepared
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState

ERROR_LIMIT = 200


class ClaimLost(RuntimeError):
    """Another process took this event over; what we did for it must be rolled back."""


class SeenBefore(RuntimeError):
    """The event was kept before: its answer is there, or on its way."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act on an event. `attempt` is the fence: a later claimant has a higher one."""

    key: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that had arrived before. `reply` is what was answered, once there is an answer."""

    key: str
    state: InboxState
    reply: str | None
    attempt: int
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is kept of a message. `body` is None where keeping it would keep a place or a person for nothing."""

    key: str
    source: str
    kind: str
    openid: str | None
    body: str | None


class Replay(StrEnum):
    CLAIMED = "claimed"
    NOT_FAILED = "not_failed"
    UNKNOWN = "unknown"


events = cast("Table", InboundEvent.__table__)
_KEPT = ("external_key", "source", "kind", "openid", "body", "state", "attempts", "received_at", "claimed_at")
_KEEP = Prepared(insert(events).values({name: bindparam(name) for name in _KEPT}))
_DONE = Prepared(insert(events).values({name: bindparam(name) for name in (*_KEPT, "reply", "handled_at")}))
_SEEN = Prepared(
    select(events.c.state, events.c.reply, events.c.attempts, events.c.claimed_at).where(
        events.c.external_key == bindparam("key")
    )
)
_ENDED = ("state", "reply", "error", "handled_at")
_END = Prepared(
    update(events)
    .where(
        events.c.external_key == bindparam("key"),
        events.c.state == InboxState.RECEIVED,
        events.c.attempts == bindparam("attempt"),
    )
    .values({name: bindparam(f"new_{name}") for name in _ENDED})
)


def accept(driver: Driver, arrival: Arrival, *, now: datetime) -> Claim | None:
    """Keep it and claim it; None if it was here before. The unique key decides."""
    row = _row(arrival, InboxState.RECEIVED, now)
    return Claim(arrival.key, 1) if _KEEP.once(driver, **row) else None


def keep_handled(driver: Driver, arrival: Arrival, *, reply: str, now: datetime) -> None:
    """Keep what the same transaction has acted on already. Raises SeenBefore: then nothing of it may stay."""
    row = _row(arrival, InboxState.HANDLED, now)
    if not _DONE.once(driver, **row, reply=reply, handled_at=now):
        raise SeenBefore(arrival.key)


def _row(arrival: Arrival, state: InboxState, now: datetime) -> dict[str, Any]:
    return {
        "external_key": arrival.key,
        "source": arrival.source,
        "kind": arrival.kind,
        "openid": arrival.openid,
        "body": arrival.body,
        "state": state,
        "attempts": 1,
        "received_at": now,
        "claimed_at": now,
    }


def look(sessions: Sessions, key: str) -> Seen:
    with sessions.read() as session:
        row = _SEEN.first(driver_of(session), key=key)
    return Seen(key, row.state, row.reply, row.attempts, row.claimed_at)


def take_over(sessions: Sessions, seen: Seen, *, now: datetime) -> Claim | None:
    """Claim an event whose first claimant fell silent; None if somebody else was quicker or it has ended."""
    return _claim(sessions, seen.key, state=InboxState.RECEIVED, attempt=seen.attempt, now=now)


def claim_failed(sessions: Sessions, event_id: int, *, now: datetime) -> Claim | Replay:
    """For a replay by a person: FAILED → RECEIVED, claimed."""
    with sessions.read() as session:
        wanted = select(InboundEvent.external_key, InboundEvent.attempts).where(InboundEvent.id == event_id)
        row = session.execute(wanted).first()
    if row is None:
        return Replay.UNKNOWN
    claim = _claim(sessions, row.external_key, state=InboxState.FAILED, attempt=row.attempts, now=now)
    return claim or Replay.NOT_FAILED


def _claim(sessions: Sessions, key: str, *, state: InboxState, attempt: int, now: datetime) -> Claim | None:
    with sessions.begin() as session:
        won = rows_changed(
            session,
            update(InboundEvent)
            .where(
                InboundEvent.external_key == key,
                InboundEvent.state == state,
                InboundEvent.attempts == attempt,
            )
            .values(state=InboxState.RECEIVED, attempts=attempt + 1, claimed_at=now),
        )
    return Claim(key, attempt + 1) if won else None


def finish(driver: Driver, claim: Claim, *, reply: str, now: datetime) -> None:
    """Mark the event handled, in the transaction of its effects. Raises ClaimLost."""
    _end(driver, claim, state=InboxState.HANDLED, reply=reply, error=None, now=now)


def fail(driver: Driver, claim: Claim, *, reply: str, error: str, now: datetime) -> None:
    """Keep the fault and what was answered; a person replays it. Raises ClaimLost."""
    _end(driver, claim, state=InboxState.FAILED, reply=reply, error=error[:ERROR_LIMIT], now=now)


def _end(
    driver: Driver, claim: Claim, *, state: InboxState, reply: str, error: str | None, now: datetime
) -> None:
    ended = _END.change(
        driver,
        key=claim.key,
        attempt=claim.attempt,
        new_state=state,
        new_reply=reply,
        new_error=error,
        new_handled_at=now,
    )
    if ended != 1:
        raise ClaimLost(claim.key)


def forget(session: Session, *, openid: str) -> None:
    """Remove what a person wrote and who they were; the key stays, so that a repeat stays a repeat."""
    theirs = update(InboundEvent).where(InboundEvent.openid == openid)
    session.execute(theirs.values(openid=None, body=None, reply=""))


def drop_body(session: Session, *, key: str) -> None:
    """Keep what was answered, but not what was said: for words that nobody may read later."""
    session.execute(update(InboundEvent).where(InboundEvent.external_key == key).values(body=None))


def fade(session: Session, *, before: datetime) -> int:
    """Drop the texts of what was handled long ago; what failed keeps them until somebody looks."""
    old = InboundEvent.state == InboxState.HANDLED, InboundEvent.received_at < before
    text_left = or_(InboundEvent.body.is_not(None), InboundEvent.reply != "")
    faded = update(InboundEvent).where(*old, text_left)
    return rows_changed(session, faded.values(body=None, reply=""))
