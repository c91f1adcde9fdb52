"""What the books say of new bills: what is owed, and what had been paid ahead for it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, literal, select, update

from app.core.db import AnyRow, Session
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Entry, Journal, JournalKind

Held = dict[int, dict[int, int]]
"""What members have paid ahead: by member and organisation that it stands at, in fen."""


@dataclass(frozen=True, slots=True)
class New:
    """A committee's bills of a month after one id: nobody else makes any while its run is held."""

    committee_id: int
    month: int
    after: int

    def bills(self) -> ColumnElement[bool]:
        return and_(Bill.committee_id == self.committee_id, Bill.month == self.month, Bill.id > self.after)


def book(session: Session, new: New, *, by: str, now: datetime) -> int:
    """One voucher for all new bills, then one for the advances that meet them. The fen that were met.

    The books are held until the transaction ends, whatever month others book in: no advance is used twice.
    """
    ledger.hold(session, new.committee_id)
    owed = new.bills(), Bill.amount_fen > 0
    first = session.scalar(select(func.min(Bill.id)).where(*owed))
    about = f"{new.committee_id}:{new.month}:{first}"
    journal = ledger.begin(
        session,
        committee_id=new.committee_id,
        kind=JournalKind.BILLED,
        key=f"billed:{about}",
        by=by,
        now=now,
    )
    if journal is None:
        raise RuntimeError(f"billed:{about} is booked, but its bills are new")
    _enter(session, journal, *owed)
    met = _meet(session, new)
    if met:
        ledger.post(
            session,
            committee_id=new.committee_id,
            kind=JournalKind.ADVANCE_USED,
            key=f"advance:{about}",
            legs=met,
            by=by,
            now=now,
        )
    return sum(leg.fen for leg in met)


def _enter(session: Session, journal: Journal, *owed: ColumnElement[bool]) -> None:
    """In one statement: row by row, 100,000 entries would keep the books from everybody else for long."""
    entry: dict[str, Any] = {
        "journal_id": literal(journal.id),
        "debit": literal(Account.RECEIVABLE, Entry.debit.type),
        "debit_organization_id": Bill.organization_id,
        "credit": literal(Account.DUES, Entry.credit.type),
        "credit_organization_id": Bill.committee_id,
        "amount_fen": Bill.amount_fen,
        "member_id": Bill.member_id,
        "bill_id": Bill.id,
    }
    rows = select(*entry.values()).where(*owed).order_by(Bill.id)
    session.execute(insert(Entry.__table__).from_select(list(entry), rows))  # type: ignore[arg-type]  # a Table


def _meet(session: Session, new: New) -> list[Leg]:
    """Pay new bills from their members' advances, as far as these go; the entries to book."""
    held = _advances(session, new)
    if not held:
        return []
    bills = _of_holders(session, new)
    used = [leg for bill in bills for leg in _from(held.get(bill.member_id, {}), bill)]
    paid: defaultdict[int | None, int] = defaultdict(int)
    for leg in used:
        paid[leg.bill_id] += leg.fen
    changes = [_paid(bill, paid[bill.id]) for bill in bills if bill.id in paid]
    if changes:
        session.flush()
        session.execute(update(Bill), changes)
        session.expire_all()
    return used


def _of_holders(session: Session, new: New) -> Sequence[AnyRow]:
    """(id, member_id, organization_id, amount_fen) of new bills whose member ever paid ahead."""
    ahead = select(Entry.id).where(Entry.member_id == Bill.member_id, Entry.credit == Account.ADVANCE)
    return session.execute(
        select(Bill.id, Bill.member_id, Bill.organization_id, Bill.amount_fen)
        .where(new.bills(), Bill.amount_fen > 0, ahead.exists())
        .order_by(Bill.id)
    ).all()


def _from(held: dict[int, int], bill: AnyRow) -> Iterator[Leg]:
    wanted, at = bill.amount_fen, bill.organization_id
    for organization_id in sorted(held):
        fen = min(wanted, held[organization_id])
        if fen > 0:
            wanted -= fen
            debit, credit = Account.ADVANCE, Account.RECEIVABLE
            yield Leg(debit, organization_id, credit, at, fen, bill.member_id, bill.id)


def _paid(bill: AnyRow, paid_fen: int) -> dict[str, Any]:
    state = BillState.PAID if paid_fen == bill.amount_fen else BillState.PARTIAL
    return {"id": bill.id, "paid_fen": paid_fen, "state": state}


def _advances(session: Session, new: New) -> Held:
    """What stands as paid ahead in the committee's books for the members of the new bills."""
    held: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for account, organization, sign in (
        (Entry.credit, Entry.credit_organization_id, 1),
        (Entry.debit, Entry.debit_organization_id, -1),
    ):
        rows = session.execute(
            select(Entry.member_id, organization, func.sum(Entry.amount_fen))
            .join(Journal, Journal.id == Entry.journal_id)
            .where(
                Journal.committee_id == new.committee_id,
                account == Account.ADVANCE,
                Entry.member_id.in_(select(Bill.member_id).where(new.bills())),
            )
            .group_by(Entry.member_id, organization)
        )
        for member_id, organization_id, fen in rows:
            held[member_id or 0][organization_id] += sign * int(fen)
    return {member: {at: fen for at, fen in found.items() if fen > 0} for member, found in held.items()}
