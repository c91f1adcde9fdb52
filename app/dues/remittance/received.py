"""What was really received: money that came in for dues less what went back, without 大额党费 (facts/domain §1.5)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, case, or_, select

from app.core.db import AnyRow, Session
from app.dues.books.models import Account, Entry, Journal
from app.dues.remittance.models import Remittance
from app.dues.standing import STANDS
from app.dues.sums import whole
from app.organizations.models import Organization
from app.staff.deciding import Decision

FOR_DUES: Final = (Account.RECEIVABLE, Account.ADVANCE, Account.EXTRA)
"""Where money that members owe, pay ahead or give stands, by branch."""
ELSEWHERE: Final = (Account.WECHAT, Account.CASH, Account.BANK, Account.REFUNDS, Account.SUSPENSE)
"""Where it comes from or goes to. Between the former it moves without anything being received."""
COMES: Final = Entry.credit.in_(FOR_DUES) & Entry.debit.in_(ELSEWHERE)
GOES: Final = Entry.debit.in_(FOR_DUES) & Entry.credit.in_(ELSEWHERE)
NET: Final = case((COMES, Entry.amount_fen), else_=-Entry.amount_fen)
BRANCH: Final = case((COMES, Entry.credit_organization_id), else_=Entry.debit_organization_id)


def received(session: Session, committee_id: int, from_month: int, until_month: int) -> int:
    """Of all branches, in fen, by the months (yyyymm) of the vouchers; refunds and reversals are taken off."""
    total = select(whole(NET)).join(Journal, Journal.id == Entry.journal_id)
    return session.scalar(total.where(*_booked(committee_id, from_month, until_month))) or 0


def by_member(session: Session, committee_id: int, from_month: int, until_month: int) -> Sequence[AnyRow]:
    """(member_id, path, fen, back) of each member and organisation; `back`: of it, what went back (fen, positive)."""
    back = case((COMES, 0), else_=Entry.amount_fen)
    return session.execute(
        select(Entry.member_id, Organization.path, whole(NET).label("fen"), whole(back).label("back"))
        .join(Journal, Journal.id == Entry.journal_id)
        .join(Organization, Organization.id == BRANCH)
        .where(*_booked(committee_id, from_month, until_month))
        .group_by(Entry.member_id, Organization.path)
    ).all()


def counts(debit: Account, credit: Account) -> bool:
    """Whether an entry between these is money that came in for dues, or went back."""
    return (debit in ELSEWHERE and credit in FOR_DUES) or (credit in ELSEWHERE and debit in FOR_DUES)


def sent(session: Session, committee_id: int, month: int) -> bool:
    """Whether the share of that month (yyyymm) went up: what came in is never reckoned again."""
    sheet = select(Remittance.id).where(
        Remittance.organization_id == committee_id,
        Remittance.standing == STANDS,
        Remittance.decision == Decision.APPROVED,
        Remittance.from_month <= month,
        Remittance.until_month >= month,
    )
    return session.scalar(sheet.limit(1)) is not None


def _booked(committee_id: int, from_month: int, until_month: int) -> list[ColumnElement[bool]]:
    return [
        Journal.committee_id == committee_id,
        Journal.month >= from_month,
        Journal.month <= until_month,
        or_(COMES, GOES),
    ]
