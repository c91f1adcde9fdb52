"""Taking a payment in, whichever way it came: onto bills, into the books, with a receipt. Once for its key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.dues.bills import queries as standing_bills
from app.dues.bills import service as bills
from app.dues.bills.models import Bill
from app.dues.books import counters, ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Journal, JournalKind
from app.dues.cash.models import PayWay, Receipt, ReceiptLine, ReceiptSeries
from app.dues.orders.models import LineKind

__all__ = ["LineKind", "Part", "Payer", "Surplus", "Taken", "take"]


@dataclass(frozen=True, slots=True)
class Part:
    """`fen` for a bill, for a `month` to come (yyyymm), or more than is due."""

    kind: LineKind
    fen: int
    bill_id: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who handed the money in for the member: a relative or another member, never the organisation (facts §1.4)."""

    name: str
    relation: str
    consent: bool


class Surplus(StrEnum):
    """Where money goes for which nothing is due any more."""

    ADVANCE = "advance"
    REFUNDS = "refunds"
    SUSPENSE = "suspense"


BEYOND: Final = {
    Surplus.ADVANCE: Account.ADVANCE,
    Surplus.REFUNDS: Account.REFUNDS,
    Surplus.SUSPENSE: Account.SUSPENSE,
}
OF_BRANCH: Final = frozenset({Account.ADVANCE, Account.EXTRA})
"""Kept at the member's branch; the others stand at the committee."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`applied_fen` went where it was meant to, `surplus_fen` to where surplus goes. `again`: it was booked before."""

    receipt: Receipt
    applied_fen: int
    surplus_fen: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """Part of a payment, on the account that took it. Without a month it is EXTRA, or surplus."""

    account: Account
    at: int
    fen: int
    bill_id: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class _Payment:
    member_id: int
    organization_id: int
    committee_id: int
    surplus: Account


def take(
    session: Session,
    *,
    member_id: int,
    organization_id: int,
    committee_id: int,
    way: PayWay,
    parts: Sequence[Part],
    paid_at: datetime,
    key: str,
    by: str,
    now: datetime,
    account: Account,
    account_at: int,
    order_id: int | None = None,
    payer: Payer | None = None,
    surplus: Surplus = Surplus.ADVANCE,
    document_no: str = "",
) -> Taken:
    """Book money that is there: on bills as far as they are open, and a receipt over all of it.

    `organization_id`: the member's branch; `account` at `account_at`: where the money lies now. Nothing is refused;
    what no bill takes is `surplus`. The same `key` again gives what was booked the first time.
    """
    journal = ledger.begin(
        session,
        committee_id=committee_id,
        kind=JournalKind.PAID,
        key=key,
        by=by,
        now=now,
        document_no=document_no,
    )
    if journal is None:
        return _booked_before(session, key)
    payment = _Payment(member_id, organization_id, committee_id, BEYOND[surplus])
    placed = _place(session, payment, parts, now)
    legs = (Leg(account, account_at, one.account, one.at, one.fen, member_id, one.bill_id) for one in placed)
    ledger.enter(session, journal, legs)
    receipt = Receipt(
        committee_id=committee_id,
        member_id=member_id,
        organization_id=organization_id,
        way=way,
        amount_fen=sum(one.fen for one in placed),
        paid_at=paid_at,
        journal_id=journal.id,
        order_id=order_id,
        received_by="" if way is PayWay.WECHAT else by,
    )
    if payer:
        receipt.payer_name, receipt.payer_relation = payer.name, payer.relation
        receipt.payer_consent = payer.consent
    _issue(session, receipt, placed, now)
    over = sum(one.fen for one in placed if _is_over(one.account, one.month))
    return Taken(receipt, receipt.amount_fen - over, over)


def _place(session: Session, payment: _Payment, parts: Sequence[Part], now: datetime) -> list[_Placed]:
    """Where each part went, bills by their months; what is over comes last, as one sum."""
    placed: list[_Placed] = []
    over = 0
    for part in sorted(parts, key=lambda one: (one.bill_id or 0, one.month or 0)):
        rest = part.fen
        bill = _bill(session, payment, part)
        if bill and (taken := bills.credit(session, bill_id=bill.id, fen=rest, today=local_day(now))):
            placed.append(_Placed(Account.RECEIVABLE, bill.organization_id, taken, bill.id, bill.month))
            rest -= taken
        if rest and part.kind is not LineKind.BILL:
            account = Account.EXTRA if part.kind is LineKind.EXTRA else Account.ADVANCE
            placed.append(_Placed(account, payment.organization_id, rest, month=part.month))
            rest = 0
        over += rest
    placed.sort(key=lambda one: (one.month is None, one.month or 0))
    return [*placed, *_over(payment, over)]


def _bill(session: Session, payment: _Payment, part: Part) -> Bill | None:
    """The one that stands for the month: it may have been made, or made anew, while the money was on its way."""
    meant = session.get(Bill, part.bill_id) if part.bill_id else None
    month = meant.month if meant else part.month
    if part.kind is LineKind.EXTRA or month is None:
        return None
    bill = standing_bills.bill_of(session, member_id=payment.member_id, month=month)
    return bill if bill and bill.committee_id == payment.committee_id else None


def _over(payment: _Payment, fen: int) -> Iterator[_Placed]:
    if fen:
        at = payment.organization_id if payment.surplus in OF_BRANCH else payment.committee_id
        yield _Placed(payment.surplus, at, fen)


def _issue(session: Session, receipt: Receipt, placed: Sequence[_Placed], now: datetime) -> None:
    receipt.year = local_day(now).year
    receipt.number = _next_number(session, receipt.committee_id, receipt.year)
    session.add(receipt)
    session.flush()
    session.add_all(
        ReceiptLine(
            receipt_id=receipt.id,
            account=one.account,
            bill_id=one.bill_id,
            month=one.month,
            amount_fen=one.fen,
        )
        for one in placed
    )
    session.flush()


def _next_number(session: Session, committee_id: int, year: int) -> int:
    mine = ReceiptSeries.committee_id == committee_id, ReceiptSeries.year == year
    raised = update(ReceiptSeries).where(*mine).values(last=ReceiptSeries.last + 1)
    if not rows_changed(session, raised):
        counters.ensure(session, ReceiptSeries, {"committee_id": committee_id, "year": year, "last": 0})
        rows_changed(session, raised)
    return session.execute(select(ReceiptSeries.last).where(*mine)).scalar_one()


def _booked_before(session: Session, key: str) -> Taken:
    made = select(Receipt).join(Journal, Journal.id == Receipt.journal_id).where(Journal.external_key == key)
    receipt = session.scalars(made).one()
    lines = session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id == receipt.id))
    over = sum(one.amount_fen for one in lines if _is_over(one.account, one.month))
    return Taken(receipt, receipt.amount_fen - over, over, again=True)


def _is_over(account: Account, month: int | None) -> bool:
    return month is None and account is not Account.EXTRA
