"""The steps of an order's life, each on a row that is locked."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from app.core.db import Session
from app.core.states import advance
from app.dues.bills.models import Bill
from app.dues.orders import rules
from app.dues.orders.models import Order, OrderLine
from app.dues.orders.states import ORDER, OrderState
from app.dues.ports import Trade

PAYABLE = frozenset({OrderState.CREATED, OrderState.PENDING})


def locked(session: Session, order_id: int) -> Order:
    """As it is now; nobody else changes it until the transaction ends."""
    found = _locked(session, Order.id == order_id)
    if found is None:
        raise LookupError(f"no order {order_id}")
    return found


def locked_by_number(session: Session, out_trade_no: str) -> Order | None:
    return _locked(session, Order.out_trade_no == out_trade_no)


def _locked(session: Session, which: ColumnElement[bool]) -> Order | None:
    return session.scalar(
        select(Order).where(which).with_for_update().execution_options(populate_existing=True)
    )


def shown(session: Session, order_id: int, *, prepay_id: str, now: datetime) -> Order:
    """WeChat took it, and the member is about to see it. What it became meanwhile it stays: see its state."""
    order = locked(session, order_id)
    if order.state in PAYABLE:
        order.state = advance(ORDER, order.state, OrderState.PENDING)
        order.prepay_id, order.prepaid_at = prepay_id, now
        order.asked, order.ask_at = 0, min(now + rules.ASKED_FIRST, order.expires_at)
    return order


def leave(session: Session, order: Order, now: datetime) -> None:
    """It is not wanted any more: to be closed at WeChat, and until then it may still be paid."""
    order.state = advance(ORDER, order.state, OrderState.CLOSING)
    order.open_member_id = None
    order.asked, order.ask_at = 0, now
    session.flush()


def expire(session: Session, order_id: int, now: datetime) -> Order:
    """Leave it if its time is over."""
    order = locked(session, order_id)
    if order.state in PAYABLE and order.expires_at <= now:
        leave(session, order, now)
    return order


def closed(session: Session, order: Order, now: datetime) -> None:
    """WeChat says that nobody can pay it any more."""
    if order.state in PAYABLE:
        leave(session, order, now)
    order.state = advance(ORDER, order.state, OrderState.CLOSED)
    order.closed_at, order.ask_at = now, None
    session.flush()


def paid(session: Session, order: Order, trade: Trade, now: datetime) -> None:
    order.state = advance(ORDER, order.state, OrderState.PAID)
    order.open_member_id, order.ask_at = None, None
    order.transaction_id, order.paid_at, order.settled_at = trade.transaction_id, trade.paid_at, now
    session.flush()


def put_off(session: Session, order: Order, now: datetime) -> None:
    """Nothing is known yet: ask again later; what is settled otherwise by now is left."""
    if order.state in PAYABLE and not _owed(session, order):
        leave(session, order, now)
        return
    order.asked += 1
    order.ask_at = rules.ask_next(order.state, asked=order.asked, expires_at=order.expires_at, now=now)


def _owed(session: Session, order: Order) -> bool:
    """Whether every bill that it is for still has that much open on it."""
    short = (
        select(OrderLine.id)
        .join(Bill, Bill.id == OrderLine.bill_id)
        .where(OrderLine.order_id == order.id, Bill.amount_fen - Bill.paid_fen < OrderLine.amount_fen)
    )
    return session.scalar(short.limit(1)) is None
