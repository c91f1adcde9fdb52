"""Booking: one voucher, its entries, once for its key (docs/adr/0021).

Where money stands: RECEIVABLE, ADVANCE and EXTRA at the branch of the bill or the member, CASH at the organisation
that holds it, everything else at the committee that keeps the books.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.books import counters
from app.dues.books.models import Account, Entry, Journal, JournalKind, Period, PeriodState
from app.dues.sums import whole

AT_ONCE: Final = 2000
"""Entries in one statement; a committee's month of bills has 100,000."""


class CashShort(DomainError):
    """The organisation does not hold that much cash."""

    code = "dues_cash_short"


class BankShort(DomainError):
    """By the books, the account does not hold that much: something that came in is not booked yet."""

    code = "dues_bank_short"


SCARCE: Final = {Account.CASH: CashShort, Account.BANK: BankShort}
"""What cannot be less than nothing."""


@dataclass(frozen=True, slots=True)
class Leg:
    """`fen` from `credit` at an organisation to `debit` at an organisation."""

    debit: Account
    debit_at: int
    credit: Account
    credit_at: int
    fen: int
    member_id: int | None = None
    bill_id: int | None = None

    def swapped(self) -> "Leg":
        """What undoes it."""
        return Leg(
            self.credit, self.credit_at, self.debit, self.debit_at, self.fen, self.member_id, self.bill_id
        )


def post(
    session: Session,
    *,
    committee_id: int,
    kind: JournalKind,
    key: str,
    legs: Sequence[Leg],
    by: str,
    now: datetime,
    month: int | None = None,
    reason: str = "",
    document_no: str = "",
    approved_by: str = "",
    reverses_id: int | None = None,
) -> Journal | None:
    """Book `legs` as one voucher of the month of `now` (or `month`, yyyymm); None where `key` was booked before.

    A locked month sends it on to the first open one after it. The period stays locked for others until the
    transaction ends: post before touching bills. Raises CashShort, BankShort.
    """
    if not legs:
        raise ValueError(f"{key}: a voucher without entries")
    spending = {(leg.credit, leg.credit_at) for leg in legs if leg.credit in SCARCE}
    if spending:
        hold(session, committee_id)
    journal = begin(
        session,
        committee_id=committee_id,
        kind=kind,
        key=key,
        by=by,
        now=now,
        month=month,
        reason=reason,
        document_no=document_no,
        approved_by=approved_by,
        reverses_id=reverses_id,
    )
    if journal is None:
        return None
    enter(session, journal, legs)
    for account, organization_id in spending:
        if balance_at(session, account, committee_id, organization_id) < 0:
            raise SCARCE[account]
    return journal


def begin(
    session: Session,
    *,
    committee_id: int,
    kind: JournalKind,
    key: str,
    by: str,
    now: datetime,
    month: int | None = None,
    **fields: Any,
) -> Journal | None:
    """The voucher alone, for who knows its entries only once it is theirs: `enter` must follow. None as in `post`."""
    wanted = months.current(now) if month is None else month
    try:
        with session.begin_nested():
            found, number = _next_number(session, committee_id, wanted)
            journal = Journal(committee_id=committee_id, month=found, number=number, kind=kind, **fields)
            journal.external_key, journal.made_by, journal.at = key, by, now
            session.add(journal)
    except IntegrityError:
        if by_key(session, key) is None:
            raise
        return None
    return journal


def enter(session: Session, journal: Journal, legs: Iterable[Leg]) -> None:
    rest = iter(legs)
    while some := list(islice(rest, AT_ONCE)):
        session.execute(insert(Entry.__table__), [_row(journal.id, leg) for leg in some])  # type: ignore[arg-type]  # a Table


def _row(journal_id: int, leg: Leg) -> dict[str, Any]:
    return {
        "journal_id": journal_id,
        "debit": leg.debit,
        "debit_organization_id": leg.debit_at,
        "credit": leg.credit,
        "credit_organization_id": leg.credit_at,
        "amount_fen": leg.fen,
        "member_id": leg.member_id,
        "bill_id": leg.bill_id,
    }


def _next_number(session: Session, committee_id: int, month: int) -> tuple[int, int]:
    """The first open month from `month` on, and its next voucher number."""
    while True:
        mine = Period.committee_id == committee_id, Period.month == month
        raised = update(Period).where(*mine, Period.state == PeriodState.OPEN)
        if rows_changed(session, raised.values(vouchers=Period.vouchers + 1)):
            return month, session.execute(select(Period.vouchers).where(*mine)).scalar_one()
        if _closed(session, committee_id, month):
            month = months.plus(month, 1)
        else:
            counters.ensure(session, Period, _fresh(committee_id, month))


def _closed(session: Session, committee_id: int, month: int) -> bool:
    """Locked; or nothing was booked in it, and a later one is locked."""
    rows = session.execute(
        select(Period.month, Period.state).where(Period.committee_id == committee_id, Period.month >= month)
    )
    states = {row.month: row.state for row in rows}
    state = states.pop(month, None)
    return state is PeriodState.LOCKED or (state is None and PeriodState.LOCKED in states.values())


def _fresh(committee_id: int, month: int) -> dict[str, Any]:
    return {"committee_id": committee_id, "month": month, "state": PeriodState.OPEN, "vouchers": 0}


def hold(session: Session, committee_id: int) -> None:
    """Keep everybody else from booking in these books until the transaction ends, so that balances stay as read."""
    session.execute(
        select(Period.id).where(Period.committee_id == committee_id).order_by(Period.month).with_for_update()
    ).all()


def by_key(session: Session, key: str) -> Journal | None:
    return session.scalar(select(Journal).where(Journal.external_key == key))


def legs_of(session: Session, journal_id: int) -> list[Leg]:
    """In the order in which they were entered."""
    rows = session.scalars(select(Entry).where(Entry.journal_id == journal_id).order_by(Entry.id))
    return [
        Leg(
            row.debit,
            row.debit_organization_id,
            row.credit,
            row.credit_organization_id,
            row.amount_fen,
            row.member_id,
            row.bill_id,
        )
        for row in rows
    ]


def balances(
    session: Session, committee_id: int, *, from_month: int | None = None, until_month: int | None = None
) -> dict[tuple[Account, int], int]:
    """Debit minus credit, in fen, by account and organisation, months included; all of them sum to zero."""
    booked = [Journal.committee_id == committee_id]
    if from_month is not None:
        booked.append(Journal.month >= from_month)
    if until_month is not None:
        booked.append(Journal.month <= until_month)
    total: Counter[tuple[Account, int]] = Counter()
    for account, organization_id, fen in _side(session, Entry.debit, Entry.debit_organization_id, booked):
        total[account, organization_id] += fen
    for account, organization_id, fen in _side(session, Entry.credit, Entry.credit_organization_id, booked):
        total[account, organization_id] -= fen
    return dict(total)


def _side(
    session: Session, account: Any, organization: Any, booked: Sequence[ColumnElement[bool]]
) -> list[tuple[Account, int, int]]:
    rows = session.execute(
        select(account, organization, whole(Entry.amount_fen))
        .join(Journal, Journal.id == Entry.journal_id)
        .where(*booked)
        .group_by(account, organization)
    )
    return [(kind, organization_id, fen) for kind, organization_id, fen in rows]


def balance(session: Session, committee_id: int, account: Account) -> int:
    """Debit minus credit of one account at all organisations, in fen."""
    return sum(fen for (kind, _), fen in balances(session, committee_id).items() if kind is account)


def cash_at(session: Session, committee_id: int, organization_id: int) -> int:
    """The cash, in fen, that an organisation holds for a committee."""
    return balance_at(session, Account.CASH, committee_id, organization_id)


def balance_at(session: Session, account: Account, committee_id: int, organization_id: int) -> int:
    """Debit minus credit of one account at one organisation, in fen."""

    def side(kind: Any, organization: Any) -> int:
        entries = select(whole(Entry.amount_fen)).join(Journal, Journal.id == Entry.journal_id)
        mine = organization == organization_id, kind == account, Journal.committee_id == committee_id
        return session.execute(entries.where(*mine)).scalar_one()

    return side(Entry.debit, Entry.debit_organization_id) - side(Entry.credit, Entry.credit_organization_id)
