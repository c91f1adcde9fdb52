"""Remitting upward by a rule: one sheet a period, decided by a second person, booked when it is sent."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, JournalKind, Period, PeriodState
from app.dues.remittance import rules
from app.dues.remittance.models import RemitEvery, RemitRule, Remittance
from app.dues.remittance.received import received
from app.dues.standing import STANDS, stand
from app.staff.deciding import Decision, decide


class RemitRuleWrong(DomainError):
    """To whom, by which clause, a share of up to all of it, within a year of the period's end."""

    code = "dues_remit_rule_wrong"


class NoRemitRule(DomainError):
    """No rule is in force for that period."""

    code = "dues_no_remit_rule"


class PeriodNotClosed(DomainError):
    """All months of the period are over and locked before it is reckoned."""

    code = "dues_period_not_closed"


class NothingToRemit(DomainError):
    code = "dues_nothing_to_remit"


class SheetExists(DomainError):
    """One sheet a period: another that waits or was sent has months of this one."""

    code = "dues_sheet_exists"


class SheetOutdated(DomainError):
    """The books of the period have changed since: refuse it, and draw it up anew."""

    code = "dues_sheet_outdated"


class VoucherMissing(DomainError):
    """It is booked as sent by the number of the bank's voucher."""

    code = "dues_voucher_missing"


def propose_rule(
    session: Session,
    *,
    organization_id: int,
    to_name: str,
    ratio_bp: int,
    every: RemitEvery,
    due_days: int,
    clause: str,
    effective_from: int,
    by: str,
    now: datetime,
) -> RemitRule:
    """`ratio_bp`: hundredths of a percent; `effective_from`: yyyymm. Raises RemitRuleWrong."""
    named = to_name.strip() and clause.strip()
    if not (named and 1 <= ratio_bp <= rules.WHOLE and 1 <= due_days <= 366 and months.valid(effective_from)):  # noqa: PLR2004 -- as the table's CHECK has it
        raise RemitRuleWrong
    rule = RemitRule(
        organization_id=organization_id,
        to_name=to_name.strip(),
        ratio_bp=ratio_bp,
        every=every,
        due_days=due_days,
        clause=clause.strip(),
        effective_from=effective_from,
        proposed_by=by,
        proposed_at=now,
    )
    session.add(rule)
    session.flush()
    return rule


def decide_rule(
    session: Session, *, rule_id: int, decision: Decision, by: str, now: datetime, note: str = ""
) -> RemitRule:
    """Yes puts it in force, instead of one from the same month.

    Raises SecondPersonNeeded, AlreadyDecided, Overtaken.
    """
    decide(session, RemitRule, rule_id, decision, by=by, now=now, note=note)
    rule = session.get_one(RemitRule, rule_id)
    if decision is Decision.APPROVED:
        same = RemitRule.organization_id == rule.organization_id
        stand(session, rule, RemitRule, same, RemitRule.effective_from == rule.effective_from)
        rule = session.get_one(RemitRule, rule_id)
    return rule


def rule_for(session: Session, organization_id: int, month: int) -> RemitRule | None:
    """The one in force in that month."""
    return session.scalars(
        select(RemitRule)
        .where(
            RemitRule.organization_id == organization_id,
            RemitRule.standing == STANDS,
            RemitRule.effective_from <= month,
        )
        .order_by(RemitRule.effective_from.desc())
        .limit(1)
    ).first()


def draft_sheet(session: Session, *, organization_id: int, month: int, by: str, now: datetime) -> Remittance:
    """Reckon the period in which `month` (yyyymm) lies, or what of it one rule was in force for.

    Months before it in which more went back than came in, and so had no sheet, are reckoned with it.
    `organization_id` keeps the books. Raises NoRemitRule, PeriodNotClosed, SheetExists, NothingToRemit.
    """
    rule = rule_for(session, organization_id, month)
    if rule is None:
        raise NoRemitRule
    first, last = _period(session, rule, month)
    ledger.hold(session, organization_id)
    first = _with_shortfall(session, organization_id, first)
    _check_closed(session, organization_id, first, last, now)
    _check_alone(session, organization_id, first, last)
    came = received(session, organization_id, first, last)
    fen = rules.share(came, rule.ratio_bp)
    if fen == 0:
        raise NothingToRemit
    sheet = Remittance(
        organization_id=organization_id,
        rule_id=rule.id,
        from_month=first,
        until_month=last,
        received_fen=came,
        amount_fen=fen,
        standing=STANDS,
        proposed_by=by,
        proposed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(sheet)
    except IntegrityError as error:
        raise SheetExists from error
    return sheet


def _period(session: Session, rule: RemitRule, month: int) -> tuple[int, int]:
    first, last = rules.period_of(rule.every, month)
    after = select(RemitRule.effective_from).where(
        RemitRule.organization_id == rule.organization_id,
        RemitRule.standing == STANDS,
        RemitRule.effective_from > month,
        RemitRule.effective_from <= last,
    )
    following = session.scalars(after.order_by(RemitRule.effective_from).limit(1)).first()
    return max(first, rule.effective_from), months.plus(following, -1) if following else last


def _with_shortfall(session: Session, organization_id: int, first: int) -> int:
    """The first month of what has had no sheet, if that came to less than nothing; else `first`."""
    mine = Remittance.organization_id == organization_id, Remittance.standing == STANDS
    sent = session.scalar(
        select(func.max(Remittance.until_month)).where(*mine, Remittance.until_month < first)
    )
    ruled = select(func.min(RemitRule.effective_from)).where(
        RemitRule.organization_id == organization_id, RemitRule.standing == STANDS
    )
    begins = months.plus(sent, 1) if sent else session.scalar(ruled)
    if begins is None or begins >= first:
        return first
    short = received(session, organization_id, begins, months.plus(first, -1)) < 0
    return begins if short else first


def _check_closed(session: Session, committee_id: int, first: int, last: int, now: datetime) -> None:
    in_it = Period.committee_id == committee_id, Period.month >= first, Period.month <= last
    still_open = select(Period.id).where(*in_it, Period.state == PeriodState.OPEN).limit(1)
    if last >= months.current(now) or session.scalar(still_open) is not None:
        raise PeriodNotClosed


def _check_alone(session: Session, organization_id: int, first: int, last: int) -> None:
    others = select(Remittance.id).where(
        Remittance.organization_id == organization_id,
        Remittance.standing == STANDS,
        Remittance.from_month <= last,
        Remittance.until_month >= first,
    )
    if session.scalar(others.limit(1)) is not None:
        raise SheetExists


def decide_sheet(
    session: Session,
    *,
    sheet_id: int,
    decision: Decision,
    by: str,
    now: datetime,
    document_no: str = "",
    note: str = "",
) -> Remittance:
    """Yes books that it was sent from the account, by the bank's voucher `document_no`.

    Raises SecondPersonNeeded, AlreadyDecided, VoucherMissing, SheetOutdated, BankShort.
    """
    if decision is Decision.APPROVED and not document_no.strip():
        raise VoucherMissing
    decide(session, Remittance, sheet_id, decision, by=by, now=now, note=note)
    sheet = session.get_one(Remittance, sheet_id)
    if decision is not Decision.APPROVED:
        sheet.standing = None
        session.flush()
        return sheet
    at = sheet.organization_id
    ledger.hold(session, at)
    if received(session, at, sheet.from_month, sheet.until_month) != sheet.received_fen:
        raise SheetOutdated
    journal = ledger.post(
        session,
        committee_id=at,
        kind=JournalKind.REMITTED,
        key=f"remittance:{sheet.id}",
        legs=[Leg(Account.REMITTED, at, Account.BANK, at, sheet.amount_fen)],
        by=sheet.proposed_by,
        approved_by=by,
        document_no=document_no.strip(),
        now=now,
    )
    sent = {"document_no": document_no.strip(), "journal_id": journal.id if journal else None}
    rows_changed(session, update(Remittance).where(Remittance.id == sheet_id).values(**sent))
    session.expire_all()
    return session.get_one(Remittance, sheet_id)
