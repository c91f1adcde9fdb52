"""A day's trade bill of a merchant: wanted, read, or not there."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import delete, func, insert, select

from app.core.clock import local_day
from app.core.db import Session
from app.dues.books import counters
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import OrderState
from app.dues.ports import Statement, StatementKind, StatementLine
from app.dues.statements import cases, rules
from app.dues.statements.models import CaseKind, StatementState, TradeLine, TradeStatement

AT_ONCE: Final = 5000
ERROR_LIMIT: Final = 200
NO_BILL, BAD_BILL = "no_bill", "bad_bill"


def want(session: Session, *, mchids: Iterable[str], now: datetime) -> None:
    """A row for every day of every merchant up to yesterday that has none yet, as far back as WeChat gives bills.

    Whoever asked for a single day left a gap before it.
    """
    yesterday = local_day(now) - timedelta(days=1)
    oldest = yesterday - timedelta(days=rules.DAYS_KEPT)
    for mchid in mchids:
        mine = TradeStatement.mchid == mchid, TradeStatement.day.between(oldest, yesterday)
        there = set(session.scalars(select(TradeStatement.day).where(*mine)))
        first = min(there) if there else max(_begun(session, mchid, yesterday), oldest)
        days = (first + timedelta(days=offset) for offset in range((yesterday - first).days + 1))
        for day in days:
            if day not in there:
                ensure(session, mchid, day)


def _begun(session: Session, mchid: str, yesterday: date) -> date:
    ordered = session.scalar(select(func.min(Order.created_at)).where(Order.mchid == mchid))
    return local_day(ordered) if ordered else yesterday


def ensure(session: Session, mchid: str, day: date) -> int:
    """Its id, new or there."""
    fresh = {"mchid": mchid, "day": day, "state": StatementState.WANTED, "ask_at": rules.ready_at(day)}
    counters.ensure(session, TradeStatement, fresh)
    which = TradeStatement.mchid == mchid, TradeStatement.day == day
    return session.execute(select(TradeStatement.id).where(*which)).scalar_one()


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """Ids of those to be worked on now, the oldest day first."""
    waiting = select(TradeStatement.id).where(TradeStatement.ask_at <= now)
    return session.scalars(waiting.order_by(TradeStatement.day, TradeStatement.id)).all()


def locked(session: Session, statement_id: int) -> TradeStatement:
    return session.get_one(TradeStatement, statement_id, with_for_update=True, populate_existing=True)


def read(session: Session, statement_id: int, found: Statement, *, now: datetime) -> None:
    """Keep its lines in place of any earlier ones. Raises BadStatement where its lines turn out bad."""
    row = locked(session, statement_id)
    session.execute(delete(TradeLine).where(TradeLine.statement_id == statement_id))
    lines = _rows(statement_id, found.lines)
    while some := list(islice(lines, AT_ONCE)):
        session.execute(insert(TradeLine.__table__), some)  # type: ignore[arg-type]  # a Table
    row.state, row.digest, row.read_at = StatementState.READ, found.digest, now
    row.count, row.total_fen, row.refunded_fen = found.count, found.total, found.refunded
    row.fees_fen = found.fees
    row.ask_at, row.tries, row.error = now, 0, ""
    for kind in (NO_BILL, BAD_BILL):
        cases.clear(session, key=f"{kind}:{statement_id}", note="账单已取到", now=now)


def _rows(statement_id: int, lines: Iterable[StatementLine]) -> Iterator[dict[str, Any]]:
    for line in lines:
        paid = line.kind is StatementKind.PAYMENT
        yield {
            "statement_id": statement_id,
            "number": line.number,
            "at": line.at,
            "kind": line.kind,
            "app_id": line.app_id,
            "transaction_id": line.transaction_id,
            "out_trade_no": line.out_trade_no,
            "out_refund_no": line.out_refund_no,
            "refund_id": line.refund_id,
            "amount_fen": line.total if paid else line.refund,
            "fee_fen": line.fee,
            "state": line.state if paid else line.refund_state,
        }


def missing(session: Session, statement_id: int, *, code: str, now: datetime) -> bool:
    """WeChat has none: asked again; nothing traded where we have nothing either. Whether a case was opened."""
    row = locked(session, statement_id)
    later(row, code, now)
    if row.tries < rules.TRIES_ALONE:
        return False
    if code not in rules.BEING_MADE and not _traded(session, row):
        row.state, row.ask_at = StatementState.NONE, None
        return False
    return _opened(session, row, CaseKind.NO_BILL, NO_BILL, code, now)


def bad(session: Session, statement_id: int, *, error: str, now: datetime) -> bool:
    """Not one line of it is kept, and it is fetched again. Whether a case was opened."""
    row = locked(session, statement_id)
    later(row, error, now)
    return _opened(session, row, CaseKind.BAD_BILL, BAD_BILL, error, now)


def unanswered(session: Session, statement_id: int, *, error: str, now: datetime) -> bool:
    """WeChat did not answer. Whether a case was opened."""
    row = locked(session, statement_id)
    later(row, error, now)
    if row.state is not StatementState.WANTED or row.tries < rules.TRIES_ALONE:
        return False
    return _opened(session, row, CaseKind.NO_BILL, NO_BILL, error, now)


def later(row: TradeStatement, error: str, now: datetime) -> None:
    """Before the day's bill is made, asking in vain says nothing."""
    ready = rules.ready_at(row.day)
    row.error = error[:ERROR_LIMIT]
    if now < ready:
        row.ask_at = ready
        return
    row.tries += 1
    row.ask_at = rules.ask_next(row.tries, now)


def _traded(session: Session, row: TradeStatement) -> bool:
    """Whether our books have anything of that merchant's day."""
    since, until = rules.bounds(row.day)
    paid = select(Order.id).where(
        Order.mchid == row.mchid,
        Order.state == OrderState.PAID,
        Order.paid_at >= since,
        Order.paid_at < until,
    )
    refunded = (
        select(Refund.id)
        .join(Order, Order.id == Refund.order_id)
        .where(Order.mchid == row.mchid, Refund.ended_at >= since, Refund.ended_at < until)
    )
    return any(session.scalar(one.limit(1)) is not None for one in (paid, refunded))


def _opened(
    session: Session, row: TradeStatement, kind: CaseKind, name: str, error: str, now: datetime
) -> bool:
    said = "下载不到" if kind is CaseKind.NO_BILL else "文件有误，没有采用"
    return cases.open_case(
        session,
        key=f"{name}:{row.id}",
        kind=kind,
        details=f"商户号 {row.mchid} {row.day:%Y-%m-%d} 的交易账单{said}（{error}），系统会继续下载。"[:400],
        now=now,
        mchid=row.mchid,
        statement_id=row.id,
    )
