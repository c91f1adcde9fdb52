"""A day's trade bill beside our books, line by line.

The two sides are joined here and not by the database: right after a bill of 100,000 lines was written none of the
three knows how many there are, and each may choose a plan that takes hours.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import select

from app.core.db import AnyRow, Session
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import OrderState, RefundState
from app.dues.ports import StatementKind
from app.dues.statements import rules
from app.dues.statements.models import StatementState, TradeLine, TradeStatement

LOOKS_BACK: Final = timedelta(days=7)
"""A refund is in the bill of the day on which it was asked for, and may have succeeded days later."""
BILLED_SUCCESS: Final = "SUCCESS"
AT_ONCE: Final = 500
"""Numbers in one question: below what every engine takes."""


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A line that our books do not have as it is. `ours`: our order or refund of that number, as far as there is one.

    Of a payment: (id, committee_id, state, amount_fen); of a refund also its order_id.
    """

    line: AnyRow
    ours: AnyRow | None


@dataclass(frozen=True, slots=True)
class Compared:
    payments: Sequence[Unbooked]
    refunds: Sequence[Unbooked]
    doubled: Sequence[tuple[StatementKind, str, int, int]]
    """(kind, number, how often, fen): one line too many."""
    not_in_bill: Sequence[AnyRow]
    """Orders of that day: (id, out_trade_no, amount_fen, committee_id)."""


def compare(session: Session, row: TradeStatement) -> Compared:
    booked = {one.out_trade_no: one for one in _paid_that_day(session, row)}
    payments, refunds = (
        _lines(session, row, StatementKind.PAYMENT),
        _lines(session, row, StatementKind.REFUND),
    )
    strange = [line for line in payments if not _same(line, booked.get(line.out_trade_no))]
    known = {
        one.out_trade_no: one for one in _orders(session, row.mchid, {line.out_trade_no for line in strange})
    }
    back = {
        one.out_refund_no: one
        for one in _refunds(session, row.mchid, {line.out_refund_no for line in refunds})
    }
    billed = Counter(line.out_trade_no for line in payments)
    given_back = Counter(line.out_refund_no for line in refunds if line.out_refund_no)
    amounts = {line.out_trade_no: line.amount_fen for line in payments if billed[line.out_trade_no] > 1}
    amounts |= {line.out_refund_no: line.amount_fen for line in refunds if given_back[line.out_refund_no] > 1}
    return Compared(
        payments=[
            Unbooked(line, known.get(line.out_trade_no))
            for line in strange
            if not _same(line, known.get(line.out_trade_no))
        ],
        refunds=[
            Unbooked(line, back.get(line.out_refund_no))
            for line in refunds
            if not _given_back(line, back.get(line.out_refund_no))
        ],
        doubled=[
            (kind, number, times, amounts[number])
            for kind, counted in ((StatementKind.PAYMENT, billed), (StatementKind.REFUND, given_back))
            for number, times in counted.items()
            if times > 1
        ],
        not_in_bill=[one for number, one in booked.items() if number not in billed],
    )


def _same(line: AnyRow, ours: AnyRow | None) -> bool:
    if ours is None or ours.state is not OrderState.PAID:
        return False
    booked = ours.transaction_id, ours.amount_fen, ours.app_id
    return bool(booked == (line.transaction_id, line.amount_fen, line.app_id))


def _given_back(line: AnyRow, ours: AnyRow | None) -> bool:
    if ours is None or ours.amount_fen != line.amount_fen:
        return False
    return line.state != BILLED_SUCCESS or ours.state is RefundState.SUCCEEDED


_ORDER: Final = (
    Order.id,
    Order.out_trade_no,
    Order.transaction_id,
    Order.amount_fen,
    Order.app_id,
    Order.state,
    Order.committee_id,
)


def _paid_that_day(session: Session, row: TradeStatement) -> Sequence[AnyRow]:
    since, until = rules.bounds(row.day)
    paid = Order.mchid == row.mchid, Order.paid_at >= since, Order.paid_at < until
    return session.execute(select(*_ORDER).where(*paid).order_by(Order.paid_at, Order.id)).all()


def _lines(session: Session, row: TradeStatement, kind: StatementKind) -> Sequence[AnyRow]:
    line = TradeLine
    return session.execute(
        select(
            line.out_trade_no,
            line.transaction_id,
            line.amount_fen,
            line.app_id,
            line.out_refund_no,
            line.refund_id,
            line.state,
        )
        .where(line.statement_id == row.id, line.kind == kind)
        .order_by(line.number)
    ).all()


def _orders(session: Session, mchid: str, wanted: Collection[str]) -> Iterator[AnyRow]:
    for some in _portions(wanted):
        yield from session.execute(select(*_ORDER).where(Order.mchid == mchid, Order.out_trade_no.in_(some)))


def _refunds(session: Session, mchid: str, wanted: Collection[str]) -> Iterator[AnyRow]:
    for some in _portions(wanted):
        yield from session.execute(
            select(
                Refund.id,
                Refund.out_refund_no,
                Refund.amount_fen,
                Refund.state,
                Refund.order_id,
                Order.committee_id,
            )
            .join(Order, Order.id == Refund.order_id)
            .where(Order.mchid == mchid, Refund.out_refund_no.in_(some))
        )


def _portions(wanted: Collection[Any]) -> Iterator[list[Any]]:
    rest = iter(wanted)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def refunds_not_billed(session: Session, row: TradeStatement) -> list[AnyRow]:
    """Those of the last days that no bill has, unless a bill of these days is still to come."""
    to_come = select(TradeStatement.id).where(
        TradeStatement.mchid == row.mchid,
        TradeStatement.day < row.day,
        TradeStatement.day >= row.day - LOOKS_BACK,
        TradeStatement.state == StatementState.WANTED,
    )
    if session.scalar(to_come.limit(1)) is not None:
        return []
    _, until = rules.bounds(row.day)
    recent = Refund.ended_at >= until - LOOKS_BACK, Refund.ended_at < until
    ended = session.execute(
        select(
            Refund.id,
            Refund.out_refund_no,
            Refund.amount_fen,
            Refund.order_id,
            Order.committee_id,
            Order.out_trade_no,
        )
        .join(Order, Order.id == Refund.order_id)
        .where(Order.mchid == row.mchid, Refund.state == RefundState.SUCCEEDED, *recent)
        .order_by(Refund.id)
    ).all()
    billed = set[str]()
    for some in _portions([one.out_trade_no for one in ended]):
        billed.update(
            session.scalars(select(TradeLine.out_refund_no).where(TradeLine.out_trade_no.in_(some)))
        )
    return [one for one in ended if one.out_refund_no not in billed]
