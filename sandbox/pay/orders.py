"""Orders: asked for, paid, closed, and ended by their time."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.pay import requests
from sandbox.pay.fields import seconds
from sandbox.pay.refusals import INVALID_REQUEST, NO_OPENID, CannotPay, PayRefused, bad_field
from sandbox.pay.times import day_digits, stamp
from sandbox.serials import Serials
from sandbox.shelf import Shelf

Json = dict[str, Any]
NOTPAY, SUCCESS, CLOSED, REFUND = "NOTPAY", "SUCCESS", "CLOSED", "REFUND"
PREPAY_LIFE, FORGOTTEN = 2 * 3600, 86400
SHORTEST, LONGEST, USUAL = 60, 15 * 86400, 7 * 86400
OTHER_PARAMETERS, NOT_THIS_MERCHANT = 268498688, 268447843


@dataclass
class Order:
    mchid: str
    out_trade_no: str
    app_id: str
    openid: str
    description: str
    total: int
    notify_url: str
    attach: str
    device_id: str
    asked: str
    """Digest of the first request: the same number is taken again with the same contents only."""
    created_at: float
    expires_at: float
    state: str = NOTPAY
    transaction_id: str = ""
    paid_at: float = 0.0
    refunded: int = 0
    """Fen that went back or are on their way."""
    fee: int = 0
    """Fen that WeChat keeps of it now."""
    parts: int = 0
    """How many refunds were accepted."""

    @property
    def key(self) -> str:
        return key_of(self.mchid, self.out_trade_no)

    @property
    def paid(self) -> bool:
        return bool(self.transaction_id)


@dataclass
class Prepay:
    order: str
    made_at: float


def key_of(mchid: str, number: str) -> str:
    return f"{mchid}/{number}"


class Orders:
    def __init__(self, clock: Clock, serials: Serials) -> None:
        self._clock = clock
        self._serials = serials
        self._by_transaction: dict[str, str] = {}
        self.all: Shelf[Order] = Shelf(Order)
        self.prepays: Shelf[Prepay] = Shelf(Prepay)

    def prepay(self, mchid: str, body: Json) -> str:
        """A prepay id; the order is made at the first call. The body has been checked for its shape."""
        asked = _digest(body)
        order = self.find(mchid, body["out_trade_no"])
        if order is None:
            order = self._make(mchid, body, asked)
        elif order.asked != asked:
            raise PayRefused(INVALID_REQUEST, "请求重入时，参数与首次请求时不一致", cause=OTHER_PARAMETERS)
        elif order.paid:
            raise PayRefused("ORDERPAID", "该订单已支付")
        elif order.state == CLOSED:
            raise PayRefused("ORDER_CLOSED", "该订单已关闭")
        now = self._clock.now()
        self._forget_old(now)
        prepay_id = f"wx{stamp(now)}{self._serials.next('prepay'):08d}{secrets.token_hex(6)}"
        self.prepays[prepay_id] = Prepay(order.key, now)
        return prepay_id

    def _forget_old(self, now: float) -> None:
        """The oldest stand first."""
        while self.prepays and self.prepays[oldest := next(iter(self.prepays))].made_at + FORGOTTEN < now:
            del self.prepays[oldest]

    def find(self, mchid: str, out_trade_no: str) -> Order | None:
        """As it is now: an order whose time is over is closed."""
        order = self.all.get(key_of(mchid, out_trade_no))
        if order is not None and order.state == NOTPAY and order.expires_at <= self._clock.now():
            order.state = CLOSED
        return order

    def known(self, mchid: str, out_trade_no: str) -> Order:
        order = self.find(mchid, out_trade_no)
        if order is None:
            raise PayRefused("ORDER_NOT_EXIST", "订单不存在")
        return order

    def of_transaction(self, mchid: str, transaction_id: str) -> Order:
        order = self.all.get(self._by_transaction.get(transaction_id, ""))
        if order is None or order.mchid != mchid:
            raise PayRefused("ORDER_NOT_EXIST", "订单不存在")
        return order

    def close(self, mchid: str, out_trade_no: str) -> None:
        order = self.known(mchid, out_trade_no)
        if order.paid:
            raise PayRefused("ORDERPAID", "该订单已支付")
        order.state = CLOSED

    def payable(self, prepay_id: str, openid: str) -> Order:
        """The order behind a prepay id that this person may pay now. Raises CannotPay."""
        prepay = self.prepays.get(prepay_id)
        if prepay is None:
            raise CannotPay("没有这个 prepay_id")
        mchid, _, out_trade_no = prepay.order.partition("/")
        order = self.known(mchid, out_trade_no)
        if order.openid != openid:
            raise CannotPay("当前微信用户与下单的用户不一致")
        if order.paid:
            raise CannotPay("该订单已支付")
        if order.state == CLOSED:
            raise CannotPay("该订单已关闭")
        if prepay.made_at + PREPAY_LIFE <= self._clock.now():
            raise CannotPay("prepay_id 已过期，请重新下单")
        return order

    def pay(self, order: Order, fee: int) -> None:
        now = self._clock.now()
        order.transaction_id = f"4200{day_digits(now)}{self._serials.next('transaction'):016d}"
        order.paid_at, order.state, order.fee = now, SUCCESS, fee
        self._by_transaction[order.transaction_id] = order.key

    def of_merchant(self, mchid: str) -> list[Order]:
        return [order for order in self.all.values() if order.mchid == mchid]

    def _make(self, mchid: str, body: Json, asked: str) -> Order:
        now = self._clock.now()
        scene = body.get("scene_info") or {}
        order = Order(
            mchid,
            body["out_trade_no"],
            body["appid"],
            body["payer"]["openid"],
            body["description"],
            body["amount"]["total"],
            body["notify_url"],
            body.get("attach") or "",
            scene.get("device_id") or "",
            asked,
            now,
            _ends(body, now),
        )
        self.all[order.key] = order
        return order

    def dump(self) -> Json:
        return {"all": self.all.dump(), "prepays": self.prepays.dump()}

    def load(self, stored: Json) -> None:
        self.all.load(stored["all"])
        self.prepays.load(stored["prepays"])
        self._by_transaction = {one.transaction_id: one.key for one in self.all.values() if one.paid}


def check(body: Json) -> None:
    requests.ORDER.check(body)
    if not (body.get("payer") or {}).get("openid"):
        raise bad_field("/payer/openid", "", "缺少 openid", cause=NO_OPENID)


def _ends(body: Json, now: float) -> float:
    wanted = body.get("time_expire")
    if wanted is None:
        return now + USUAL
    ends = seconds(wanted) or 0.0
    if not now + SHORTEST <= ends <= now + LONGEST:
        raise bad_field("/time_expire", wanted, "应在下单后 1 分钟至 15 天之间")
    return ends


def _digest(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
