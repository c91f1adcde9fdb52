"""Setting one member's monthly amount: somebody proposes it with its cause, a second person confirms it."""

from dataclasses import dataclass
from datetime import datetime

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.assessments import payers
from app.dues.assessments.models import Assessment, Cause
from app.dues.assessments.payers import BASE_FIELD
from app.dues.assessments.reliefs import decide_relief, end_relief, propose_relief
from app.dues.assessments.reviews import answer_review, ask_review
from app.dues.policies.queries import NoPolicy, policy_for
from app.dues.standards.models import DuesCategory
from app.dues.standards.queries import in_force
from app.dues.standards.rules import FROM_PAY, monthly
from app.dues.standing import stand
from app.staff import deciding
from app.staff.deciding import Decision, SecondPersonNeeded
from app.staff.persons import is_of

__all__ = [
    "Asked",
    "answer_review",
    "ask_review",
    "decide",
    "decide_relief",
    "end_relief",
    "propose",
    "propose_relief",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an amount is computed from; fen. `fixed_fen`: a farmer's level, or the more that a member asked to give
    (`voluntary`)."""

    category: DuesCategory
    base_fen: int | None = None
    fixed_fen: int | None = None
    voluntary: bool = False


def propose(
    session: Session,
    *,
    member_id: int,
    asked: Asked,
    from_month: int,
    cause: Cause,
    by: str,
    now: datetime,
    vault: Vault,
    reason: str = "",
) -> Assessment:
    """By the standard and the committee's rule of `from_month`. Of the base nothing but its figure is kept, sealed.

    Raises NotAPayer, MonthWrong, NotJanuary, ReasonMissing, NoStandard, NoPolicy, BadBase.
    """
    member = payers.payer(session, member_id)
    reason = payers.check_why(cause, from_month, reason, now)
    found = in_force(session, from_month)
    policy = policy_for(session, member.organization_id, from_month)
    if policy is None:
        raise NoPolicy
    amount = monthly(
        found.standard,
        asked.category,
        asked.base_fen,
        round_to=policy.round_to_fen,
        retired_permille=policy.retired_permille,
        voluntary=asked.voluntary,
        fixed_fen=asked.fixed_fen,
    )
    kept = asked.base_fen if asked.category in FROM_PAY else None
    row = Assessment(
        member_id=member_id,
        from_month=from_month,
        category=asked.category,
        base_sealed=None if kept is None else vault.seal(str(kept), BASE_FIELD),
        computed_fen=amount.computed,
        amount_fen=amount.amount,
        capped=amount.capped,
        voluntary=asked.voluntary,
        cause=cause,
        reason=reason,
        standard_id=found.row.id,
        policy_id=policy.id,
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def decide(
    session: Session, assessment_id: int, decision: Decision, *, by: str, now: datetime, note: str = ""
) -> None:
    """Approved, it replaces what stood for the same month; bills that are made stay as they are.

    Raises SecondPersonNeeded (also for one's own), AlreadyDecided, NotAPayer, Overtaken.
    """
    own = is_of(session, by, session.get_one(Assessment, assessment_id).member_id)
    if own and decision is not Decision.WITHDRAWN:
        raise SecondPersonNeeded
    deciding.decide(session, Assessment, assessment_id, decision, by=by, now=now, note=note)
    if decision is not Decision.APPROVED:
        return
    row = session.get_one(Assessment, assessment_id)
    payers.payer(session, row.member_id)
    stand(
        session,
        row,
        Assessment,
        Assessment.member_id == row.member_id,
        Assessment.from_month == row.from_month,
    )
