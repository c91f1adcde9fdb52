"""Keep first, act second. One row per thing that WeChat told us, whatever number of times it tells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, Sessions, rows_changed
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState

ERROR_LIMIT = 200


class ClaimLost(RuntimeError):
    """Another process took this event over; what we did for it must be rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act on an event. `attempt` is the fence: a later claimant has a higher one."""

    event_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that had arrived before. `reply` is what was answered, once there is an answer."""

    event_id: int
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
_INSERT = insert(events)
_SEEN = select(events.c.id, events.c.state, events.c.reply, events.c.attempts, events.c.claimed_at).where(
    events.c.external_key == bindparam("key")
)
_MINE = (
    events.c.id == bindparam("event_id"),
    events.c.state == InboxState.RECEIVED,
    events.c.attempts == bindparam("attempt"),
)
_FINISH = (
    update(events)
    .where(*_MINE)
    .values({name: bindparam(f"new_{name}") for name in ("state", "reply", "error", "handled_at")})
)


def accept(sessions: Sessions, arrival: Arrival, *, now: datetime) -> Claim | Seen:
    """Keep it and claim it, or find that it was here before. The unique key decides, in its own transaction."""
    row = {
        "external_key": arrival.key,
        "source": arrival.source,
        "kind": arrival.kind,
        "openid": arrival.openid,
        "body": arrival.body,
        "state": InboxState.RECEIVED,
        "attempts": 1,
        "received_at": now,
        "claimed_at": now,
    }
    try:
        with sessions.begin() as session:
            result = session.connection().execute(_INSERT, row)
            return Claim(int(cast("tuple[int]", result.inserted_primary_key)[0]), 1)
    except IntegrityError:
        return look(sessions, arrival.key)


def look(sessions: Sessions, key: str) -> Seen:
    with sessions.read() as session:
        row = session.connection().execute(_SEEN, {"key": key}).one()
    return Seen(row.id, row.state, row.reply, row.attempts, row.claimed_at)


def take_over(sessions: Sessions, seen: Seen, *, now: datetime) -> Claim | None:
    """Claim an event whose first claimant fell silent; None if somebody else was quicker or it has ended."""
    claim = Claim(seen.event_id, seen.attempt + 1)
    with sessions.begin() as session:
        won = rows_changed(
            session,
            update(InboundEvent)
            .where(
                InboundEvent.id == seen.event_id,
                InboundEvent.state == InboxState.RECEIVED,
                InboundEvent.attempts == seen.attempt,
            )
            .values(attempts=claim.attempt, claimed_at=now),
        )
    return claim if won else None


def finish(session: Session, claim: Claim, *, reply: str, now: datetime) -> None:
    """Mark the event handled, in the transaction of its effects. Raises ClaimLost."""
    _end(session, claim, state=InboxState.HANDLED, reply=reply, error=None, now=now)


def fail(session: Session, claim: Claim, *, reply: str, error: str, now: datetime) -> None:
    """Keep the fault and what was answered; a person replays it. Raises ClaimLost."""
    _end(session, claim, state=InboxState.FAILED, reply=reply, error=error[:ERROR_LIMIT], now=now)


def _end(
    session: Session, claim: Claim, *, state: InboxState, reply: str, error: str | None, now: datetime
) -> None:
    values = {"new_state": state, "new_reply": reply, "new_error": error, "new_handled_at": now}
    result = session.connection().execute(
        _FINISH, {"event_id": claim.event_id, "attempt": claim.attempt} | values
    )
    if result.rowcount != 1:
        raise ClaimLost(claim.event_id)


def claim_failed(sessions: Sessions, event_id: int, *, now: datetime) -> Claim | Replay:
    """For a replay by a person: FAILED → RECEIVED, claimed."""
    with sessions.begin() as session:
        row = session.execute(
            select(InboundEvent.state, InboundEvent.attempts).where(InboundEvent.id == event_id)
        ).first()
        if row is None:
            return Replay.UNKNOWN
        won = rows_changed(
            session,
            update(InboundEvent)
            .where(
                InboundEvent.id == event_id,
                InboundEvent.state == InboxState.FAILED,
                InboundEvent.attempts == row.attempts,
            )
            .values(state=InboxState.RECEIVED, attempts=row.attempts + 1, claimed_at=now),
        )
    return Claim(event_id, row.attempts + 1) if won else Replay.NOT_FAILED


def forget(session: Session, *, openid: str) -> None:
    """Remove what a person wrote and who they were; the key stays, so that a repeat stays a repeat."""
    session.execute(
        update(InboundEvent).where(InboundEvent.openid == openid).values(openid=None, body=None, reply="")
    )
