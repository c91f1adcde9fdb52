"""Refunds: accepted once by their number, then ended by the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.pay import requests
from sandbox.pay.books import REFUND, REFUND_BACK, Books
from sandbox.pay.orders import REFUND as REFUNDED
from sandbox.pay.orders import Order, Orders, key_of
from sandbox.pay.refusals import INVALID_REQUEST, PayRefused, bad_field
from sandbox.pay.times import day_digits
from sandbox.serials import Serials
from sandbox.shelf import Shelf

Json = dict[str, Any]
PROCESSING, SUCCESS, ABNORMAL, CLOSED = "PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"
ENDS = {"success": SUCCESS, "abnormal": ABNORMAL, "closed": CLOSED}
MOST_PARTS = 50
LATEST = 365 * 86400
SAME = ("out_trade_no", "transaction_id", "refund", "total")


@dataclass
class Refund:
    mchid: str
    out_refund_no: str
    refund_id: str
    out_trade_no: str
    transaction_id: str
    refund: int
    total: int
    fee_back: int
    """Fen of the fee that the merchant gets back; part of `refund`."""
    reason: str
    notify_url: str
    funds_account: str
    created_at: float
    due_at: float
    status: str = PROCESSING
    success_at: float = 0.0
    way: str = "ORIGINAL"
    history: list[list[Any]] = field(default_factory=list)
    """Every status with the time from which it held: a bill shows that of its own hour."""

    @property
    def key(self) -> str:
        return key_of(self.mchid, self.out_refund_no)

    def becomes(self, status: str, at: float) -> None:
        self.status = status
        self.history.append([at, status])
        if status == SUCCESS:
            self.success_at = at

    def status_at(self, at: float) -> str:
        return next((str(status) for since, status in reversed(self.history) if since <= at), PROCESSING)


class Refunds:
    def __init__(
        self,
        clock: Clock,
        serials: Serials,
        faults: Faults,
        orders: Orders,
        books: Books,
        tell: Callable[[str, Refund], None],
    ) -> None:
        self._clock = clock
        self._serials = serials
        self._faults = faults
        self._orders = orders
        self._books = books
        self._tell = tell
        self._open: dict[str, Refund] = {}
        self.all: Shelf[Refund] = Shelf(Refund)

    def ask(self, mchid: str, body: Json) -> Refund:
        requests.REFUND.check(body)
        order = self._order(mchid, body)
        earlier = self.find(mchid, body["out_refund_no"])
        if earlier is not None:
            return _repeated(earlier, order, body)
        self._check_fits(order, body)
        amount = body["amount"]["refund"]
        kept = order.total - order.refunded - amount
        fee_back = max(0, order.fee - self._books.fee(kept))
        if self._books.balance(mchid) < amount - fee_back:
            raise PayRefused("NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
        refund = self._make(order, body, fee_back)
        order.refunded += amount
        order.fee -= fee_back
        order.parts += 1
        order.state = REFUNDED
        self._move(refund, REFUND, fee_back - amount)
        return refund

    def find(self, mchid: str, out_refund_no: str) -> Refund | None:
        self.tick()
        return self.all.get(key_of(mchid, out_refund_no))

    def known(self, mchid: str, out_refund_no: str) -> Refund:
        found = self.find(mchid, out_refund_no)
        if found is None:
            raise PayRefused("RESOURCE_NOT_EXISTS", "退款单不存在")
        return found

    def apply_abnormal(self, mchid: str, refund_id: str, body: Json) -> Refund:
        requests.ABNORMAL.check(body)
        refund = self.known(mchid, body["out_refund_no"])
        if refund.refund_id != refund_id:
            raise PayRefused("RESOURCE_NOT_EXISTS", "退款单不存在")
        if refund.status != ABNORMAL:
            raise PayRefused(INVALID_REQUEST, "退款单不是异常状态")
        refund.way = "OTHER_BANKCARD" if body["type"] == "USER_BANK_CARD" else "OTHER_BALANCE"
        refund.due_at = self._clock.now() + self._faults.pay.refund_delay_s
        refund.becomes(PROCESSING, self._clock.now())
        self._open[refund.key] = refund
        return refund

    def tick(self) -> None:
        now = self._clock.now()
        for key in [key for key, refund in self._open.items() if refund.due_at <= now]:
            self._end(self._open.pop(key))

    def next_end(self) -> float | None:
        """When the next one ends; None while none is open."""
        return min((one.due_at for one in self._open.values()), default=None)

    def of_merchant(self, mchid: str) -> list[Refund]:
        self.tick()
        return [one for one in self.all.values() if one.mchid == mchid]

    def _end(self, refund: Refund) -> None:
        ends = ENDS.get(self._faults.pay.refund_ends, SUCCESS)
        refund.becomes(ends, refund.due_at)
        if ends == CLOSED:
            order = self._orders.known(refund.mchid, refund.out_trade_no)
            order.refunded -= refund.refund
            order.fee += refund.fee_back
            self._move(refund, REFUND_BACK, refund.refund - refund.fee_back)
        self._tell(f"REFUND.{ends}", refund)

    def _move(self, refund: Refund, kind: str, amount: int) -> None:
        note = f"退款总金额{refund.refund / 100:.2f}元;含手续费{refund.fee_back / 100:.2f}元"
        self._books.write(
            refund.mchid,
            kind,
            amount,
            number=refund.refund_id,
            note=note,
            voucher=refund.out_refund_no,
        )

    def _order(self, mchid: str, body: Json) -> Order:
        if body.get("transaction_id"):
            return self._orders.of_transaction(mchid, body["transaction_id"])
        if not body.get("out_trade_no"):
            raise bad_field("/out_trade_no", "", "transaction_id 与 out_trade_no 应有一个")
        return self._orders.known(mchid, body["out_trade_no"])

    def _check_fits(self, order: Order, body: Json) -> None:
        amount = body["amount"]
        if not order.paid:
            raise PayRefused(INVALID_REQUEST, "订单未支付，不能退款")
        if amount["total"] != order.total:
            raise PayRefused(INVALID_REQUEST, "订单金额与原订单不一致")
        if self._clock.now() - order.paid_at > LATEST:
            raise PayRefused(INVALID_REQUEST, "订单已超过一年，不能退款")
        if order.refunded + amount["refund"] > order.total:
            raise PayRefused(INVALID_REQUEST, "累计退款金额超过订单金额")
        if order.parts >= MOST_PARTS:
            raise PayRefused(INVALID_REQUEST, f"一个订单最多部分退款 {MOST_PARTS} 次")

    def _make(self, order: Order, body: Json, fee_back: int) -> Refund:
        now = self._clock.now()
        made = Refund(
            order.mchid,
            body["out_refund_no"],
            f"503{day_digits(now)}{self._serials.next('refund'):018d}",
            order.out_trade_no,
            order.transaction_id,
            body["amount"]["refund"],
            order.total,
            fee_back,
            body.get("reason") or "",
            body.get("notify_url") or "",
            body.get("funds_account") or "UNSETTLED",
            now,
            now + self._faults.pay.refund_delay_s,
        )
        made.becomes(PROCESSING, now)
        self.all[made.key] = self._open[made.key] = made
        return made

    def dump(self) -> Json:
        return self.all.dump()

    def load(self, stored: Json) -> None:
        self.all.load(stored)
        self._open = {key: one for key, one in self.all.items() if one.status == PROCESSING}


def _repeated(earlier: Refund, order: Order, body: Json) -> Refund:
    asked = (order.out_trade_no, order.transaction_id, body["amount"]["refund"], body["amount"]["total"])
    if asked != tuple(getattr(earlier, name) for name in SAME):
        raise PayRefused(INVALID_REQUEST, "请求重入时，参数与首次请求时不一致", cause=268498688)
    return earlier
