"""What the console's pages about WeChat's bills and the differences read: of the merchants of a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from app.core.clock import from_local
from app.core.db import AnyRow, Session
from app.dues.orders.models import Order, Refund
from app.dues.orders.states import RefundState
from app.dues.policies.models import DuesPolicy
from app.dues.ports import StatementKind
from app.dues.standing import STANDS
from app.dues.statements.models import Case, CaseKind, CaseState, TradeLine, TradeStatement
from app.dues.sums import whole
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.deciding import Decision


def merchants(session: Session, scope: Scope) -> dict[str, Organization]:
    """Whose each merchant account is: those that a policy in the scope names; or named, and nobody else does now."""
    other = aliased(DuesPolicy)
    elsewhere = select(other.id).where(
        other.mchid == DuesPolicy.mchid,
        other.standing == STANDS,
        other.organization_id != DuesPolicy.organization_id,
    )
    rows = session.execute(
        select(DuesPolicy.mchid, Organization)
        .join(Organization, Organization.id == DuesPolicy.organization_id)
        .where(
            scope.organizations(),
            DuesPolicy.mchid != "",
            DuesPolicy.decision == Decision.APPROVED,
            ~elsewhere.exists(),
        )
        .order_by(Organization.path.desc())
    )
    return {row.mchid: row.Organization for row in rows}


def statements(
    session: Session, mchids: Collection[str], *, first: date, last: date
) -> Sequence[TradeStatement]:
    """Of those days, the latest first."""
    return session.scalars(
        select(TradeStatement)
        .where(
            TradeStatement.mchid.in_(mchids),
            TradeStatement.day >= first,
            TradeStatement.day <= last,
        )
        .order_by(TradeStatement.day.desc(), TradeStatement.mchid)
    ).all()


def statement(session: Session, mchids: Collection[str], statement_id: int) -> TradeStatement | None:
    return session.scalar(
        select(TradeStatement).where(TradeStatement.id == statement_id, TradeStatement.mchid.in_(mchids))
    )


@dataclass(frozen=True)
class Ours:
    """What our own books have of a merchant's day: payments, and refunds that ended well; fen."""

    payments: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0


def ours(session: Session, mchid: str, days: Collection[date]) -> dict[date, Ours]:
    """By day of China. One statement however many days, at most a month of them."""
    if not days:
        return {}
    rows = session.execute(union_all(*(part for day in days for part in _ours_of(mchid, day))))
    found = dict.fromkeys(days, Ours())
    for key, count, fen in rows:
        day, was = date.fromisoformat(key[1:]), found[date.fromisoformat(key[1:])]
        found[day] = (
            replace(was, refunded_fen=fen) if key[0] == "r" else replace(was, payments=count, paid_fen=fen)
        )
    return found


def _ours_of(mchid: str, day: date) -> tuple[Any, Any]:
    since, until = from_local(day), from_local(day + timedelta(days=1))
    paid = select(literal(f"p{day}"), func.count(Order.id), whole(Order.amount_fen)).where(
        Order.mchid == mchid, Order.paid_at >= since, Order.paid_at < until
    )
    back = (
        select(literal(f"r{day}"), func.count(Refund.id), whole(Refund.amount_fen))
        .join(Order, Order.id == Refund.order_id)
        .where(
            Order.mchid == mchid,
            Refund.state == RefundState.SUCCEEDED,
            Refund.ended_at >= since,
            Refund.ended_at < until,
        )
    )
    return paid, back


@dataclass(frozen=True)
class LineFilter:
    statement_id: int
    kind: StatementKind | None = None
    odd_only: bool = False
    """Only lines that our books do not have, or have with another amount."""


def lines(
    session: Session, wanted: LineFilter, *, offset: int = 0, limit: int | None = None
) -> Sequence[AnyRow]:
    """(TradeLine, order_id, ours_fen): None where our books have nothing."""
    booked = _booked()
    return session.execute(
        select(TradeLine, Order.id.label("order_id"), booked.label("ours_fen"))
        .outerjoin(Order, _order_of_line())
        .outerjoin(Refund, _refund_of_line())
        .where(*_lines(wanted, booked))
        .order_by(TradeLine.number)
        .offset(offset)
        .limit(limit)
    ).all()


def lines_total(session: Session, wanted: LineFilter) -> int:
    counted = (
        select(func.count(TradeLine.id))
        .outerjoin(Order, _order_of_line())
        .outerjoin(Refund, _refund_of_line())
        .where(*_lines(wanted, _booked()))
    )
    return session.scalar(counted) or 0


def _order_of_line() -> ColumnElement[bool]:
    return Order.out_trade_no == TradeLine.out_trade_no


def _refund_of_line() -> ColumnElement[bool]:
    return and_(TradeLine.out_refund_no != "", Refund.out_refund_no == TradeLine.out_refund_no)


def _booked() -> ColumnElement[int | None]:
    paid = case((Order.transaction_id.is_not(None), Order.amount_fen), else_=None)
    return case((TradeLine.kind == StatementKind.REFUND, Refund.amount_fen), else_=paid)


def _lines(wanted: LineFilter, booked: ColumnElement[int | None]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [TradeLine.statement_id == wanted.statement_id]
    if wanted.kind:
        where.append(TradeLine.kind == wanted.kind)
    if wanted.odd_only:
        where.append(or_(booked.is_(None), booked != TradeLine.amount_fen))
    return where


@dataclass(frozen=True)
class CaseFilter:
    state: CaseState | None = CaseState.OPEN
    kind: CaseKind | None = None
    statement_id: int | None = None


def cases(
    session: Session, scope: Scope, wanted: CaseFilter, *, offset: int = 0, limit: int | None = 30
) -> Sequence[AnyRow]:
    """(Case, committee_name), what is open first, then the latest."""
    return session.execute(
        select(Case, Organization.short_name.label("committee_name"))
        .outerjoin(Organization, Organization.id == Case.committee_id)
        .where(*_cases(session, scope, wanted))
        .order_by(Case.state, Case.opened_at.desc(), Case.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def cases_total(session: Session, scope: Scope, wanted: CaseFilter) -> int:
    return session.scalar(select(func.count(Case.id)).where(*_cases(session, scope, wanted))) or 0


def _cases(session: Session, scope: Scope, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    where = [_theirs(session, scope)]
    if wanted.state:
        where.append(Case.state == wanted.state)
    if wanted.kind:
        where.append(Case.kind == wanted.kind)
    if wanted.statement_id:
        where.append(Case.statement_id == wanted.statement_id)
    return where


def case_of(session: Session, scope: Scope, case_id: int) -> Case | None:
    return session.scalar(select(Case).where(Case.id == case_id, _theirs(session, scope)))


def _theirs(session: Session, scope: Scope) -> ColumnElement[bool]:
    """By whose books it is; where nobody's, as with money for an order that we do not have, by the merchant."""
    own = list(merchants(session, scope))
    return or_(
        scope.owns(Case.committee_id),  # type: ignore[arg-type]  # an empty one is in no scope
        and_(Case.committee_id.is_(None), Case.mchid.in_(own)),
    )
