"""Which orders and refunds WeChat is to be asked about now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.core.db import AnyRow, Session
from app.dues.orders.models import Order, Refund


def orders_due(session: Session, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, mchid) of as many as `limit` of each merchant, the longest waiting first."""
    due = select(Order.id, Order.mchid, Order.ask_at).where(Order.ask_at <= now)
    return _first_of_each(session, due, limit)


def refunds_due(session: Session, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, mchid) of as many as `limit` of each merchant, the longest waiting first."""
    due = (
        select(Refund.id, Order.mchid, Refund.ask_at)
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.ask_at <= now)
    )
    return _first_of_each(session, due, limit)


def _first_of_each(session: Session, due: Select[*tuple[Any, ...]], limit: int) -> Sequence[AnyRow]:
    """What waits for a merchant that does not answer leaves room for the others."""
    waiting = due.subquery()
    turn = func.row_number().over(partition_by=waiting.c.mchid, order_by=(waiting.c.ask_at, waiting.c.id))
    turns = select(waiting, turn.label("turn")).subquery()
    first = select(turns.c.id, turns.c.mchid).where(turns.c.turn <= limit)
    return session.execute(first.order_by(turns.c.turn, turns.c.ask_at, turns.c.id)).all()


def order(session: Session, order_id: int) -> Order:
    return session.get_one(Order, order_id)


def refund(session: Session, refund_id: int) -> tuple[Order, Refund]:
    found = session.get_one(Refund, refund_id)
    return session.get_one(Order, found.order_id), found
