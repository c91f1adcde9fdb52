"""Sending what is queued: claimed by a conditional UPDATE, sent outside any transaction, recorded."""

import json
from datetime import datetime, timedelta
from typing import assert_never

import structlog
from sqlalchemy import select, update

from app.core.clock import Clock
from app.core.db import Session, Sessions, rows_changed
from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped
from app.core.states import advance
from app.members.models import WeChatIdentity
from app.notices.models import Delivery, DeliveryAttempt
from app.notices.ports import Notice, NoticeSender, Sent
from app.notices.states import TRANSITIONS, DeliveryState

log = structlog.get_logger()

MAX_ATTEMPTS = 10
LONGEST_PAUSE = timedelta(hours=1)
"""Each pause is twice the one before: a platform that is away for some hours loses nobody's answer."""
REPEATED_IN_TIME = 5
"""WeChat drops a repeat of one `client_msg_id` for 10 minutes (facts/wechat §3.7); five tries end within eight."""
CLAIM_LASTS = timedelta(minutes=2)
STOPPED_PAUSE = timedelta(minutes=15)


def send_due(sessions: Sessions, sender: NoticeSender, clock: Clock, *, limit: int = 100) -> int:
    """Send what is due, one after the other; how many were tried."""
    tried = 0
    for notice in _due(sessions, clock.now(), limit):
        if _claim(sessions, notice.id, clock.now()):
            sent = sender.send(notice)
            with sessions.begin() as session:
                record(session, notice_id=notice.id, sent=sent, now=clock.now())
            tried += 1
    return tried


def _due(sessions: Sessions, now: datetime, limit: int) -> list[Notice]:
    with sessions.read() as session:
        rows = session.execute(
            select(Delivery.id, WeChatIdentity.openid, Delivery.kind, Delivery.fields)
            .join(WeChatIdentity, WeChatIdentity.id == Delivery.identity_id)
            .where(Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= now)
            .order_by(Delivery.not_before, Delivery.id)
            .limit(limit)
        ).all()
    return [Notice(row.id, row.openid, row.kind, json.loads(row.fields)) for row in rows]


def _claim(sessions: Sessions, delivery_id: str, now: datetime) -> bool:
    with sessions.begin() as session:
        won = rows_changed(
            session,
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.SENDING, claimed_at=now, attempts=Delivery.attempts + 1),
        )
    return won == 1


def record(session: Session, *, notice_id: str, sent: Sent, now: datetime) -> None:
    """Write down one attempt and what follows from it."""
    delivery = session.get_one(Delivery, notice_id)
    outcome = sent.outcome
    attempt = DeliveryAttempt(
        delivery_id=notice_id,
        channel=sent.channel,
        at=now,
        outcome=type(outcome).__name__.lower(),
        reason=None if isinstance(outcome, Accepted) else outcome.reason[:64],
        remote_id=outcome.remote_id if isinstance(outcome, Accepted) else None,
    )
    session.add(attempt)
    _follow(delivery, outcome, now)
    log.info("notices.delivery.tried", delivery=notice_id, outcome=attempt.outcome, reason=attempt.reason)


def _follow(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Accepted():
            _end(delivery, DeliveryState.SENT, None, now)
        case RetryLater(reason, may_have_arrived=True) if delivery.attempts >= REPEATED_IN_TIME:
            _end(delivery, DeliveryState.UNCERTAIN, reason, now)
        case RetryLater(reason, after) if delivery.attempts < MAX_ATTEMPTS:
            _wait(delivery, reason, now + min(after * 2 ** (delivery.attempts - 1), LONGEST_PAUSE))
        case Stopped(reason):
            delivery.attempts -= 1  # the account's trouble uses up none of this notice's tries
            _wait(delivery, reason, now + STOPPED_PAUSE)
        case RetryLater(reason) | Rejected(reason):
            _end(delivery, DeliveryState.REJECTED, reason, now)
        case _:
            assert_never(outcome)


def _end(delivery: Delivery, state: DeliveryState, reason: str | None, now: datetime) -> None:
    delivery.state = advance(TRANSITIONS, delivery.state, state)
    delivery.reason = reason
    delivery.ended_at = now


def _wait(delivery: Delivery, reason: str, until: datetime) -> None:
    delivery.state = advance(TRANSITIONS, delivery.state, DeliveryState.QUEUED)
    delivery.reason = reason
    delivery.not_before = until


def give_up_claims(session: Session, *, now: datetime) -> int:
    """A worker died between sending and recording: the message may have arrived, so only a person repeats it."""
    return rows_changed(
        session,
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, Delivery.claimed_at < now - CLAIM_LASTS)
        .values(state=DeliveryState.UNCERTAIN, reason="interrupted"),
    )
