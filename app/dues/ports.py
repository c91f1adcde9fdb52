"""What dues need of a payment platform, in words of our own. Met by `app.wechat.pay`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Merchant:
    """A receiving account; `app_id` is the account or mini-program whose chat pays."""

    mchid: str
    app_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be paid. `total` in fen; `expires_at` aware UTC; one number always has the same contents."""

    out_trade_no: str
    description: str
    total: int
    openid: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaySheet:
    """What WeChat's own sheet on the phone is opened with: the fields of `getBrandWCPayRequest`, signed."""

    app_id: str
    timestamp: str
    nonce: str
    package: str
    sign_type: str
    signature: str


class TradeState(StrEnum):
    NOT_PAID = "not_paid"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED = "refunded"
    """Paid, and some of it was given back: facts/wechat §6.4."""
    UNKNOWN = "unknown"
    """WeChat does not know the number."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What WeChat says of an order. Where it was paid, all of it is there; amounts in fen, `paid_at` aware UTC."""

    mchid: str
    app_id: str
    out_trade_no: str
    state: TradeState
    transaction_id: str = ""
    total: int = 0
    currency: str = "CNY"
    openid: str = ""
    paid_at: datetime | None = None


class RefundStatus(StrEnum):
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    """The money could not reach the payer; a person acts in the merchant's console."""
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """WeChat does not know the number."""


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """`total` is what the order was paid with, `refund` what goes back; fen."""

    out_trade_no: str
    out_refund_no: str
    refund: int
    total: int
    reason: str


@dataclass(frozen=True, slots=True)
class RefundSaid:
    """What WeChat says of a refund; fen, aware UTC."""

    mchid: str
    out_trade_no: str
    out_refund_no: str
    status: RefundStatus
    refund_id: str = ""
    refund: int = 0
    total: int = 0
    succeeded_at: datetime | None = None


class GatewayUnclear(Exception):
    """No answer, or one that cannot be believed: what was asked for may have happened or not. Ask again, the same."""


class GatewayRefused(Exception):
    """WeChat said no. `code` is its own, such as NOT_ENOUGH; nothing happened."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class AlreadyPaid(GatewayRefused):
    """The order is paid: ask what was paid."""


class OrderClosed(GatewayRefused):
    """The number is used up: a new one is needed."""


class NoStatement(GatewayRefused):
    """WeChat has no trade bill for that day: none was made yet, or nothing was traded; `code` may say which."""


class StatementKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a day's trade bill; fen. `refund` and `fee` are zero where there is none."""

    number: int
    at: datetime
    kind: StatementKind
    app_id: str
    mchid: str
    transaction_id: str
    out_trade_no: str
    total: int
    refund_id: str
    out_refund_no: str
    refund: int
    state: str
    refund_state: str
    fee: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A day's trade bill, its SHA-1 compared. `lines` may be walked once; totals are its own."""

    mchid: str
    day: date
    digest: str
    lines: Iterator[StatementLine]
    count: int
    total: int
    refunded: int
    fees: int


class BadStatement(Exception):
    """The bill's digest, shape or sums are not what they should be."""


class Gateways(Protocol):
    """The merchants that are set up; none where nothing is paid by WeChat."""

    def of(self, mchid: str) -> "PaymentGateway | None": ...

    def mchids(self) -> Sequence[str]: ...


class PaymentGateway(Protocol):
    """One merchant. Calls are bounded in time, and never inside a transaction.

    Each raises GatewayUnclear where it cannot know, GatewayRefused where WeChat said no.
    """

    @property
    def merchant(self) -> Merchant: ...

    def prepay(self, order: Wanted) -> str:
        """The prepay id. Raises AlreadyPaid, OrderClosed."""
        ...

    def sheet(self, prepay_id: str, now: datetime) -> PaySheet:
        """Signed here; asks nobody."""
        ...

    def query(self, out_trade_no: str) -> Trade: ...

    def close(self, out_trade_no: str) -> None:
        """Closed now, or before, or never known there. Raises AlreadyPaid."""
        ...

    def refund(self, wanted: RefundWanted) -> RefundSaid:
        """Repeated with the same number it is one refund."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundSaid: ...

    def statement(self, day: date) -> Statement:
        """Raises NoStatement, BadStatement."""
        ...
