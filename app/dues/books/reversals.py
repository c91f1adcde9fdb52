"""红字冲销: a voucher is undone by its mirror image, never changed or deleted; two people, once, with a reason."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues.bills import service as bills
from app.dues.books import ahead, ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Draft, DraftKind, Journal, JournalKind
from app.dues.cash.models import LargeGift, Receipt
from app.dues.remittance.models import Remittance

REVERSIBLE = frozenset(
    {
        JournalKind.PAID,
        JournalKind.BOOKED,
        JournalKind.HANDED_OVER,
        JournalKind.LARGE,
        JournalKind.REMITTED,
    }
)


class NotReversible(DomainError):
    """A reversal is not reversed; bills and refunds are undone by verbs of their own."""

    code = "dues_not_reversible"


class ReversedAlready(DomainError):
    code = "dues_reversed_already"


class RefundInstead(DomainError):
    """Money that came through WeChat Pay goes back through it."""

    code = "dues_refund_instead"


class AdvanceUsed(DomainError):
    """What was paid ahead has met a bill since, or was given back."""

    code = "dues_advance_used"


class SuspenseShort(DomainError):
    """There is less money of unknown origin than that."""

    code = "dues_suspense_short"


class GiftGone(DomainError):
    """The gift was passed on: reverse that first."""

    code = "dues_gift_gone"


def check(session: Session, journal: Journal) -> None:
    """Raises NotReversible, RefundInstead, GiftGone, ReversedAlready."""
    if journal.kind not in REVERSIBLE or _takes_a_bill_back(session, journal):
        raise NotReversible
    paid = journal.kind is JournalKind.PAID
    if paid and any(leg.debit is Account.WECHAT for leg in ledger.legs_of(session, journal.id)):
        raise RefundInstead
    passed = LargeGift.journal_id == journal.id, LargeGift.passed_by.is_not(None)
    if session.scalar(select(LargeGift.id).where(*passed)) is not None:
        raise GiftGone
    if session.scalar(select(Journal.id).where(Journal.reverses_id == journal.id)) is not None:
        raise ReversedAlready


def _takes_a_bill_back(session: Session, journal: Journal) -> bool:
    kind = session.scalar(select(Draft.kind).where(Draft.journal_id == journal.id))
    return kind is DraftKind.BILL


def reverse(session: Session, journal: Journal, draft: Draft, *, by: str, now: datetime) -> Journal:
    """Book the mirror image, and undo what hung on it: bills, the receipt, the sheet. `by`: the second person.

    Raises what `check` raises; AdvanceUsed, SuspenseShort, CashShort, BankShort where the money is no longer there.
    """
    ledger.hold(session, journal.committee_id)
    check(session, journal)
    legs = ledger.legs_of(session, journal.id)
    made = ledger.post(
        session,
        committee_id=journal.committee_id,
        kind=JournalKind.REVERSAL,
        key=f"reversal:{journal.id}",
        legs=[leg.swapped() for leg in legs],
        by=draft.proposed_by,
        approved_by=by,
        reason=draft.reason,
        document_no=draft.document_no,
        reverses_id=journal.id,
        month=draft.month,
        now=now,
    )
    if made is None:
        raise ReversedAlready
    for leg in legs:
        _check_advance(session, journal.committee_id, leg)
        _check_suspense(session, journal.committee_id, leg)
    for leg in sorted(legs, key=lambda one: one.bill_id or 0):
        if leg.bill_id is not None and leg.credit is Account.RECEIVABLE:
            bills.uncredit(session, bill_id=leg.bill_id, fen=leg.fen, today=local_day(now))
    _undo(session, journal, made)
    return made


def _check_advance(session: Session, committee_id: int, leg: Leg) -> None:
    if leg.credit is not Account.ADVANCE:
        return
    if ahead.standing(session, committee_id, leg.member_id)[leg.credit_at] < 0:
        raise AdvanceUsed


def _check_suspense(session: Session, committee_id: int, leg: Leg) -> None:
    if leg.credit is Account.SUSPENSE and ledger.balance(session, committee_id, Account.SUSPENSE) > 0:
        raise SuspenseShort


def _undo(session: Session, journal: Journal, made: Journal) -> None:
    receipt = update(Receipt).where(Receipt.journal_id == journal.id)
    rows_changed(session, receipt.values(cancelled_by_id=made.id))
    passing = update(LargeGift).where(LargeGift.passed_journal_id == journal.id)
    rows_changed(
        session, passing.values(passed_by=None, passed_on=None, passed_to="", passed_journal_id=None)
    )
    sheet = update(Remittance).where(Remittance.journal_id == journal.id)
    rows_changed(session, sheet.values(standing=None))
    session.expire_all()
