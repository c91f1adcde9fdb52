"""Reading the inbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.db import AnyRow, Session
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState


def number(session: Session, key: str) -> int:
    """What an operator calls the event by."""
    return session.scalars(select(InboundEvent.id).where(InboundEvent.external_key == key)).one()


def body(session: Session, key: str) -> str | None:
    return session.scalar(select(InboundEvent.body).where(InboundEvent.external_key == key))


def silent(session: Session, *, now: datetime, after: timedelta, limit: int) -> Sequence[AnyRow]:
    """(id, external_key) of events that nobody finished: their process died. Those tried last come last."""
    statement = (
        select(InboundEvent.id, InboundEvent.external_key)
        .where(InboundEvent.state == InboxState.RECEIVED, InboundEvent.claimed_at < now - after)
        .order_by(InboundEvent.claimed_at, InboundEvent.id)
    )
    return session.execute(statement.limit(limit)).all()


def failed(session: Session, *, limit: int) -> Sequence[AnyRow]:
    """(id, kind, error, received_at), the oldest first."""
    statement = (
        select(InboundEvent.id, InboundEvent.kind, InboundEvent.error, InboundEvent.received_at)
        .where(InboundEvent.state == InboxState.FAILED)
        .order_by(InboundEvent.id)
    )
    return session.execute(statement.limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    rows = session.execute(select(InboundEvent.state, func.count()).group_by(InboundEvent.state))
    return {state.value: number for state, number in rows}
