"""Asking WeChat to give money back, and what became of it: always with the same number. Never in a transaction."""

from collections.abc import Callable

import structlog

from app.core.clock import Clock
from app.core.db import Sessions
from app.dues.orders import queries, refund_settling
from app.dues.orders.models import Order, Refund
from app.dues.orders.rounds import AT_ONCE, always, work_off
from app.dues.orders.states import RefundState
from app.dues.orders.writing import Writing
from app.dues.ports import (
    GatewayRefused,
    Gateways,
    GatewayUnclear,
    PaymentGateway,
    RefundSaid,
    RefundStatus,
    RefundWanted,
)

log = structlog.get_logger()

ASKED_ABOUT = frozenset({RefundState.WANTED, RefundState.PROCESSING, RefundState.ABNORMAL})
NO_MERCHANT = "NO_MERCHANT"


class Returning:
    def __init__(self, sessions: Sessions, gateways: Gateways, clock: Clock) -> None:
        self._sessions = sessions
        self._gateways = gateways
        self._clock = clock
        self._write = Writing(sessions, clock)

    def send_due(self, goes_on: Callable[[], bool] = always) -> int:
        """Every refund that is to be asked for, or about, now; how many were."""
        with self._sessions.read() as session:
            due = queries.refunds_due(session, now=self._clock.now(), limit=AT_ONCE)
        return work_off(due, self.ask, later=self._later, goes_on=goes_on)

    def ask(self, refund_id: int) -> bool:
        """Whether there was an answer."""
        with self._sessions.read() as session:
            order, refund = queries.refund(session, refund_id)
        if refund.state not in ASKED_ABOUT:
            return True
        gateway = self._gateways.of(order.mchid)
        if gateway is None:
            self._refused(refund_id, NO_MERCHANT)
            return True
        if refund.error and not self._asked_again(refund_id):
            return True
        try:
            said = _asked(gateway, order, refund)
        except GatewayUnclear as fault:
            log.warning("dues.refund.no_answer", refund=refund.out_refund_no, error=str(fault))
            self._later(refund_id)
            return False
        except GatewayRefused as refusal:
            self._refused(refund_id, refusal.code)
            return True
        self._write(lambda session, now: refund_settling.settle_refund(session, said, now=now))
        return True

    def _asked_again(self, refund_id: int) -> bool:
        return self._write(lambda session, _now: refund_settling.asked_again(session, refund_id))

    def _refused(self, refund_id: int, code: str) -> None:
        log.error("dues.refund.refused", refund=refund_id, code=code)
        self._write(lambda session, now: refund_settling.refused(session, refund_id, code=code, now=now))

    def _later(self, refund_id: int) -> None:
        self._write(lambda session, now: refund_settling.put_off(session, refund_id, now=now))


def _asked(gateway: PaymentGateway, order: Order, refund: Refund) -> RefundSaid:
    """A number that WeChat does not know is asked for again: it stays one refund (facts/wechat.md §6.5)."""
    if refund.state is not RefundState.WANTED:
        said = gateway.query_refund(refund.out_refund_no)
        if said.status is not RefundStatus.UNKNOWN:
            return said
    wanted = RefundWanted(
        out_trade_no=order.out_trade_no,
        out_refund_no=refund.out_refund_no,
        refund=refund.amount_fen,
        total=order.amount_fen,
        reason=refund.reason,
    )
    return gateway.refund(wanted)
