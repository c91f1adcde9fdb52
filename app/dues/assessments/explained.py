"""说明: how a member's amount of a month came about, for the member (facts/domain §1.1, §1.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.assessments.models import Assessment, Cause, Relief, ReliefKind, Review
from app.dues.assessments.payers import BASE_FIELD
from app.dues.assessments.queries import current, latest_review, relief_of
from app.dues.policies.models import DuesPolicy
from app.dues.standards.models import DuesCategory, DuesStandard
from app.dues.standards.rules import FROM_PAY, Standard, monthly
from app.staff.queries import display_name


@dataclass(frozen=True, slots=True)
class Relieved:
    """`amount_fen` is what is still paid; months yyyymm, included."""

    kind: ReliefKind
    amount_fen: int
    from_month: int
    until_month: int
    document_no: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Amounts in fen, months yyyymm. `due_fen` is `amount_fen` after the relief; the others as they were set."""

    from_month: int
    category: DuesCategory
    base_fen: int | None
    counted_fen: int | None
    """The base after the committee's factor for pensions."""
    retired_permille: int
    band_text: str
    rate: Decimal | None
    """Per cent of the whole base."""
    computed_fen: int
    amount_fen: int
    due_fen: int
    round_to_fen: int
    capped: bool
    ceiling_fen: int | None
    voluntary: bool
    cause: Cause
    reason: str
    standard_name: str
    clause: str
    standard_from: date
    set_by: str
    set_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    relief: Relieved | None
    review: Review | None


def explained(session: Session, member_id: int, month: int, vault: Vault) -> Explanation | None:
    """By the standard and rule that it was set with, not those of today. None where no amount is set.

    For the member's own eyes: the base is in clear.
    """
    row = current(session, member_id, month)
    if row is None:
        return None
    standard = session.get_one(DuesStandard, row.standard_id)
    policy = session.get_one(DuesPolicy, row.policy_id)
    table = Standard.read(standard.table)
    base = base_of(row, vault)
    band, rate, counted = _band(table, row, policy, base)
    relief = relief_of(session, member_id, month)
    return Explanation(
        from_month=row.from_month,
        category=row.category,
        base_fen=base,
        counted_fen=counted,
        retired_permille=policy.retired_permille,
        band_text=band,
        rate=rate,
        computed_fen=row.computed_fen,
        amount_fen=row.amount_fen,
        due_fen=min(row.amount_fen, relief.amount_fen) if relief else row.amount_fen,
        round_to_fen=policy.round_to_fen,
        capped=row.capped,
        ceiling_fen=table.ceiling,
        voluntary=row.voluntary,
        cause=row.cause,
        reason=row.reason,
        standard_name=standard.name,
        clause=standard.clause,
        standard_from=standard.effective_from,
        set_by=display_name(session, row.proposed_by),
        set_at=row.proposed_at,
        confirmed_by=display_name(session, row.decided_by or ""),
        confirmed_at=row.decided_at,
        relief=_relieved(relief) if relief else None,
        review=latest_review(session, member_id),
    )


def base_of(assessment: Assessment, vault: Vault) -> int | None:
    """Fen in clear. Whoever shows it to others than the member logs that it was shown."""
    sealed = assessment.base_sealed
    return None if sealed is None else int(vault.open(sealed, BASE_FIELD))


def _band(
    table: Standard, row: Assessment, policy: DuesPolicy, base: int | None
) -> tuple[str, Decimal | None, int | None]:
    if row.category not in FROM_PAY or base is None:
        return "", None, None
    found = monthly(table, row.category, base, retired_permille=policy.retired_permille)
    return found.band_text, found.rate, found.counted


def _relieved(relief: Relief) -> Relieved:
    return Relieved(
        relief.kind,
        relief.amount_fen,
        relief.from_month,
        relief.until_month,
        relief.document_no,
        relief.decided_at,
    )
