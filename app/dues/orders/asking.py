"""Finding out what became of an order, and closing it when its time is over. Nothing is asked in a transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from app.core.clock import Clock, local_day
from app.core.db import Session, Sessions
from app.dues.orders import moving, queries, rules
from app.dues.orders.models import Order
from app.dues.orders.rounds import AT_ONCE, always, work_off
from app.dues.orders.settling import Outcome, settle
from app.dues.orders.states import OrderState
from app.dues.orders.writing import Writing
from app.dues.ports import (
    AlreadyPaid,
    GatewayRefused,
    Gateways,
    GatewayUnclear,
    PaymentGateway,
    Trade,
    TradeState,
)
from app.dues.statements.cases import open_case
from app.dues.statements.models import CaseKind

log = structlog.get_logger()

OVER: Final = frozenset({OrderState.PAID, OrderState.CLOSED})


class Asking:
    def __init__(self, sessions: Sessions, gateways: Gateways, clock: Clock) -> None:
        self._sessions = sessions
        self._gateways = gateways
        self._clock = clock
        self._write = Writing(sessions, clock)

    def ask_due(self, goes_on: Callable[[], bool] = always) -> int:
        """Every order whose time to be asked about has come; how many were."""
        with self._sessions.read() as session:
            due = queries.orders_due(session, now=self._clock.now(), limit=AT_ONCE)
        return work_off(due, self._answered, later=self._later, goes_on=goes_on)

    def ask(self, order_id: int) -> OrderState:
        """What it is now, as far as WeChat can be reached."""
        self._answered(order_id)
        with self._sessions.read() as session:
            return queries.order(session, order_id).state

    def _answered(self, order_id: int) -> bool:
        order = self._write(lambda session, now: moving.expire(session, order_id, now))
        if order.state in OVER:
            return True
        gateway = self._gateways.of(order.mchid)
        if gateway is None:
            self._write(lambda session, now: _nobody_to_ask(session, order_id, now))
            return True
        try:
            trade = _closed(gateway, order) if order.state is OrderState.CLOSING else _asked(gateway, order)
        except (GatewayUnclear, GatewayRefused) as fault:
            log.warning("dues.order.no_answer", order=order.out_trade_no, error=str(fault))
            self._later(order_id)
            return isinstance(fault, GatewayRefused)
        self._write(lambda session, now: conclude(session, order_id, trade, now))
        return True

    def _later(self, order_id: int) -> None:
        self._write(lambda session, now: _put_off(session, order_id, now))


def _asked(gateway: PaymentGateway, order: Order) -> Trade:
    return gateway.query(order.out_trade_no)


def _closed(gateway: PaymentGateway, order: Order) -> Trade:
    """Closed, or paid in the last moment: only WeChat's own word on it afterwards counts (facts/wechat.md §6.7)."""
    try:
        gateway.close(order.out_trade_no)
    except AlreadyPaid:
        log.info("dues.order.paid_while_closing", order=order.out_trade_no)
    return gateway.query(order.out_trade_no)


def conclude(session: Session, order_id: int, trade: Trade, now: datetime) -> Outcome:
    """Act on what WeChat says of an order that was asked about."""
    outcome = settle(session, trade, now=now)
    if outcome in (Outcome.BOOKED, Outcome.ALREADY):
        return outcome
    order = moving.locked(session, order_id)
    if order.state in OVER:
        return outcome
    if outcome is Outcome.REFUSED:
        _leave_to_a_person(session, order, now)
    elif trade.state is TradeState.CLOSED or _never_arrived(order, trade, now):
        moving.closed(session, order, now)
    else:
        moving.put_off(session, order, now)
    return outcome


def _never_arrived(order: Order, trade: Trade, now: datetime) -> bool:
    """A request for it may still be on its way for a while, and it would be payable then."""
    unknown = trade.state is TradeState.UNKNOWN and order.state is OrderState.CLOSING
    return unknown and now >= order.created_at + rules.ON_ITS_WAY


def _leave_to_a_person(session: Session, order: Order, now: datetime) -> None:
    """Money of another shape lies at WeChat under our number: nobody shall pay it again."""
    if order.state in moving.PAYABLE:
        moving.leave(session, order, now)
    order.ask_at = now + rules.REFUSED_PAUSE


def _put_off(session: Session, order_id: int, now: datetime) -> None:
    order = moving.locked(session, order_id)
    if order.state not in OVER:
        moving.put_off(session, order, now)


def _nobody_to_ask(session: Session, order_id: int, now: datetime) -> None:
    """Its merchant is not set up any more: a person must put the keys back, and it will be asked about."""
    order = moving.locked(session, order_id)
    order.ask_at = now + rules.REFUSED_PAUSE
    open_case(
        session,
        key=f"no_merchant:{order.mchid}:{local_day(order.created_at):%Y%m%d}",
        kind=CaseKind.NOT_BOOKED,
        details=f"商户号 {order.mchid} 的密钥不在配置里，它的订单（如 {order.out_trade_no}）无法查询。",
        now=now,
        committee_id=order.committee_id,
        mchid=order.mchid,
        order_id=order.id,
    )
