"""Payments of direct merchants on a clock: no HTTP, no signatures."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.pay import orders
from sandbox.pay.books import FEE, PAYMENT, Books
from sandbox.pay.orders import NOT_THIS_MERCHANT, Order, Orders
from sandbox.pay.refunds import Refund, Refunds
from sandbox.pay.refusals import INVALID_REQUEST, PayRefused
from sandbox.pay.settings import Merchant
from sandbox.serials import Serials

Json = dict[str, Any]
TRANSACTION_SUCCESS = "TRANSACTION.SUCCESS"
Knows = Callable[[str, str], bool]
"""Whether the openid is one of that app id."""


class Payments:
    """What WeChat Pay knows. Refusals of calls are PayRefused, those of the phone CannotPay."""

    def __init__(
        self,
        clock: Clock,
        merchants: Iterable[Merchant],
        *,
        fee_rate: str = "0.60",
        serials: Serials | None = None,
        faults: Faults | None = None,
        knows: Knows = lambda _app_id, _openid: True,
    ) -> None:
        numbers = serials or Serials()
        self.clock = clock
        self.faults = faults or Faults()
        self.merchants = {one.mchid: one for one in merchants}
        self.orders = Orders(clock, numbers)
        self.books = Books(clock, numbers, fee_rate)
        self.happened: deque[tuple[str, Order | Refund]] = deque()
        """What merchants are to be told of, oldest first: event type, and whom it is about."""
        self.refunds = Refunds(clock, numbers, self.faults, self.orders, self.books, self._tell)
        self._knows = knows

    def prepay(self, mchid: str, body: Json) -> str:
        """POST /v3/pay/transactions/jsapi: a prepay id, two hours long."""
        orders.check(body)
        self._check_mchid(mchid, body["mchid"])
        if body["appid"] not in self._merchant(mchid).app_ids:
            raise PayRefused("APPID_MCHID_NOT_MATCH", "appid 与 mchid 不匹配")
        if not self._knows(body["appid"], body["payer"]["openid"]):
            raise PayRefused("OPENID_MISMATCH", "openid 与 appid 不匹配")
        return self.orders.prepay(mchid, body)

    def query(self, mchid: str, out_trade_no: str) -> Order:
        return self.orders.known(mchid, out_trade_no)

    def query_transaction(self, mchid: str, transaction_id: str) -> Order:
        return self.orders.of_transaction(mchid, transaction_id)

    def close(self, mchid: str, out_trade_no: str) -> None:
        """Again and again if need be; a paid order refuses with ORDERPAID."""
        self.orders.close(mchid, out_trade_no)

    def pay(self, prepay_id: str, openid: str) -> Order:
        """The person pays. Raises CannotPay."""
        order = self.orders.payable(prepay_id, openid)
        fee = self.books.fee(order.total)
        self.orders.pay(order, fee)
        number, voucher = order.transaction_id, order.out_trade_no
        self.books.write(order.mchid, PAYMENT, order.total, number=number, voucher=voucher)
        if fee:
            note = f"结算手续费，费率{self.books.rate}"
            self.books.write(order.mchid, FEE, -fee, number=number, note=note, voucher=voucher)
        self._tell(TRANSACTION_SUCCESS, order)
        return order

    def refund(self, mchid: str, body: Json) -> Refund:
        """POST /v3/refund/domestic/refunds; the same out_refund_no is the same refund."""
        self._merchant(mchid)
        return self.refunds.ask(mchid, body)

    def query_refund(self, mchid: str, out_refund_no: str) -> Refund:
        return self.refunds.known(mchid, out_refund_no)

    def apply_abnormal(self, mchid: str, refund_id: str, body: Json) -> Refund:
        """Send an ABNORMAL refund another way."""
        return self.refunds.apply_abnormal(mchid, refund_id, body)

    def tick(self) -> None:
        """Let refunds end whose time has come."""
        self.refunds.tick()

    def _merchant(self, mchid: str) -> Merchant:
        found = self.merchants.get(mchid)
        if found is None:
            raise PayRefused("MCH_NOT_EXISTS", "商户号不存在")
        return found

    def _check_mchid(self, signed: str, named: object) -> None:
        if named != signed:
            raise PayRefused(INVALID_REQUEST, "商户号与签名的商户不一致", cause=NOT_THIS_MERCHANT)

    def _tell(self, event: str, about: Order | Refund) -> None:
        self.happened.append((event, about))

    def dump(self) -> Json:
        return {"orders": self.orders.dump(), "books": self.books.dump(), "refunds": self.refunds.dump()}

    def load(self, stored: Json) -> None:
        self.orders.load(stored["orders"])
        self.books.load(stored["books"])
        self.refunds.load(stored["refunds"])
