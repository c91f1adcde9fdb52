"""Where a payment by WeChat begins: an order of ours, then WeChat's word on it, then the sheet on the phone.

Each step is its own transaction and nothing is asked inside one: whoever dies between two leaves an order that
`ask_due` finds out about.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from app.core.clock import Clock
from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.dues.orders import moving, opening
from app.dues.orders.asking import Asking
from app.dues.orders.models import Order
from app.dues.orders.opening import Opened
from app.dues.orders.returning import Returning
from app.dues.orders.rounds import always
from app.dues.orders.states import OrderState
from app.dues.orders.wishes import WeChatPayOff, Wish
from app.dues.orders.writing import Writing
from app.dues.ports import (
    AlreadyPaid,
    GatewayRefused,
    Gateways,
    GatewayUnclear,
    Merchant,
    OrderClosed,
    PaymentGateway,
    PaySheet,
    Wanted,
)

log = structlog.get_logger()

NUMBERS: Final = 2
"""One number may turn out to be used up at WeChat; the next is new."""


class PayNoAnswer(DomainError):
    """WeChat did not answer: tried again it goes on with the same order."""

    code = "pay_no_answer"


class PayRefused(DomainError):
    """WeChat does not take the order: the operator must look."""

    code = "pay_refused"


class OrderPaid(DomainError):
    """It is paid already; the receipt is there."""

    code = "order_paid"


class OrderReplaced(DomainError):
    """Another one was opened meanwhile, on another phone or in another window."""

    code = "order_replaced"


class PayDesk:
    def __init__(self, sessions: Sessions, gateways: Gateways, clock: Clock) -> None:
        self._sessions = sessions
        self._gateways = gateways
        self._clock = clock
        self._write = Writing(sessions, clock)
        self._asking = Asking(sessions, gateways, clock)
        self._returning = Returning(sessions, gateways, clock)

    def open(self, *, member_id: int, openid: str, wish: Wish) -> tuple[Order, PaySheet]:
        """The member's order and what the sheet on the phone is opened with.

        Raises the refusals of `wishes.plan`, OrderBusy, PayNoAnswer, PayRefused, OrderPaid, OrderReplaced.
        """
        for _ in range(NUMBERS):
            opened = self._opened(member_id, openid, wish)
            order, gateway = opened.order, self._gateway(opened.order.mchid)
            if order.prepay_id is not None:
                self._must_be_payable(self._asking.ask(order.id))
            prepay_id = order.prepay_id or self._prepaid(gateway, order)
            if prepay_id is not None:
                order = self._shown(order.id, prepay_id)
                self._must_be_payable(order.state)
                return order, gateway.sheet(prepay_id, self._clock.now())
        raise PayRefused

    def ask(self, order_id: int) -> OrderState:
        """What became of it, asked at WeChat; as it was, where WeChat does not answer."""
        return self._asking.ask(order_id)

    def ask_due(self, goes_on: Callable[[], bool] = always) -> int:
        """Ask about, expire and close all orders that are due; how many."""
        return self._asking.ask_due(goes_on)

    def send_refunds(self, goes_on: Callable[[], bool] = always) -> int:
        """Ask for, and about, all refunds that are due; how many."""
        return self._returning.send_due(goes_on)

    def _opened(self, member_id: int, openid: str, wish: Wish) -> Opened:
        merchants = self._merchants()

        def open_order(session: Session, now: datetime) -> Opened:
            return opening.open_order(
                session, member_id=member_id, openid=openid, merchants=merchants, wish=wish, now=now
            )

        return self._write(open_order)

    def _merchants(self) -> dict[str, Merchant]:
        found = [self._gateways.of(mchid) for mchid in self._gateways.mchids()]
        return {one.merchant.mchid: one.merchant for one in found if one is not None}

    def _gateway(self, mchid: str) -> PaymentGateway:
        gateway = self._gateways.of(mchid)
        if gateway is None:
            raise WeChatPayOff
        return gateway

    def _prepaid(self, gateway: PaymentGateway, order: Order) -> str | None:
        """None where the number is used up: the order is closed, and the member needs a new one."""
        wanted = Wanted(
            out_trade_no=order.out_trade_no,
            description=order.description,
            total=order.amount_fen,
            openid=order.openid,
            expires_at=order.expires_at,
        )
        try:
            return gateway.prepay(wanted)
        except GatewayUnclear as fault:
            log.warning("dues.prepay.no_answer", order=order.out_trade_no, error=str(fault))
            raise PayNoAnswer from None
        except AlreadyPaid:
            self._must_be_payable(self._asking.ask(order.id))
            raise PayNoAnswer from None
        except OrderClosed:
            self._leave(order.id)
            return None
        except GatewayRefused as refusal:
            self._leave(order.id)
            refused = refusal
        log.error("dues.prepay.refused", order=order.out_trade_no, code=refused.code)
        raise PayRefused

    def _leave(self, order_id: int) -> None:
        def leave(session: Session, now: datetime) -> None:
            order = moving.locked(session, order_id)
            if order.state in moving.PAYABLE:
                moving.leave(session, order, now)

        self._write(leave)

    def _shown(self, order_id: int, prepay_id: str) -> Order:
        return self._write(lambda session, now: moving.shown(session, order_id, prepay_id=prepay_id, now=now))

    def _must_be_payable(self, state: OrderState) -> None:
        if state is OrderState.PAID:
            raise OrderPaid
        if state not in moving.PAYABLE:
            raise OrderReplaced
