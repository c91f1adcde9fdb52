"""Claiming what is due: one transaction takes a batch, and finds each delivery's way."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, insert, literal, or_, select
from sqlalchemy.orm import aliased

from app.core.db import AnyRow, Session
from app.members.models import WeChatIdentity
from app.notices import contents
from app.notices.claimed import Chat, Claimed
from app.notices.following import REPEATABLE_FOR
from app.notices.models import Channel, Delivery, DeliveryAttempt
from app.notices.reachable import Person, Wanted, facts_columns, facts_of
from app.notices.routing import INTERRUPTED, Routes
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.writing import Change, write

CLAIM_LASTS: Final = timedelta(minutes=2)
DEAD_AFTER: Final = timedelta(seconds=15)
WORKER: Final = 16
"""The first characters of a claim's token name the worker; the others the batch."""

_QUEUED: Final = Delivery.state == DeliveryState.QUEUED


def new_worker() -> str:
    return secrets.token_hex(WORKER // 2)


@dataclass(frozen=True, slots=True)
class Batch:
    """`seen`: how many rows were due and dealt with; `going`: those of them that are now sent."""

    token: str
    seen: int = 0
    going: Sequence[Claimed] = ()
    announcement_ids: frozenset[int] = frozenset()


def due(session: Session, *, now: datetime, limit: int, ids: Collection[str] | None = None) -> int:
    """How many could be claimed now, `limit` at most. Takes no lock."""
    waiting = select(Delivery.id).where(*_due(now, ids)).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def claim(
    session: Session,
    *,
    worker: str,
    setup: Setup,
    now: datetime,
    limit: int,
    ids: Collection[str] | None = None,
) -> Batch:
    """Take what is due, in the order of its time; what cannot be pushed ends here, what may not yet waits."""
    token = worker + secrets.token_hex(WORKER // 2)
    mine = _locked(session, now, limit) if ids is None else _locked_of(session, now, ids)[:limit]
    if not mine:
        return Batch(token)
    loaded = _load(session, mine, setup, now)
    announcements = {one.announcement_id for one in loaded if one.announcement_id is not None}
    taken_back = contents.withdrawn(session, announcements)
    wanted = [one for one in loaded if one.announcement_id not in taken_back]
    over, going = Routes(session, setup, now).start(wanted)
    over = [*over, *_taken_back(loaded, taken_back, now)]
    taken = {"state": DeliveryState.SENDING, "claimed_at": now, "claimed_by": token}
    ours = [(one.id, {**taken, "channel": one.channel, "attempts": one.attempts}) for one in going]
    if write(session, [*over, *ours], _QUEUED) != len(mine):
        raise RuntimeError("a row changed under its lock")
    return Batch(token, len(mine), going, frozenset(announcements))


def _taken_back(loaded: Sequence[Claimed], announcement_ids: Collection[int], now: datetime) -> list[Change]:
    """It was under way when its announcement was withdrawn, and waited to be sent again."""
    gone = {"state": DeliveryState.WITHDRAWN, "reason": None, "ended_at": now}
    return [(one.id, gone) for one in loaded if one.announcement_id in announcement_ids]


def _locked(session: Session, now: datetime, limit: int) -> Sequence[str]:
    first = (
        select(Delivery.id).where(*_due(now, None)).order_by(Delivery.not_before, Delivery.id).limit(limit)
    )
    return session.scalars(first.with_for_update(skip_locked=True)).all()


def _locked_of(session: Session, now: datetime, ids: Collection[str]) -> Sequence[str]:
    """Asked by key alone: MariaDB would lock what it scans of the index of states, and hide it from others."""
    named = select(Delivery.id, Delivery.state, Delivery.not_before).where(Delivery.id.in_(ids))
    rows = session.execute(named.order_by(Delivery.id).with_for_update(skip_locked=True))
    return [row.id for row in rows if row.state is DeliveryState.QUEUED and row.not_before <= now]


def _due(now: datetime, ids: Collection[str] | None) -> list[ColumnElement[bool]]:
    named = [] if ids is None else [Delivery.id.in_(ids)]
    return [_QUEUED, Delivery.not_before <= now, *named]


def _load(session: Session, ids: Sequence[str], setup: Setup, now: datetime) -> list[Claimed]:
    """Everything that sending needs. A member's notice goes to the chat that is theirs today."""
    bound, own = aliased(WeChatIdentity), aliased(WeChatIdentity)

    def of(name: str) -> ColumnElement[Any]:
        return func.coalesce(getattr(bound, name), getattr(own, name))

    person = Person(Delivery.member_id, of("id"), of("followed_at"), of("wrote_at"))
    rows = session.execute(
        select(
            Delivery.id,
            Delivery.kind,
            Delivery.urgency,
            Delivery.member_id,
            Delivery.announcement_id,
            Delivery.attempts,
            Delivery.unsure_since,
            Delivery.fields,
            of("id").label("identity_id"),
            of("openid").label("openid"),
            *facts_columns(person, Wanted.of_each(setup), setup=setup, now=now),
        )
        .outerjoin(bound, and_(bound.app_id == setup.app_id, bound.member_id == Delivery.member_id))
        .outerjoin(own, and_(own.id == Delivery.identity_id, Delivery.member_id.is_(None)))
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.not_before, Delivery.id)
    ).all()
    common = contents.shared(session, {row.announcement_id for row in rows} - {None}, now=now)
    return [_claimed(row, common.get(row.announcement_id, {}), now) for row in rows]


def _claimed(row: AnyRow, common: dict[str, str], now: datetime) -> Claimed:
    return Claimed(
        id=row.id,
        kind=row.kind,
        urgency=row.urgency,
        member_id=row.member_id,
        announcement_id=row.announcement_id,
        attempts=row.attempts + 1,
        unsure_since=row.unsure_since,
        claimed_at=now,
        facts=facts_of(row),
        chat=None if row.identity_id is None else Chat(row.identity_id, row.openid),
        fields=contents.filled(row.fields, common),
    )


def give_up_claims(session: Session, *, now: datetime, alive: Collection[str] | None = None) -> int:
    """A worker died between sending and recording; how many deliveries it held.

    A template message goes again while WeChat knows its `client_msg_id`; for anything else only a person
    repeats it. `alive`: the workers that still beat; without them, silence alone decides.
    """
    held = session.execute(
        select(Delivery.id, Delivery.channel, Delivery.claimed_at, Delivery.unsure_since)
        .where(Delivery.state == DeliveryState.SENDING, _abandoned(now, alive))
        .with_for_update(skip_locked=True)
    ).all()
    if not held:
        return 0
    tries = [_interrupted(row, now) for row in held]
    session.execute(insert(DeliveryAttempt), tries)
    return write(
        session,
        [(row.id, _given_up(row, now)) for row in held],
        Delivery.state == DeliveryState.SENDING,
    )


def _abandoned(now: datetime, alive: Collection[str] | None) -> ColumnElement[bool]:
    silent = Delivery.claimed_at < now - CLAIM_LASTS
    if alive is None:
        return silent
    worker = func.substr(func.coalesce(Delivery.claimed_by, literal("")), 1, WORKER)
    return or_(silent, and_(Delivery.claimed_at < now - DEAD_AFTER, worker.not_in(list(alive))))


def _interrupted(row: AnyRow, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": row.id,
        "channel": row.channel or Channel.CUSTOMER,
        "at": row.claimed_at or now,
        "outcome": INTERRUPTED,
        "reason": INTERRUPTED,
        "remote_id": None,
    }


def _given_up(row: AnyRow, now: datetime) -> dict[str, Any]:
    """`claimed_by` stays, so that a worker that was only slow is known when it reports."""
    since = row.unsure_since or row.claimed_at
    if row.channel is Channel.TEMPLATE and now < since + REPEATABLE_FOR:
        again = {"state": DeliveryState.QUEUED, "not_before": now, "handed_at": None}
        return {**again, "reason": INTERRUPTED, "unsure_since": since}
    return {"state": DeliveryState.UNCERTAIN, "reason": INTERRUPTED, "ended_at": now}
