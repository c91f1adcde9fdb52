"""What the console's pages about orders and refunds read: by number and amount, never by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from app.core.db import AnyRow, Session
from app.dues.cash.models import Receipt
from app.dues.orders.models import Order, OrderLine, Refund
from app.dues.orders.states import OrderState, RefundState
from app.organizations.models import Organization
from app.organizations.scope import Scope

ENDED = frozenset({RefundState.SUCCEEDED, RefundState.REFUSED, RefundState.CLOSED})
WAITS = (RefundState.PROPOSED, RefundState.ABNORMAL)
"""For a person: to be decided, or to be seen to at WeChat."""


@dataclass(frozen=True)
class OrderFilter:
    """`number`: of the order, of WeChat's payment, or of a refund; whole. Made from `since` until before `until`."""

    number: str = ""
    state: OrderState | None = None
    since: datetime | None = None
    until: datetime | None = None


def orders(
    session: Session, scope: Scope, wanted: OrderFilter, *, offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(Order, organization_name), the latest first. The scope is that of who keeps the books."""
    return session.execute(
        select(Order, Organization.short_name.label("organization_name"))
        .join(Organization, Organization.id == Order.organization_id)
        .where(*_looked_up(scope, wanted))
        .order_by(Order.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def orders_total(session: Session, scope: Scope, wanted: OrderFilter) -> int:
    return session.scalar(select(func.count(Order.id)).where(*_looked_up(scope, wanted))) or 0


def _looked_up(scope: Scope, wanted: OrderFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [scope.owns(Order.committee_id)]
    if wanted.number:
        refunded = select(Refund.order_id).where(
            or_(Refund.out_refund_no == wanted.number, Refund.refund_id == wanted.number)
        )
        where.append(
            or_(
                Order.out_trade_no == wanted.number,
                Order.transaction_id == wanted.number,
                Order.id.in_(refunded),
            )
        )
    if wanted.state:
        where.append(Order.state == wanted.state)
    if wanted.since:
        where.append(Order.created_at >= wanted.since)
    if wanted.until:
        where.append(Order.created_at < wanted.until)
    return where


def order(session: Session, scope: Scope, order_id: int) -> AnyRow | None:
    """(Order, organization_name, receipt_id, receipt_year, receipt_number)."""
    return session.execute(
        select(
            Order,
            Organization.short_name.label("organization_name"),
            Receipt.id.label("receipt_id"),
            Receipt.year.label("receipt_year"),
            Receipt.number.label("receipt_number"),
        )
        .join(Organization, Organization.id == Order.organization_id)
        .outerjoin(Receipt, Receipt.order_id == Order.id)
        .where(Order.id == order_id, scope.owns(Order.committee_id))
    ).one_or_none()


def lines(session: Session, order_id: int) -> Sequence[OrderLine]:
    return session.scalars(
        select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.id)
    ).all()


def refunds_of(session: Session, order_id: int) -> Sequence[Refund]:
    return session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)).all()


def refunds(
    session: Session, scope: Scope, *, open_only: bool, offset: int = 0, limit: int = 30
) -> Sequence[AnyRow]:
    """(Refund, Order, organization_name): what waits for a person first, then the latest."""
    return session.execute(
        select(Refund, Order, Organization.short_name.label("organization_name"))
        .join(Order, Order.id == Refund.order_id)
        .join(Organization, Organization.id == Order.organization_id)
        .where(*_refunded(scope, open_only=open_only))
        .order_by(Refund.state.not_in(WAITS), Refund.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def refunds_total(session: Session, scope: Scope, *, open_only: bool) -> int:
    where = _refunded(scope, open_only=open_only)
    return session.scalar(select(func.count(Refund.id)).join(Order).where(*where)) or 0


def _refunded(scope: Scope, *, open_only: bool) -> list[ColumnElement[bool]]:
    ended = Refund.state.in_(ENDED)
    return [scope.owns(Order.committee_id), ~ended if open_only else ended]


def refund(session: Session, scope: Scope, refund_id: int) -> tuple[Refund, Order] | None:
    found = session.execute(
        select(Refund, Order)
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.id == refund_id, scope.owns(Order.committee_id))
    ).one_or_none()
    return (found.Refund, found.Order) if found else None
