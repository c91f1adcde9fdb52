"""What dues need of a payment platform, met by WeChat Pay for one merchant (facts/wechat.md §6.4, §6.5)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

from app.core.clock import SHANGHAI
from app.dues.ports import (
    AlreadyPaid,
    GatewayUnclear,
    Merchant,
    OrderClosed,
    PaySheet,
    RefundSaid,
    RefundStatus,
    RefundWanted,
    Statement,
    Trade,
    TradeState,
    Wanted,
)
from app.wechat.answers import text_of
from app.wechat.errors import BadAnswer
from app.wechat.pay import bills, said
from app.wechat.pay.account import Account
from app.wechat.pay.answers import Answer
from app.wechat.pay.certificates import opened
from app.wechat.pay.client import PayClient
from app.wechat.pay.keys import NotOpened
from app.wechat.pay.signing import NotSigned, nonce

ORDERS: Final = "/v3/pay/transactions"
REFUNDS: Final = "/v3/refund/domestic/refunds"
CERTIFICATES: Final = "/v3/certificates"
NOTIFY: Final = "/wechat/pay/notify"
REFUND_NOTIFY: Final = "/wechat/pay/refund-notify"
LONGEST_DESCRIPTION: Final = 127
LONGEST_REASON: Final = 80
_NUMBER: Final = re.compile(r"[0-9A-Za-z_*-]{6,32}", re.ASCII)
_REFUND_NUMBER: Final = re.compile(r"[0-9A-Za-z_*-]{1,64}", re.ASCII)
_REFUSALS: Final = {"ORDER_PAID": AlreadyPaid, "ORDER_CLOSED": OrderClosed}
Told = TypeVar("Told")


class WeChatPay:
    """Safe to share between threads; no call outlasts twice the timeout of the settings, but for a bill's download."""

    def __init__(self, account: Account, client: PayClient, *, site_url: str) -> None:
        self.account = account
        self.client = client
        self._notify_url = site_url.rstrip("/") + NOTIFY
        self._refund_notify_url = site_url.rstrip("/") + REFUND_NOTIFY

    @property
    def merchant(self) -> Merchant:
        return self.account.merchant

    def prepay(self, order: Wanted) -> str:
        _positive(order.total)
        body = {
            "appid": self.merchant.app_id,
            "mchid": self.merchant.mchid,
            "description": order.description[:LONGEST_DESCRIPTION],
            "out_trade_no": _fit(_NUMBER, order.out_trade_no),
            "time_expire": _beijing(order.expires_at),
            "notify_url": self._notify_url,
            "amount": {"total": order.total, "currency": "CNY"},
            "payer": {"openid": order.openid},
        }
        answer = _sound(self.client.post(f"{ORDERS}/jsapi", body))
        return _read(lambda: text_of(answer.fields, "prepay_id"))

    def sheet(self, prepay_id: str, now: datetime) -> PaySheet:
        app_id, stamp, word = self.merchant.app_id, str(int(now.timestamp())), nonce()
        package = f"prepay_id={prepay_id}"
        signature = self.account.signer.sign(app_id, stamp, word, package)
        return PaySheet(app_id, stamp, word, package, "RSA", signature)

    def query(self, out_trade_no: str) -> Trade:
        answer = self.ask_about(out_trade_no)
        if answer.unknown:
            return Trade(self.merchant.mchid, self.merchant.app_id, out_trade_no, TradeState.UNKNOWN)
        found = _read(lambda: said.trade(_sound(answer).fields))
        # The app is the order's own: who replaced the account since has still to hear of what was paid before.
        if (found.mchid, found.out_trade_no) != (self.merchant.mchid, out_trade_no):
            raise GatewayUnclear("another_order")
        return found

    def ask_about(self, out_trade_no: str) -> Answer:
        """What WeChat says of an order, unread. Raises GatewayUnclear."""
        number = _fit(_NUMBER, out_trade_no)
        return self.client.get(f"{ORDERS}/out-trade-no/{number}?mchid={self.merchant.mchid}")

    def close(self, out_trade_no: str) -> None:
        number = _fit(_NUMBER, out_trade_no)
        answer = self.client.post(f"{ORDERS}/out-trade-no/{number}/close", {"mchid": self.merchant.mchid})
        if not answer.unknown and answer.code != "ORDER_CLOSED":
            _sound(answer)

    def refund(self, wanted: RefundWanted) -> RefundSaid:
        _positive(wanted.refund)
        if wanted.refund > wanted.total:
            raise ValueError("no more than was paid is given back")
        body: dict[str, Any] = {
            "out_trade_no": _fit(_NUMBER, wanted.out_trade_no),
            "out_refund_no": _fit(_REFUND_NUMBER, wanted.out_refund_no),
            "notify_url": self._refund_notify_url,
            "amount": {"refund": wanted.refund, "total": wanted.total, "currency": "CNY"},
        }
        if wanted.reason:
            body["reason"] = wanted.reason[:LONGEST_REASON]
        answer = self.client.post(REFUNDS, body)
        if answer.code == "RESOURCE_ALREADY_EXISTS":
            found = self.query_refund(wanted.out_refund_no)
        else:
            found = self._refund_of(_sound(answer), wanted.out_refund_no)
        if (found.out_trade_no, found.refund, found.total) != (
            wanted.out_trade_no,
            wanted.refund,
            wanted.total,
        ):
            raise GatewayUnclear("another_refund")
        return found

    def query_refund(self, out_refund_no: str) -> RefundSaid:
        """Of a number that WeChat does not know, the order's number is not known either: it is empty."""
        answer = self.client.get(f"{REFUNDS}/{_fit(_REFUND_NUMBER, out_refund_no)}")
        if answer.unknown:
            return RefundSaid(self.merchant.mchid, "", out_refund_no, RefundStatus.UNKNOWN)
        return self._refund_of(_sound(answer), out_refund_no)

    def _refund_of(self, answer: Answer, out_refund_no: str) -> RefundSaid:
        found = _read(lambda: said.refund(answer.fields, mchid=self.merchant.mchid, status="status"))
        if found.out_refund_no != out_refund_no:
            raise GatewayUnclear("another_refund")
        return found

    def statement(self, day: date) -> Statement:
        return bills.statement(self.client, self.merchant, day)

    def refresh_certificates(self) -> bool:
        """Fetch the platform certificates for all processes; False, unasked, within ten minutes of the last time.

        Raises GatewayUnclear, GatewayRefused: merchants who have only the public key are refused.
        """
        shelf = self.account.shelf
        if not shelf.may_ask():
            return False
        shelf.put(_sound(self.client.get(CERTIFICATES, learn=self._learn)).fields)
        return True

    def _learn(self, fields: Mapping[str, Any]) -> None:
        """The answer may be signed with a certificate that is in it; what opens with the APIv3 key is WeChat's."""
        try:
            self.account.trust.add(opened(fields, self.account.envelope))
        except NotOpened:
            raise NotSigned("certificates") from None


def _sound(answer: Answer) -> Answer:
    if not answer.sound:
        raise answer.refusal(_REFUSALS)
    return answer


def _read(reader: Callable[[], Told]) -> Told:
    try:
        return reader()
    except BadAnswer as fault:
        raise GatewayUnclear(f"answer: {fault.reason}") from None


def _fit(pattern: re.Pattern[str], number: str) -> str:
    if not pattern.fullmatch(number):
        raise ValueError("no number that WeChat Pay takes")
    return number


def _positive(fen: int) -> None:
    if fen < 1:
        raise ValueError("an amount is at least one fen")


def _beijing(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
