"""Which orders and refunds WeChat is to be asked about now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.core.db import AnyRow, Session
from app.dues.orders.models import Order, Refund


def orders_due(session: Session, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, mchid), the longest waiting first."""
    due = select(Order.id, Order.mchid).where(Order.ask_at <= now).order_by(Order.ask_at, Order.id)
    return session.execute(due.limit(limit)).all()


def refunds_due(session: Session, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, mchid), the longest waiting first."""
    due = (
        select(Refund.id, Order.mchid)
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.ask_at <= now)
        .order_by(Refund.ask_at, Refund.id)
    )
    return session.execute(due.limit(limit)).all()


def order(session: Session, order_id: int) -> Order:
    return session.get_one(Order, order_id)


def refund(session: Session, refund_id: int) -> tuple[Order, Refund]:
    found = session.get_one(Refund, refund_id)
    return session.get_one(Order, found.order_id), found
