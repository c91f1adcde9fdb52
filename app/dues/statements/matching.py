"""What becomes of what differs between a day's trade bill and our books: a case each, for a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.core.db import AnyRow, Session
from app.dues import money
from app.dues.orders.states import OrderState
from app.dues.ports import StatementKind
from app.dues.statements.cases import not_booked, open_case
from app.dues.statements.comparing import Compared, compare, refunds_not_billed
from app.dues.statements.models import CaseKind, StatementState, TradeStatement
from app.dues.statements.service import locked


@dataclass(frozen=True, slots=True)
class Difference:
    key: str
    kind: CaseKind
    details: str
    order_id: int | None = None
    committee_id: int | None = None
    ours_fen: int | None = None
    theirs_fen: int | None = None


def conclude(session: Session, statement_id: int, *, now: datetime) -> int:
    """Open a case for each difference that is left; how many are new. The bill counts as matched then."""
    row = locked(session, statement_id)
    seen = compare(session, row)
    found = [*_unbooked(seen), *_doubled(row, seen), *_not_in_bill(session, row, seen)]
    opened = sum(_opened(session, row, one, now) for one in found)
    row.state, row.matched_at = StatementState.MATCHED, now
    row.ask_at, row.error = None, ""
    session.flush()
    return opened


def _opened(session: Session, row: TradeStatement, one: Difference, now: datetime) -> bool:
    return open_case(
        session,
        key=one.key[:120],
        kind=one.kind,
        details=f"{row.day:%Y-%m-%d} 交易账单：{one.details}",
        now=now,
        committee_id=one.committee_id,
        mchid=row.mchid,
        order_id=one.order_id,
        statement_id=row.id,
        ours_fen=one.ours_fen,
        theirs_fen=one.theirs_fen,
    )


def _unbooked(seen: Compared) -> Iterator[Difference]:
    for one in seen.payments:
        line, ours = one.line, one.ours
        kind, said = _payment(line, ours)
        number = line.out_trade_no, line.transaction_id
        yield Difference(
            not_booked(*number) if kind is CaseKind.NOT_BOOKED else f"trade:{':'.join(number)}:{kind}",
            kind,
            f"订单 {line.out_trade_no} 收款 {money.text(line.amount_fen)} 元，{said}。",
            ours.id if ours else None,
            ours.committee_id if ours else None,
            ours.amount_fen if ours and ours.state is OrderState.PAID else None,
            line.amount_fen,
        )
    for one in seen.refunds:
        line, ours = one.line, one.ours
        kind, said = _refund(line, ours)
        yield Difference(
            f"billed_refund:{line.out_refund_no or line.refund_id}:{kind}",
            kind,
            f"订单 {line.out_trade_no} 的退款 {line.out_refund_no} {money.text(line.amount_fen)} 元，{said}。",
            ours.order_id if ours else None,
            ours.committee_id if ours else None,
            ours.amount_fen if ours else None,
            line.amount_fen,
        )


def _payment(line: AnyRow, ours: AnyRow | None) -> tuple[CaseKind, str]:
    if ours is None:
        return CaseKind.UNKNOWN_ORDER, "我们没有这个订单"
    if ours.amount_fen != line.amount_fen:
        return CaseKind.AMOUNT, f"我们的订单是 {money.text(ours.amount_fen)} 元"
    if ours.state is OrderState.PAID:
        return CaseKind.STRANGER, "应用或微信支付单号与我们入账的不一致"
    return CaseKind.NOT_BOOKED, "我们没有入账，查询微信也没有得到已付款的答复"


def _refund(line: AnyRow, ours: AnyRow | None) -> tuple[CaseKind, str]:
    if ours is None:
        return CaseKind.UNKNOWN_REFUND, "我们没有这笔退款，可能是在商户平台上直接退的"
    if ours.amount_fen != line.amount_fen:
        return CaseKind.AMOUNT, f"我们的退款是 {money.text(ours.amount_fen)} 元"
    return CaseKind.NOT_BOOKED, "微信说已退，我们没有入账"


def _doubled(row: TradeStatement, seen: Compared) -> Iterator[Difference]:
    for kind, number, times, fen in seen.doubled:
        name = "收款" if kind is StatementKind.PAYMENT else "退款"
        yield Difference(
            f"doubled:{row.id}:{number}",
            CaseKind.NOT_BOOKED,
            f"{name} {number} 在账单里有 {times} 行，我们只有一笔。",
            ours_fen=fen,
            theirs_fen=fen * times,
        )


def _not_in_bill(session: Session, row: TradeStatement, seen: Compared) -> Iterator[Difference]:
    for order in seen.not_in_bill:
        yield Difference(
            f"not_in_bill:order:{order.id}",
            CaseKind.NOT_IN_BILL,
            f"订单 {order.out_trade_no} 已入账 {money.text(order.amount_fen)} 元，账单里没有。",
            order.id,
            order.committee_id,
            order.amount_fen,
            0,
        )
    for refund in refunds_not_billed(session, row):
        yield Difference(
            f"not_in_bill:refund:{refund.id}",
            CaseKind.NOT_IN_BILL,
            f"退款 {refund.out_refund_no} 已入账 {money.text(refund.amount_fen)} 元，账单里没有。",
            refund.order_id,
            refund.committee_id,
            refund.amount_fen,
            0,
        )
