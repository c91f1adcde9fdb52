"""WeChat Pay without HTTP: the sandbox's own model behind the port, and everything that may go wrong on the way."""

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from app.core.clock import Clock
from app.dues.ports import (
    AlreadyPaid,
    BadStatement,
    GatewayRefused,
    GatewayUnclear,
    Merchant,
    NoStatement,
    OrderClosed,
    PaymentGateway,
    PaySheet,
    RefundSaid,
    RefundStatus,
    RefundWanted,
    Statement,
    StatementKind,
    StatementLine,
    Trade,
    TradeState,
    Wanted,
)
from sandbox.clock import Clock as SandboxClock
from sandbox.faults import Faults
from sandbox.pay import bills
from sandbox.pay.books import PAYMENT, REFUND, REFUND_BACK
from sandbox.pay.model import Payments
from sandbox.pay.orders import Order
from sandbox.pay.refunds import Refund
from sandbox.pay.refusals import PayRefused
from sandbox.pay.settings import Merchant as SandboxMerchant
from sandbox.pay.times import rfc3339
from sandbox.serials import Serials

MCHID, OTHER_MCHID, APP_ID = "1900000001", "1900000002", "wx1234567890abcdef"
STATES = {
    "NOTPAY": TradeState.NOT_PAID,
    "SUCCESS": TradeState.PAID,
    "CLOSED": TradeState.CLOSED,
    "REFUND": TradeState.REFUNDED,
}
REFUND_STATES = {
    "PROCESSING": RefundStatus.PROCESSING,
    "SUCCESS": RefundStatus.SUCCEEDED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
}
UNKNOWN = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "REFUND_NOT_EXIST"})
REFUSALS: dict[str, type[GatewayRefused]] = {"ORDERPAID": AlreadyPaid, "ORDER_CLOSED": OrderClosed}
SERIALS = Serials()
"""Of all platforms together: tests that share a database never see a number twice."""
NOT_SENT, LOST = "not sent", "answer lost"
DIED_BEFORE, DIED_AFTER = "died before", "died after"
Given = TypeVar("Given")
Lines = Callable[[list[StatementLine]], list[StatementLine]]


class Died(BaseException):
    """Our process is gone, around a call: nothing of ours catches it."""


@dataclass(frozen=True)
class Notice:
    """What WeChat tells, as it is after its signature was checked and it was opened."""

    id: str
    event_type: str
    nonce_key: str
    merchant: Merchant
    trade: Trade | None = None
    refund: RefundSaid | None = None


class FakeWeChatPay:
    """The platform. `troubles` strike the next calls in turn; `meanwhile` happens just before a call takes effect."""

    def __init__(self, clock: Clock, *mchids: str, fee_rate: str = "0.60") -> None:
        self.clock = SandboxClock(lambda: clock.now().timestamp())
        self.faults = Faults()
        merchants = [SandboxMerchant(mchid, [APP_ID]) for mchid in mchids or (MCHID,)]
        self.payments = Payments(
            self.clock, merchants, fee_rate=fee_rate, faults=self.faults, serials=SERIALS
        )
        self.gateways = {one.mchid: FakeGateway(self, Merchant(one.mchid, APP_ID)) for one in merchants}
        self.down = False
        self.troubles: deque[str] = deque()
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.said: defaultdict[str, int] = defaultdict(int)
        """How many calls of each kind arrived."""
        self.bills: dict[date, Lines | Exception] = {}
        """Days whose bill is changed, or missing."""

    def of(self, mchid: str) -> PaymentGateway | None:
        return self.gateways.get(mchid)

    def mchids(self) -> Sequence[str]:
        return list(self.gateways)

    def pay(self, sheet: PaySheet, openid: str) -> str:
        """The person pays; the number that they paid. Raises CannotPay."""
        return self.payments.pay(sheet.package.removeprefix("prepay_id="), openid).out_trade_no

    def notices(self) -> list[Notice]:
        """What happened since it was asked last."""
        self.payments.tick()
        told = []
        while self.payments.happened:
            told.append(self.notice(*self.payments.happened.popleft()))
        return told

    def notice(self, event: str, about: Order | Refund) -> Notice:
        number = SERIALS.next("told")
        key = hashlib.sha256(str(number).encode()).hexdigest()
        notice = Notice(f"EV-{number:018d}", event, key, Merchant(about.mchid, APP_ID))
        if isinstance(about, Order):
            return replace(notice, trade=trade_of(about))
        return replace(notice, refund=refund_of(about))

    def took(self, mchid: str = MCHID) -> int:
        """What its books say came in and did not go back, in fen, before fees."""
        moved = {PAYMENT, REFUND, REFUND_BACK}
        paid = sum(one.total for one in self.payments.orders.of_merchant(mchid) if one.paid)
        back = sum(one.refund for one in self.payments.refunds.of_merchant(mchid) if one.status != "CLOSED")
        net = sum(one.amount for one in self.payments.books.entries(mchid) if one.kind in moved)
        assert net >= paid - back  # the fee of what goes back is WeChat's gift
        return paid - back

    def answer(self, call: str, effect: Callable[[], Given]) -> Given:
        trouble = self.troubles.popleft() if self.troubles else ""
        if trouble == DIED_BEFORE:
            raise Died
        if self.down or trouble == NOT_SENT:
            raise GatewayUnclear("ReadTimeout")
        self.meanwhile.pop(call, lambda: None)()
        self.said[call] += 1
        try:
            given = effect()
        except PayRefused as refusal:
            self._spoil(trouble)
            raise REFUSALS.get(refusal.code, GatewayRefused)(refusal.code, refusal.message) from None
        self._spoil(trouble)
        return given

    def _spoil(self, trouble: str) -> None:
        if trouble == DIED_AFTER:
            raise Died
        if trouble == LOST:
            raise GatewayUnclear("ReadTimeout") from None


class FakeGateway:
    def __init__(self, platform: FakeWeChatPay, merchant: Merchant) -> None:
        self._platform = platform
        self._merchant = merchant

    @property
    def merchant(self) -> Merchant:
        return self._merchant

    @property
    def _mchid(self) -> str:
        return self._merchant.mchid

    def prepay(self, order: Wanted) -> str:
        body = {
            "appid": self._merchant.app_id,
            "mchid": self._mchid,
            "description": order.description,
            "out_trade_no": order.out_trade_no,
            "time_expire": rfc3339(order.expires_at.timestamp()),
            "notify_url": "https://zhibu.example/wechat/pay/notify",
            "amount": {"total": order.total, "currency": "CNY"},
            "payer": {"openid": order.openid},
        }
        return self._platform.answer("prepay", lambda: self._payments.prepay(self._mchid, body))

    def sheet(self, prepay_id: str, now: datetime) -> PaySheet:
        package = f"prepay_id={prepay_id}"
        return PaySheet(
            self._merchant.app_id, str(int(now.timestamp())), "nonce", package, "RSA", "signature"
        )

    def query(self, out_trade_no: str) -> Trade:
        def ask() -> Trade:
            return trade_of(self._payments.query(self._mchid, out_trade_no))

        unknown = Trade(self._mchid, self._merchant.app_id, out_trade_no, TradeState.UNKNOWN)
        return self._platform.answer("query", lambda: _known(ask, unknown))

    def close(self, out_trade_no: str) -> None:
        self._platform.answer(
            "close", lambda: _known(lambda: self._payments.close(self._mchid, out_trade_no), None)
        )

    def refund(self, wanted: RefundWanted) -> RefundSaid:
        amount = {"refund": wanted.refund, "total": wanted.total, "currency": "CNY"}
        body: dict[str, Any] = {
            "out_trade_no": wanted.out_trade_no,
            "out_refund_no": wanted.out_refund_no,
            "reason": wanted.reason,
            "amount": amount,
        }
        return self._platform.answer("refund", lambda: refund_of(self._payments.refund(self._mchid, body)))

    def query_refund(self, out_refund_no: str) -> RefundSaid:
        def ask() -> RefundSaid:
            return refund_of(self._payments.query_refund(self._mchid, out_refund_no))

        unknown = RefundSaid(self._mchid, "", out_refund_no, RefundStatus.UNKNOWN)
        return self._platform.answer("query_refund", lambda: _known(ask, unknown))

    def statement(self, day: date) -> Statement:
        return self._platform.answer("statement", lambda: self._statement(day))

    def _statement(self, day: date) -> Statement:
        lines = [
            line_of(row, number)
            for number, row in enumerate(bills.rows(self._payments, self._mchid, day), start=1)
        ]
        change = self._platform.bills.get(day)
        if isinstance(change, Exception):
            raise change
        lines = change(lines) if change else lines
        if not lines:
            raise NoStatement("NO_STATEMENT_EXIST")
        return statement_of(self._mchid, day, lines)

    @property
    def _payments(self) -> Payments:
        return self._platform.payments


def _known(ask: Callable[[], Given], unknown: Given) -> Given:
    try:
        return ask()
    except PayRefused as refusal:
        if refusal.code in UNKNOWN:
            return unknown
        raise


def trade_of(order: Order) -> Trade:
    numbers = order.mchid, order.app_id, order.out_trade_no, STATES[order.state]
    if not order.paid:
        return Trade(*numbers)
    return Trade(
        *numbers,
        transaction_id=order.transaction_id,
        total=order.total,
        openid=order.openid,
        paid_at=datetime.fromtimestamp(order.paid_at, UTC),
    )


def refund_of(refund: Refund) -> RefundSaid:
    ended = datetime.fromtimestamp(refund.success_at, UTC) if refund.success_at else None
    return RefundSaid(
        refund.mchid,
        refund.out_trade_no,
        refund.out_refund_no,
        REFUND_STATES[refund.status],
        refund.refund_id,
        refund.refund,
        refund.total,
        ended,
    )


def line_of(row: bills.Row, number: int) -> StatementLine:
    order, refund = row.order, row.refund
    return StatementLine(
        number=number,
        at=datetime.fromtimestamp(row.at, UTC),
        kind=StatementKind.REFUND if refund else StatementKind.PAYMENT,
        app_id=order.app_id,
        mchid=order.mchid,
        transaction_id=order.transaction_id,
        out_trade_no=order.out_trade_no,
        total=row.paid,
        refund_id=refund.refund_id if refund else "",
        out_refund_no=refund.out_refund_no if refund else "",
        refund=row.refunded,
        state="REFUND" if refund else "SUCCESS",
        refund_state=row.refund_state,
        fee=row.fee,
    )


def statement_of(mchid: str, day: date, lines: list[StatementLine]) -> Statement:
    return Statement(
        mchid=mchid,
        day=day,
        digest=hashlib.sha1(repr(lines).encode()).hexdigest(),
        lines=iter(lines),
        count=len(lines),
        total=sum(line.total for line in lines),
        refunded=sum(line.refund for line in lines),
        fees=sum(line.fee for line in lines),
    )


def broken(lines: list[StatementLine]) -> Iterator[StatementLine]:
    """A bill that turns out bad while it is read."""
    yield from lines[:-1]
    raise BadStatement("the bill breaks off")
