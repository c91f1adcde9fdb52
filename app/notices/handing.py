"""Telling workers what is due. A delivery that is told of and still waits a minute later is told of again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from app.core.db import Session, rows_changed
from app.notices.models import Delivery
from app.notices.states import DeliveryState

AGAIN_AFTER = timedelta(seconds=60)


def hand(session: Session, *, limit: int, now: datetime) -> list[str]:
    """Due deliveries, the longest due first, that count as handed from now on."""
    untold = or_(Delivery.handed_at.is_(None), Delivery.handed_at <= now - AGAIN_AFTER)
    due = Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= now, untold
    order = Delivery.not_before, Delivery.id
    ids = list(session.scalars(select(Delivery.id).where(*due).order_by(*order).limit(limit)))
    _mark(session, ids, now)
    return ids


def take_back(session: Session, ids: Sequence[str]) -> None:
    """Nobody was told after all."""
    _mark(session, ids, None)


def take_all_back(session: Session) -> int:
    """Whatever was told may have been lost; how many deliveries are told of anew."""
    told = Delivery.state == DeliveryState.QUEUED, Delivery.handed_at.is_not(None)
    return rows_changed(session, update(Delivery).where(*told).values(handed_at=None))


def _mark(session: Session, ids: Sequence[str], at: datetime | None) -> None:
    if ids:
        told = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == DeliveryState.QUEUED)
        session.execute(told.values(handed_at=at), execution_options={"synchronize_session": False})
