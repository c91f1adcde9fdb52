"""减免: the branch studied a member's hardship, the next higher committee decides (facts/domain §1.1)."""

from datetime import date, datetime
from typing import ClassVar, Final

from sqlalchemy import update

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import payers
from app.dues.assessments.models import Relief, ReliefKind
from app.dues.policies.service import KEEPERS
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import deciding
from app.staff.deciding import Decision, SecondPersonNeeded
from app.staff.persons import is_of

REASON_FIELD: Final = "dues_relief.reason"
REASON_LONGEST: Final = 200
REASON_BYTES: Final = 640
"""As many as the column holds once they are sealed: 200 signs, if only a few are rare ones."""


class ReliefWrong(DomainError):
    """`fields`: names of what is missing or cannot be."""

    code: ClassVar[str] = "dues_relief_wrong"

    def __init__(self, *fields: str) -> None:
        super().__init__(fields=fields)
        self.fields = fields


class NotNextHigher(DomainError):
    """Only the next higher committee of the member's branch decides about a relief."""

    code: ClassVar[str] = "dues_not_next_higher"


class ReliefOver(DomainError):
    """It was never granted, or has ended already."""

    code: ClassVar[str] = "dues_relief_over"


def propose_relief(
    session: Session,
    *,
    member_id: int,
    kind: ReliefKind,
    amount_fen: int,
    from_month: int,
    until_month: int,
    reason: str,
    studied_on: date,
    by: str,
    now: datetime,
    vault: Vault,
    document_no: str = "",
) -> Relief:
    """For the months from and until (yyyymm, included). `amount_fen`: what a REDUCED one still pays, else 0.

    `studied_on`: the day on which the branch studied it. Raises NotAPayer, ReliefWrong.
    """
    payers.payer(session, member_id)
    reason, document_no = reason.strip(), document_no.strip()
    wrong = [
        name
        for name, fault in (
            ("amount_fen", (amount_fen == 0) != (kind is ReliefKind.EXEMPT) or amount_fen < 0),
            ("from_month", not months.valid(from_month)),
            ("until_month", not months.valid(until_month) or until_month < from_month),
            ("reason", not 0 < len(reason) <= REASON_LONGEST or len(reason.encode()) > REASON_BYTES),
            ("studied_on", studied_on > local_day(now)),
            ("document_no", len(document_no) > 60),  # noqa: PLR2004 -- the column's width
        )
        if fault
    ]
    if wrong:
        raise ReliefWrong(*wrong)
    row = Relief(
        member_id=member_id,
        kind=kind,
        amount_fen=amount_fen,
        from_month=from_month,
        until_month=until_month,
        reason_sealed=vault.seal(reason, REASON_FIELD),
        studied_on=studied_on,
        document_no=document_no,
        proposed_by=by,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def decide_relief(
    session: Session,
    relief_id: int,
    decision: Decision,
    *,
    for_organization_id: int,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    """`for_organization_id`: the committee that the decider acts for. Withdrawing needs no committee.

    Raises NotNextHigher, SecondPersonNeeded (also for one's own), AlreadyDecided, NotAPayer.
    """
    row = session.get_one(Relief, relief_id)
    if decision is not Decision.WITHDRAWN:
        if is_of(session, by, row.member_id):
            raise SecondPersonNeeded
        member = payers.payer(session, row.member_id)
        if next_higher(session, member.organization_id) != for_organization_id:
            raise NotNextHigher
    deciding.decide(session, Relief, relief_id, decision, by=by, now=now, note=note)


def next_higher(session: Session, organization_id: int) -> int | None:
    """The nearest committee above a branch, itself not included."""
    own = session.get_one(Organization, organization_id)
    above = reversed(organizations.ancestors(session, own))
    return next((one.id for one in above if one.kind in KEEPERS), None)


def end_relief(session: Session, *, relief_id: int, now: datetime) -> None:
    """It still holds for the month that has begun. Raises ReliefOver."""
    running = update(Relief).where(
        Relief.id == relief_id,
        Relief.decision == Decision.APPROVED,
        Relief.ended_at.is_(None),
        Relief.until_month >= months.current(now),
    )
    if not rows_changed(session, running.values(ended_at=now)):
        raise ReliefOver
    session.expire_all()


def reason_of(relief: Relief, vault: Vault) -> str:
    """In clear. Whoever shows it to others than the member logs that it was shown."""
    return vault.open(relief.reason_sealed, REASON_FIELD)
