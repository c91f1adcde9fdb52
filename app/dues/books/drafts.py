"""What is booked by hand: one person drafts it with a reason, another decides, and the decision books it."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy import select

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.bills import service as bills
from app.dues.bills.models import Bill
from app.dues.books import ahead, ledger, owed, reversals
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Draft, DraftKind, Entry, Journal, JournalKind, UseItem
from app.dues.books.reversals import SuspenseShort
from app.dues.cash.desk import desk_of
from app.dues.remittance.received import counts, sent
from app.staff.deciding import Decision, SecondPersonNeeded, decide
from app.staff.persons import is_of

FAR_BACK = 24
"""Months."""


class ReasonMissing(DomainError):
    code = "dues_reason_missing"


class DraftMonthWrong(DomainError):
    """Nothing is booked into a month to come, nor into one of more than two years ago: nobody would look there."""

    code = "dues_draft_month_wrong"


class MonthRemitted(DomainError):
    """The share of that month went up already: dues booked into it now would never follow."""

    code = "dues_month_remitted"


class UseUndecided(DomainError):
    """Spending needs one of the five uses and the day of the collective discussion (facts/domain §1.6)."""

    code = "dues_use_undecided"


class WechatShort(DomainError):
    """By the books, WeChat does not hold that much."""

    code = "dues_wechat_short"


class RefundsShort(DomainError):
    """Less is owed back to that member, or WeChat may still give it back itself."""

    code = "dues_refunds_short"


class AdvanceShort(DomainError):
    """Less of what that member paid ahead is left in these books, or a refund by WeChat is proposed for it."""

    code = "dues_advance_short"


class MemberElsewhere(DomainError):
    """That member's dues are in other books."""

    code = "dues_member_elsewhere"


class BillElsewhere(DomainError):
    """That bill is in other books, or was taken back already."""

    code = "dues_bill_elsewhere"


class ReversalWaiting(DomainError):
    """Somebody asked for it already; it waits for the second person."""

    code = "dues_reversal_waiting"


BY_COMMITTEE: dict[DraftKind, tuple[Account, Account]] = {
    DraftKind.OPENING: (Account.BANK, Account.OPENING),
    DraftKind.INTEREST: (Account.BANK, Account.INTEREST),
    DraftKind.CHARGE: (Account.CHARGES, Account.BANK),
    DraftKind.SETTLED: (Account.BANK, Account.WECHAT),
    DraftKind.USE: (Account.USED, Account.BANK),
    DraftKind.FOUND_WECHAT: (Account.WECHAT, Account.SUSPENSE),
    DraftKind.FOUND_BANK: (Account.BANK, Account.SUSPENSE),
    DraftKind.GIVEN_BACK: (Account.REFUNDS, Account.BANK),
    DraftKind.GIVEN_BACK_WECHAT: (Account.REFUNDS, Account.WECHAT),
}
"""(debit, credit), both at the committee."""
GIVEN_BACK = frozenset({DraftKind.GIVEN_BACK, DraftKind.GIVEN_BACK_WECHAT})
TO_MEMBERS = GIVEN_BACK | {DraftKind.ADVANCE_BACK}
OF_MEMBERS = TO_MEMBERS | {DraftKind.SUSPENSE}


def propose_draft(
    session: Session,
    *,
    committee_id: int,
    kind: DraftKind,
    fen: int,
    reason: str,
    by: str,
    now: datetime,
    month: int | None = None,
    item: UseItem | None = None,
    member_id: int | None = None,
    document_no: str = "",
    decided_on: date | None = None,
) -> Draft:
    """Draft an entry over `fen`; `month` (yyyymm) where it belongs to an earlier one that is open.

    SUSPENSE: to the advance of `member_id`, or back out of the account where none is given. GIVEN_BACK: to whom
    something is owed, ADVANCE_BACK: to who has paid ahead, in these books and wherever they are now. Raises
    ReasonMissing, DraftMonthWrong, UseUndecided, MemberElsewhere, RefundsShort, AdvanceShort.
    """
    if kind in (DraftKind.BILL, DraftKind.REVERSAL) or fen <= 0:
        raise ValueError(f"{kind} over {fen} fen")
    if kind is DraftKind.USE and (item is None or decided_on is None or decided_on > local_day(now)):
        raise UseUndecided
    if kind in GIVEN_BACK:
        _check_owed(session, committee_id, member_id, fen)
    elif kind is DraftKind.ADVANCE_BACK:
        _check_ahead(session, committee_id, member_id, fen)
    elif member_id is not None and desk_of(session, member_id, now).committee_id != committee_id:
        raise MemberElsewhere
    return _drafted(
        session,
        Draft(
            committee_id=committee_id,
            kind=kind,
            month=month,
            amount_fen=fen,
            item=item if kind is DraftKind.USE else None,
            member_id=member_id if kind in OF_MEMBERS else None,
            reason=reason.strip(),
            document_no=document_no.strip(),
            decided_on=decided_on,
            proposed_by=by,
            proposed_at=now,
        ),
    )


def propose_bill_back(session: Session, *, bill_id: int, reason: str, by: str, now: datetime) -> Draft:
    """Take a bill back on which nothing is paid, so that it can be made anew.

    Raises ReasonMissing, BillElsewhere, BillPaidOn.
    """
    bill = session.get_one(Bill, bill_id)
    if bill.live is None:
        raise BillElsewhere
    if bill.paid_fen:
        raise bills.BillPaidOn
    draft = Draft(committee_id=bill.committee_id, kind=DraftKind.BILL, amount_fen=bill.amount_fen)
    draft.bill_id, draft.member_id, draft.reason = bill.id, bill.member_id, reason.strip()
    draft.proposed_by, draft.proposed_at = by, now
    return _drafted(session, draft)


def propose_reversal(
    session: Session, *, journal_id: int, reason: str, by: str, now: datetime, document_no: str = ""
) -> Draft:
    """Ask for a voucher to be undone. Raises ReasonMissing, ReversalWaiting and what `reversals.check` raises."""
    journal = session.get_one(Journal, journal_id)
    reversals.check(session, journal)
    if waiting_reversal(session, journal_id):
        raise ReversalWaiting
    fen = sum(leg.fen for leg in ledger.legs_of(session, journal_id))
    draft = Draft(committee_id=journal.committee_id, kind=DraftKind.REVERSAL, amount_fen=fen)
    draft.reverses_id, draft.reason, draft.document_no = journal_id, reason.strip(), document_no.strip()
    draft.proposed_by, draft.proposed_at = by, now
    return _drafted(session, draft)


def waiting_reversal(session: Session, journal_id: int) -> Draft | None:
    """Asked for, and undecided."""
    waits = Draft.reverses_id == journal_id, Draft.decision == Decision.PROPOSED
    return session.scalars(select(Draft).where(*waits).order_by(Draft.id)).first()


def waiting_bills(session: Session, bill_ids: Collection[int]) -> dict[int, Draft]:
    """By bill: asked to be taken back, and undecided."""
    waits = Draft.bill_id.in_(bill_ids), Draft.decision == Decision.PROPOSED
    found = session.scalars(select(Draft).where(*waits).order_by(Draft.id))
    return {draft.bill_id: draft for draft in found if draft.bill_id is not None}


def _drafted(session: Session, draft: Draft) -> Draft:
    if not draft.reason:
        raise ReasonMissing
    this = months.current(draft.proposed_at)
    if draft.month is not None and not 0 <= months.between(draft.month, this) <= FAR_BACK:
        raise DraftMonthWrong
    session.add(draft)
    session.flush()
    return draft


def decide_draft(
    session: Session, *, draft_id: int, decision: Decision, by: str, now: datetime, note: str = ""
) -> Draft:
    """Yes books it, in the month that it names while that is open. The proposer may withdraw it.

    Raises SecondPersonNeeded (also for money to oneself), AlreadyDecided; where the books have moved on CashShort,
    BankShort, WechatShort, SuspenseShort, RefundsShort, AdvanceShort, BillPaidOn, MonthRemitted, and what
    `reversals.reverse` raises.
    """
    draft = session.get_one(Draft, draft_id)
    if decision is not Decision.WITHDRAWN and _to_oneself(session, draft, by):
        raise SecondPersonNeeded
    decide(session, Draft, draft_id, decision, by=by, now=now, note=note)
    if decision is Decision.APPROVED:
        ledger.hold(session, draft.committee_id)
        journal = _book(session, draft, by, now)
        draft.journal_id = journal.id if journal else None
        session.flush()
    session.refresh(draft)
    return draft


def _to_oneself(session: Session, draft: Draft, by: str) -> bool:
    return draft.kind in OF_MEMBERS and draft.member_id is not None and is_of(session, by, draft.member_id)


def _book(session: Session, draft: Draft, by: str, now: datetime) -> Journal | None:
    if draft.reverses_id is not None:
        return reversals.reverse(session, session.get_one(Journal, draft.reverses_id), draft, by=by, now=now)
    legs = _legs(session, draft, now)
    if not legs:  # an exempt month's bill was never booked
        return None
    journal = ledger.post(
        session,
        committee_id=draft.committee_id,
        kind=JournalKind.BOOKED,
        key=f"draft:{draft.id}",
        legs=legs,
        by=draft.proposed_by,
        approved_by=by,
        reason=draft.reason,
        document_no=draft.document_no,
        month=draft.month,
        now=now,
    )
    dues = any(counts(leg.debit, leg.credit) for leg in legs)
    if journal and dues and sent(session, journal.committee_id, journal.month):
        raise MonthRemitted
    return journal


def _legs(session: Session, draft: Draft, now: datetime) -> list[Leg]:
    at, fen = draft.committee_id, draft.amount_fen
    if draft.bill_id is not None:
        return _bill_back(session, draft.bill_id)
    if draft.kind is DraftKind.SUSPENSE:
        if -ledger.balance(session, at, Account.SUSPENSE) < fen:
            raise SuspenseShort
        if draft.member_id is None:
            return [Leg(Account.SUSPENSE, at, Account.BANK, at, fen)]
        branch = desk_of(session, draft.member_id, now).organization_id
        return [Leg(Account.SUSPENSE, at, Account.ADVANCE, branch, fen, draft.member_id)]
    if draft.kind is DraftKind.ADVANCE_BACK:
        return list(_advance_back(session, draft))
    if draft.kind in GIVEN_BACK:
        _check_owed(session, at, draft.member_id, fen)
    debit, credit = BY_COMMITTEE[draft.kind]
    if credit is Account.WECHAT and ledger.balance(session, at, Account.WECHAT) < fen:
        raise WechatShort
    return [Leg(debit, at, credit, at, fen, draft.member_id)]


def _check_owed(session: Session, committee_id: int, member_id: int | None, fen: int) -> None:
    if member_id is None or owed.left(session, committee_id, member_id) < fen:
        raise RefundsShort


def _check_ahead(session: Session, committee_id: int, member_id: int | None, fen: int) -> None:
    if member_id is None or ahead.free(session, committee_id, member_id).total() < fen:
        raise AdvanceShort


def _advance_back(session: Session, draft: Draft) -> Iterator[Leg]:
    """From where it stands, however many branches that is; whoever the member is by now."""
    at, rest = draft.committee_id, draft.amount_fen
    for branch, fen in sorted(ahead.free(session, at, draft.member_id or 0).items()):
        if taken := min(rest, fen):
            yield Leg(Account.ADVANCE, branch, Account.BANK, at, taken, draft.member_id)
            rest -= taken
    if rest:
        raise AdvanceShort


def _bill_back(session: Session, bill_id: int) -> list[Leg]:
    bills.take_back(session, bill_id=bill_id)
    billed = (
        select(Journal.id)
        .join(Entry, Entry.journal_id == Journal.id)
        .where(Entry.bill_id == bill_id, Journal.kind == JournalKind.BILLED)
    )
    legs = [leg for journal in session.scalars(billed) for leg in ledger.legs_of(session, journal)]
    return [leg.swapped() for leg in legs if leg.bill_id == bill_id]
