"""Giving back what was booked: one person proposes, another decides."""

from datetime import datetime

from sqlalchemy import func, select

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.core.states import advance
from app.dues.bills import service as bills
from app.dues.bills.models import Bill
from app.dues.books import ahead, ledger, owed
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Entry, Journal, JournalKind
from app.dues.orders import moving, refunds, returnable
from app.dues.orders.models import Order, Refund, RefundCause
from app.dues.orders.refunds import RefundTooMuch
from app.dues.orders.states import REFUND, OrderState, RefundState
from app.dues.statements import cases
from app.staff.deciding import AlreadyDecided, Decision, check_person

SOURCES = frozenset({Account.RECEIVABLE, Account.ADVANCE, Account.EXTRA, Account.REFUNDS})


class OrderNotPaid(DomainError):
    code = "order_not_paid"


class RefundNeedsReason(DomainError):
    code = "refund_needs_reason"


def propose(
    session: Session,
    *,
    order_id: int,
    fen: int,
    taken_from: Account,
    reason: str,
    by: str,
    now: datetime,
    bill_id: int | None = None,
) -> Refund:
    """Ask for part of an order, or all of it, to go back the way it came. Nothing moves before `decide`.

    `taken_from`: RECEIVABLE with `bill_id`, ADVANCE, EXTRA; REFUNDS for what is owed already, such as after a
    refund that WeChat gave up. Raises OrderNotPaid, RefundNeedsReason, RefundTooMuch.
    """
    if not (reason := reason.strip()):
        raise RefundNeedsReason
    if taken_from not in SOURCES or (taken_from is Account.RECEIVABLE) != (bill_id is not None):
        raise ValueError("a refund is taken from a bill, an advance, an extra, or what is owed")
    order = moving.locked(session, order_id)
    if order.state is not OrderState.PAID:
        raise OrderNotPaid
    if fen > left(session, order, taken_from, bill_id):
        raise RefundTooMuch
    return refunds.make(
        session,
        order=order,
        key=f"asked:{order.id}:{refunds.count(session, order.id) + 1}",
        fen=fen,
        cause=RefundCause.TOO_MUCH if taken_from is Account.REFUNDS else RefundCause.ASKED,
        reason=reason,
        taken_from=taken_from,
        bill_id=bill_id,
        by=by,
        now=now,
    )


def left(session: Session, order: Order, account: Account, bill_id: int | None = None) -> int:
    """How many fen of this order's money stand there still and are on no other refund: the most to propose."""
    booked = _sum(session, order, account, bill_id)
    mine = Refund.order_id == order.id, Refund.taken_from == account, Refund.bill_id == bill_id
    set_aside = select(func.coalesce(func.sum(Refund.amount_fen), 0)).where(
        *mine, Refund.state.not_in({RefundState.REFUSED, RefundState.CLOSED})
    )
    if account is Account.REFUNDS:
        booked += _given_up(session, order)
    if bill_id is not None:
        ahead = returnable.from_advances(session, order, bill_id)
        booked += min(ahead, _sum(session, order, Account.ADVANCE, None))
    free = min(booked - int(session.execute(set_aside).scalar_one()), order.amount_fen - order.refunded_fen)
    if account is Account.REFUNDS:
        free = min(free, owed.left(session, order.committee_id, order.member_id))
    if account is Account.ADVANCE:
        free = min(free, _advance_left(session, order))
    if bill_id is not None:
        free = min(free, returnable.most(session, bill_id))
    return max(free, 0)


def _sum(session: Session, order: Order, account: Account, bill_id: int | None) -> int:
    """What its own payment put there."""
    paid = select(func.coalesce(func.sum(Entry.amount_fen), 0)).join(Journal, Journal.id == Entry.journal_id)
    mine = paid.where(Journal.external_key == f"order:{order.id}", Entry.credit == account)
    if account is Account.RECEIVABLE:
        mine = mine.where(Entry.bill_id == bill_id)
    return int(session.execute(mine).scalar_one())


def _given_up(session: Session, order: Order) -> int:
    """Refunds of booked money that WeChat closed: REFUNDS owes them ever since they were decided."""
    gave_up = Refund.order_id == order.id, Refund.state == RefundState.CLOSED
    total = select(func.coalesce(func.sum(Refund.amount_fen), 0)).where(
        *gave_up, Refund.taken_from != Account.REFUNDS
    )
    return int(session.execute(total).scalar_one())


def _advance_left(session: Session, order: Order) -> int:
    """Advances are one sum a member and branch; part of this order's may be used up by bills."""
    return ahead.standing(session, order.committee_id, order.member_id)[order.organization_id]


def decide(session: Session, refund_id: int, decision: Decision, *, by: str, now: datetime) -> Refund:
    """Approved: what the money had paid is open again, and WeChat will be asked to give it back.

    Raises SecondPersonNeeded, AlreadyDecided; RefundTooMuch where the money was used otherwise meanwhile.
    """
    order, refund = refunds.locked(session, refund_id)
    check_person(session, refund.proposed_by, by, decision)
    if refund.state is not RefundState.PROPOSED:
        raise AlreadyDecided
    refund.decided_at = now
    refund.decided_by = None if decision is Decision.WITHDRAWN else by
    if decision is Decision.APPROVED:
        _approve(session, order, refund, by, now)
    else:
        refund.state = advance(REFUND, refund.state, RefundState.REFUSED)
        order.refunded_fen -= refund.amount_fen
    session.flush()
    return refund


def _approve(session: Session, order: Order, refund: Refund, by: str, now: datetime) -> None:
    refund.state = advance(REFUND, refund.state, RefundState.WANTED)
    refund.ask_at = now
    ledger.hold(session, order.committee_id)
    if refund.taken_from is Account.REFUNDS:
        if owed.left(session, order.committee_id, order.member_id) < 0:
            raise RefundTooMuch
        return
    if refund.taken_from is Account.ADVANCE and refund.amount_fen > _advance_left(session, order):
        raise RefundTooMuch
    at = order.organization_id
    if refund.bill_id is not None:
        if refund.amount_fen > returnable.most(session, refund.bill_id):
            raise RefundTooMuch
        at = session.get_one(Bill, refund.bill_id).organization_id
    back = Leg(
        refund.taken_from,
        at,
        Account.REFUNDS,
        order.committee_id,
        refund.amount_fen,
        order.member_id,
        refund.bill_id,
    )
    ledger.post(
        session,
        committee_id=order.committee_id,
        kind=JournalKind.REFUND_OWED,
        key=f"refund_owed:{refund.id}",
        legs=[back],
        by=refund.proposed_by,
        approved_by=by,
        reason=refund.reason,
        now=now,
    )
    if refund.bill_id is not None:
        bills.uncredit(session, bill_id=refund.bill_id, fen=refund.amount_fen, today=local_day(now))


def give_up(session: Session, refund_id: int, *, by: str, note: str, now: datetime) -> Refund:
    """WeChat keeps refusing it, and a person gives the money back another way: it stands in REFUNDS until then.

    Raises AlreadyDecided where WeChat has taken it on meanwhile.
    """
    order, refund = refunds.locked(session, refund_id)
    if refund.state is not RefundState.WANTED or not refund.error:
        raise AlreadyDecided
    refund.state = advance(REFUND, refund.state, RefundState.CLOSED)
    refund.ask_at, refund.ended_at = None, now
    order.refunded_fen -= refund.amount_fen
    cases.clear(session, key=f"refund_refused:{refund.id}", note=f"{by}：{note}", now=now)
    session.flush()
    return refund
