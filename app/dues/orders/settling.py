"""Booking what WeChat says was paid: compared with our own order, once, whoever tells us first."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select

from app.core.db import Session
from app.dues import money, months, telling
from app.dues.books.models import Account
from app.dues.cash.models import PayWay
from app.dues.orders import moving, refunds
from app.dues.orders.models import Order, OrderLine
from app.dues.orders.states import OrderState
from app.dues.policies import queries as policies
from app.dues.policies.models import Twice
from app.dues.ports import Trade, TradeState
from app.dues.statements import cases
from app.dues.statements.cases import not_booked, open_case
from app.dues.statements.models import CaseKind
from app.dues.taking import Part, Surplus, Taken, take

log = structlog.get_logger()

SYSTEM: Final = "system"
PAID_STATES: Final = frozenset({TradeState.PAID, TradeState.REFUNDED})


class Outcome(StrEnum):
    BOOKED = "booked"
    ALREADY = "already"
    REFUSED = "refused"
    """It is not about an order of ours as we know it: a case is open, and nothing else changed."""
    NOTHING = "nothing"
    """Nobody paid."""


def settle(session: Session, trade: Trade, *, now: datetime) -> Outcome:
    """Book a payment, whatever became of the order here. Safe to call any number of times.

    Merchant, app, payer, currency and amount must be the order's; what is wrong opens a case, once.
    """
    if trade.state not in PAID_STATES:
        return Outcome.NOTHING
    order = moving.locked_by_number(session, trade.out_trade_no)
    if order is None:
        return _refused(session, None, trade, CaseKind.UNKNOWN_ORDER, "我们没有这个订单", now)
    if (kind := _wrong(session, order, trade)) is not None:
        return _refused(session, order, trade, kind, _difference(order, trade, kind), now)
    if order.state is OrderState.PAID:
        return Outcome.ALREADY
    moving.paid(session, order, trade, now)
    _book(session, order, trade, now)
    cases.clear(session, key=not_booked(trade.out_trade_no, trade.transaction_id), note="已入账", now=now)
    log.info("dues.order.settled", order=order.out_trade_no, fen=order.amount_fen)
    return Outcome.BOOKED


def _wrong(session: Session, order: Order, trade: Trade) -> CaseKind | None:
    said = trade.mchid, trade.app_id, trade.openid
    if said != (order.mchid, order.app_id, order.openid) or not trade.transaction_id:
        return CaseKind.STRANGER
    other = select(Order.id).where(Order.transaction_id == trade.transaction_id, Order.id != order.id)
    known = order.transaction_id in (None, trade.transaction_id)
    if not known or session.scalar(other) is not None:
        return CaseKind.STRANGER
    if (trade.total, trade.currency) != (order.amount_fen, "CNY") or trade.paid_at is None:
        return CaseKind.AMOUNT
    return None


def _difference(order: Order, trade: Trade, kind: CaseKind) -> str:
    if kind is CaseKind.AMOUNT:
        theirs = f"{money.text(trade.total)} {trade.currency}"
        return f"微信说付了 {theirs}，我们的订单是 {money.text(order.amount_fen)} 元"
    wrong = [
        name
        for name, ours, theirs in (
            ("商户号", order.mchid, trade.mchid),
            ("应用", order.app_id, trade.app_id),
            ("付款人", order.openid, trade.openid),
            ("微信支付单号", order.transaction_id or trade.transaction_id, trade.transaction_id),
        )
        if ours != theirs
    ]
    return f"{'、'.join(wrong) or '微信支付单号'}与我们的订单不一致"


def _refused(
    session: Session, order: Order | None, trade: Trade, kind: CaseKind, details: str, now: datetime
) -> Outcome:
    open_case(
        session,
        key=f"trade:{trade.out_trade_no}:{trade.transaction_id}:{kind}",
        kind=kind,
        details=f"订单 {trade.out_trade_no}，微信支付单号 {trade.transaction_id}：{details}。没有入账。",
        now=now,
        committee_id=order.committee_id if order else None,
        mchid=order.mchid if order else trade.mchid,
        order_id=order.id if order else None,
        ours_fen=order.amount_fen if order else None,
        theirs_fen=trade.total,
    )
    return Outcome.REFUSED


def _book(session: Session, order: Order, trade: Trade, now: datetime) -> None:
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id))
    becomes = _twice(session, order, now)
    taken = take(
        session,
        member_id=order.member_id,
        organization_id=order.organization_id,
        committee_id=order.committee_id,
        way=PayWay.WECHAT,
        parts=[Part(line.kind, line.amount_fen, line.bill_id, line.month) for line in lines],
        paid_at=trade.paid_at or now,
        key=f"order:{order.id}",
        by=SYSTEM,
        now=now,
        account=Account.WECHAT,
        account_at=order.committee_id,
        order_id=order.id,
        surplus=Surplus.REFUNDS if becomes is Twice.REFUND else Surplus.ADVANCE,
    )
    telling.queue_paid(session, receipt=taken.receipt, now=now)
    if taken.surplus_fen:
        _paid_twice(session, order, taken, becomes, now)


def _paid_twice(session: Session, order: Order, taken: Taken, becomes: Twice, now: datetime) -> None:
    fen = taken.surplus_fen
    if becomes is Twice.REFUND:
        refunds.give_back_surplus(session, order=order, fen=fen, now=now)
    fate = "正在退回" if becomes is Twice.REFUND else "已转为预缴"
    open_case(
        session,
        key=f"twice:{order.id}",
        kind=CaseKind.PAID_TWICE,
        details=f"订单 {order.out_trade_no} 里有 {money.text(fen)} 元已经缴过，{fate}。",
        now=now,
        committee_id=order.committee_id,
        mchid=order.mchid,
        order_id=order.id,
        ours_fen=taken.applied_fen,
        theirs_fen=order.amount_fen,
    )
    telling.queue_twice(session, order=order, surplus_fen=fen, becomes=becomes, now=now)


def _twice(session: Session, order: Order, now: datetime) -> Twice:
    """As the committee has it now; where it has no rule any more, what is not owed goes back."""
    policy = policies.policy_for(session, order.committee_id, months.current(now))
    return Twice.REFUND if policy is None else policy.twice
