"""A refund's row: made, found, locked."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from app.core.db import Session
from app.core.errors import DomainError
from app.dues.books.models import Account
from app.dues.orders import moving, numbers
from app.dues.orders.models import Order, Refund, RefundCause
from app.dues.orders.states import RefundState

SYSTEM: Final = "system"
MOST_PARTS: Final = 50
"""So many partial refunds WeChat takes for one order (facts/wechat.md §6.5)."""
LONGEST_REASON: Final = 80


class RefundTooMuch(DomainError):
    """More than is left of the order, of the bill's payment, or of the member's advance."""

    code = "refund_too_much"


def give_back_surplus(session: Session, *, order: Order, fen: int, now: datetime) -> Refund:
    """What was paid and not owed, by the committee's own rule: it stands in REFUNDS, and nobody need approve it."""
    made = make(
        session,
        order=order,
        key=f"twice:{order.id}",
        fen=fen,
        cause=RefundCause.TWICE,
        reason="重复缴费退回",
        taken_from=Account.REFUNDS,
        bill_id=None,
        by=SYSTEM,
        now=now,
    )
    made.state, made.ask_at = RefundState.WANTED, now
    return made


def make(
    session: Session,
    *,
    order: Order,
    key: str,
    fen: int,
    cause: RefundCause,
    reason: str,
    taken_from: Account,
    bill_id: int | None,
    by: str,
    now: datetime,
) -> Refund:
    """PROPOSED; its amount is set aside on the order, whose row is locked. Raises RefundTooMuch."""
    if fen < 1 or order.refunded_fen + fen > order.amount_fen or count(session, order.id) >= MOST_PARTS:
        raise RefundTooMuch
    order.refunded_fen += fen
    made = Refund(
        key=key,
        order_id=order.id,
        out_refund_no=numbers.out_refund_no(now),
        amount_fen=fen,
        cause=cause,
        reason=reason[:LONGEST_REASON],
        taken_from=taken_from,
        bill_id=bill_id,
        state=RefundState.PROPOSED,
        proposed_by=by,
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    return made


def count(session: Session, order_id: int) -> int:
    return session.scalar(select(func.count()).where(Refund.order_id == order_id)) or 0


def locked(session: Session, refund_id: int) -> tuple[Order, Refund]:
    """Both rows, the order's first as everywhere. Raises LookupError."""
    order_id = session.scalar(select(Refund.order_id).where(Refund.id == refund_id))
    if order_id is None:
        raise LookupError(f"no refund {refund_id}")
    order = moving.locked(session, order_id)
    statement = select(Refund).where(Refund.id == refund_id).with_for_update()
    return order, session.execute(statement.execution_options(populate_existing=True)).scalar_one()


def id_of(session: Session, out_refund_no: str) -> int | None:
    return session.scalar(select(Refund.id).where(Refund.out_refund_no == out_refund_no))
