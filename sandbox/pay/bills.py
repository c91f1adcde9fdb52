"""The trade bill of a day: its rows from what happened, and the file that a merchant downloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.pay.model import Payments
from sandbox.pay.orders import Order
from sandbox.pay.refunds import Refund
from sandbox.pay.times import beijing, in_words, midnight

ALL, SUCCESS, REFUND = "ALL", "SUCCESS", "REFUND"
KINDS = (ALL, SUCCESS, REFUND)
MADE_AT = 10
"""Hour of the next day; a refund's status in the bill is that of this hour."""
BOM, LINE_END = "\ufeff", "\r\n"
HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,"
    "用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
REFUND_TIMES = "退款申请时间,退款成功时间"
REFUND_COLUMNS = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
GOODS = "商品名称,商户数据包,手续费,费率,订单金额"
HEADERS = {
    ALL: f"{HEAD},{REFUND_COLUMNS},{GOODS},申请退款金额,费率备注",
    SUCCESS: f"{HEAD},{GOODS},费率备注",
    REFUND: f"{HEAD},{REFUND_TIMES},{REFUND_COLUMNS},{GOODS},申请退款金额,费率备注",
}
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
SUCCESS_SUMS = "总交易单数,应结订单总金额,手续费总金额,订单总金额"


@dataclass(frozen=True)
class Row:
    """A payment of the day, or a refund that was accepted on it. Fen."""

    at: float
    order: Order
    refund: Refund | None
    fee: int
    """Negative where it goes back to the merchant."""
    rate: str
    refund_state: str = ""

    @property
    def paid(self) -> int:
        return 0 if self.refund else self.order.total

    @property
    def refunded(self) -> int:
        return self.refund.refund if self.refund else 0


def day_of(at: float) -> date:
    return beijing(at).date()


def rows(payments: Payments, mchid: str, day: date, kind: str = ALL) -> list[Row]:
    """In the order in which it happened."""
    found = [*_payments(payments, mchid, day)] if kind != REFUND else []
    if kind != SUCCESS:
        found += _refunds(payments, mchid, day)
    return sorted(found, key=lambda row: row.at)


def written(found: list[Row], kind: str = ALL) -> str:
    """The file: yuan, a back-tick before each value, two lines of sums at the end."""
    lines = [HEADERS[kind], *(listed(_values(row, kind)) for row in found)]
    sums = [str(len(found)), yuan(sum(row.paid for row in found))]
    refunded, fees = yuan(sum(row.refunded for row in found)), fine(sum(row.fee for row in found))
    if kind == SUCCESS:
        lines += [SUCCESS_SUMS, listed([*sums, fees, sums[1]])]
    else:
        lines += [SUMS, listed([*sums, refunded, yuan(0), fees, sums[1], refunded])]
    return whole(lines)


def whole(lines: list[str]) -> str:
    return BOM + "".join(line + LINE_END for line in lines)


def listed(values: list[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fine(fen: int) -> str:
    """Fees have five decimals, although they are whole fen."""
    return f"{yuan(fen)}000"


def _payments(payments: Payments, mchid: str, day: date) -> Iterator[Row]:
    for order in payments.orders.of_merchant(mchid):
        if order.paid and day_of(order.paid_at) == day:
            fee = payments.books.fee(order.total)
            yield Row(order.paid_at, order, None, fee, payments.books.rate)


def _refunds(payments: Payments, mchid: str, day: date) -> Iterator[Row]:
    made = midnight(day + timedelta(days=1), MADE_AT)
    for refund in payments.refunds.of_merchant(mchid):
        if day_of(refund.created_at) == day:
            order = payments.orders.known(mchid, refund.out_trade_no)
            state = refund.status_at(made)
            yield Row(refund.created_at, order, refund, -refund.fee_back, payments.books.rate, state)


def _values(row: Row, kind: str) -> list[str]:
    order, refund = row.order, row.refund
    at = order.paid_at if kind == REFUND else row.at  # the refund bill has the refund's times apart
    values = [in_words(at), order.app_id, order.mchid, "0", order.device_id, order.transaction_id]
    values += [order.out_trade_no, order.openid, "JSAPI", "REFUND" if refund else "SUCCESS", "OTHERS", "CNY"]
    values += [yuan(row.paid), yuan(0)]
    if kind == REFUND and refund:
        ended = row.refund_state == "SUCCESS"
        values += [in_words(refund.created_at), in_words(refund.success_at) if ended else ""]
    if kind != SUCCESS:
        values += _refund_values(row)
    values += [one_line(order.description), one_line(order.attach), fine(row.fee), row.rate, yuan(row.paid)]
    return [*values, ""] if kind == SUCCESS else [*values, yuan(row.refunded), ""]


def _refund_values(row: Row) -> list[str]:
    refund = row.refund
    if refund is None:
        return ["0", "0", yuan(0), yuan(0), "", ""]
    numbers = [refund.refund_id, refund.out_refund_no]
    return [*numbers, yuan(refund.refund), yuan(0), refund.way, row.refund_state]


def one_line(text: str) -> str:
    return " ".join(text.split("\n"))
