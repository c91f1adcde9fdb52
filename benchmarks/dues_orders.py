"""Orders of the dues measurement: a day's paid ones, what differs from WeChat's bill of it, and open ones."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, literal, select

from app.core.clock import SystemClock, from_local
from app.core.db import Base, Session
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash.models import Receipt
from app.dues.inbound.finishing import PayInbox
from app.dues.inbound.models import NotificationState, PayNotification
from app.dues.orders.models import LineKind, Order, OrderLine, Refund, RefundCause
from app.dues.orders.states import OrderState, RefundState
from app.dues.statements.models import Case
from benchmarks.dues_house import House, amount, branch_of, owes
from benchmarks.dues_merchant import MCHID, paid_order
from benchmarks.hall import AT_ONCE, COMMITTEE, STEP
from benchmarks.messages import openid
from benchmarks.scene import APP_ID
from sandbox.pay.bills import Row
from sandbox.pay.orders import Order as Trade
from sandbox.pay.refunds import SUCCESS
from sandbox.pay.refunds import Refund as TradeRefund

REFUNDED = 100
"""One payment in that many went back on the same day."""
UNTOLD = 10
"""Paid as far as WeChat is concerned; we know only that they were closed, and ask."""
DIFFERENCES = 3
"""One that we do not know, one of another amount, one of ours that the bill has not."""
OPENS_AT = 8
FEE_PERMILLE = 6
FINISH_SECONDS = 120


@dataclass(frozen=True)
class Day:
    """A merchant's day. Of `payments` in WeChat's bill the last one is not ours, and the first are not booked."""

    day: date
    payments: int

    @property
    def lines(self) -> int:
        return self.payments + len(self.refunded)

    @property
    def untold(self) -> range:
        return range(1, UNTOLD + 1)

    @property
    def refunded(self) -> range:
        return range(REFUNDED, self.payments, REFUNDED)

    @property
    def _wrong(self) -> int:
        return self.payments - 1

    def number(self, one: int) -> str:
        return f"D{self.day:%Y%m%d}{one:012d}"

    def paid_at(self, one: int) -> datetime:
        return from_local(self.day, OPENS_AT) + timedelta(milliseconds=300 * one)

    def trade(self, one: int, people: int) -> Trade:
        """As WeChat knows it."""
        member = payer(one, people)
        fen = amount(member) + (one == self._wrong)
        return paid_order(self.number(one), openid(member), fen, self.paid_at(one).timestamp())

    def rows(self, people: int) -> Iterator[Row]:
        """Of the bill, in the order in which it happened."""
        for one in range(1, self.payments + 1):
            trade = self.trade(one, people)
            fee = (trade.total * FEE_PERMILLE + 500) // 1000
            yield Row(trade.paid_at, trade, None, fee, "0.60%")
            if one in self.refunded:
                yield Row(trade.paid_at, trade, _refund(trade), -fee, "0.60%", SUCCESS)


class Counter:
    """What the house has of orders."""

    def __init__(self, house: House) -> None:
        self._house = house

    def pay(self, day: Day) -> None:
        """Our side of that day: all but the bill's last payment, and one that the bill has not."""
        numbers = [*range(1, day.payments), day.payments + 1]
        with self._house.sessions.begin() as session:
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                session.execute(insert(Order), [self._paid(day, one) for one in some])
            mine = Order.out_trade_no >= day.number(0), Order.out_trade_no <= day.number(day.payments + 1)
            lines = select(Order.id, literal(LineKind.EXTRA.value), Order.amount_fen).where(*mine)
            columns = ["order_id", "kind", "amount_fen"]
            session.execute(insert(OrderLine).from_select(columns, lines.order_by(Order.id)))
            back = [day.number(one) for one in day.refunded]
            found = session.execute(
                select(Order.id, Order.out_trade_no, Order.amount_fen, Order.paid_at).where(
                    Order.out_trade_no.in_(back)
                )
            )
            if refunds := [_refunded(*row) for row in found]:
                session.execute(insert(Refund), refunds)
        self._house.analyze()

    def _paid(self, day: Day, one: int) -> dict[str, object]:
        at = day.paid_at(one)
        own = _order(day.number(one), payer(one, self._house.people), at)
        if one in day.untold:
            return own | {"state": OrderState.CLOSED, "closed_at": at, "transaction_id": None}
        back = own["amount_fen"] if one in day.refunded else 0
        told = {"transaction_id": f"42{own['out_trade_no']}", "paid_at": at, "settled_at": at}
        return own | told | {"state": OrderState.PAID, "refunded_fen": back}

    def open(self, members: Sequence[int], month: int) -> list[Trade]:
        """A pending order for the month's bill of each of these members; as WeChat says that they were paid."""
        now = self._house.now
        numbers = {member: f"P{month}{member:012d}" for member in members}
        pending = {"state": OrderState.PENDING, "prepay_id": "wx", "prepaid_at": now}
        with self._house.sessions.begin() as session:
            session.execute(
                insert(Order),
                [
                    _order(number, member, now) | pending | {"open_member_id": member}
                    for member, number in numbers.items()
                ],
            )
            lines = (
                select(Order.id, literal(LineKind.BILL.value), Bill.id, Bill.month, Bill.amount_fen)
                .join(Bill, Bill.member_id == Order.open_member_id)
                .where(Order.out_trade_no.in_(numbers.values()), Bill.month == month)
            )
            columns = ["order_id", "kind", "bill_id", "month", "amount_fen"]
            session.execute(insert(OrderLine).from_select(columns, lines))
        at = now.timestamp()
        return [paid_order(number, openid(member), amount(member), at) for member, number in numbers.items()]

    def finish(self) -> int:
        """How many were kept and wait for the job; it is done here, as `flask scheduler` does it."""
        inbox = PayInbox(self._house.sessions, SystemClock())
        until = time.monotonic() + FINISH_SECONDS
        waiting = first = self._waiting()
        while waiting and time.monotonic() < until:
            time.sleep(1)
            inbox.finish_silent(lambda: True)
            waiting = self._waiting()
        return first

    def _waiting(self) -> int:
        with self._house.sessions.read() as session:
            return _count(session, PayNotification, PayNotification.state == NotificationState.RECEIVED)

    def received(self) -> "Received":
        """What is booked by now."""
        with self._house.sessions.read() as session:
            return Received(
                receipts=_count(session, Receipt, Receipt.order_id.is_not(None)),
                orders_paid=_count(session, Order, Order.settled_at.is_not(None)),
                bills_paid=_count(session, Bill, Bill.state == BillState.PAID),
                handled=_count(session, PayNotification, PayNotification.state == NotificationState.HANDLED),
                notifications=_count(session, PayNotification),
                cases=_count(session, Case),
                wechat_fen=self._house.balances()[Account.WECHAT],
            )


@dataclass(frozen=True)
class Received:
    receipts: int
    orders_paid: int
    bills_paid: int
    handled: int
    notifications: int
    cases: int
    wechat_fen: int

    def since(self, before: "Received") -> "Received":
        return Received(*(after - getattr(before, name) for name, after in vars(self).items()))


def _count(session: Session, kind: type[Base], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(*where)) or 0


def payer(one: int, people: int) -> int:
    """Neighbours in time are strangers on disk."""
    return 1 + one * STEP % people


def payers(first: int, count: int, people: int) -> list[int]:
    """Members whose bills are open, from the `first`th of these on; nobody comes twice."""
    found = [one for one in (payer(step, people) for step in range(people)) if owes(one)]
    return found[first : first + count]


def _order(number: str, member: int, at: datetime) -> dict[str, object]:
    return {
        "out_trade_no": number,
        "member_id": member,
        "organization_id": branch_of(member),
        "committee_id": COMMITTEE,
        "mchid": MCHID,
        "app_id": APP_ID,
        "openid": openid(member),
        "description": "2026年3月党费",
        "amount_fen": amount(member),
        "content_key": f"{member:064x}",
        "created_at": at,
        "expires_at": at + timedelta(minutes=30),
    }


def _refund(trade: Trade) -> TradeRefund:
    return TradeRefund(
        mchid=MCHID,
        out_refund_no=f"R{trade.out_trade_no}",
        refund_id=f"50{trade.out_trade_no}",
        out_trade_no=trade.out_trade_no,
        transaction_id=trade.transaction_id,
        refund=trade.total,
        total=trade.total,
        fee_back=0,
        reason="",
        notify_url="",
        funds_account="AVAILABLE",
        created_at=trade.paid_at,
        due_at=trade.paid_at,
        status=SUCCESS,
        success_at=trade.paid_at,
    )


def _refunded(order_id: int, number: str, fen: int, at: datetime | None) -> dict[str, object]:
    return {
        "key": f"back:{number}",
        "order_id": order_id,
        "out_refund_no": f"R{number}",
        "refund_id": f"50{number}",
        "amount_fen": fen,
        "cause": RefundCause.ASKED,
        "reason": "退款",
        "taken_from": Account.EXTRA,
        "state": RefundState.SUCCEEDED,
        "proposed_by": "reconciler",
        "proposed_at": at,
        "decided_by": "office",
        "decided_at": at,
        "ended_at": at,
    }
