"""Who pays dues; for whom an amount may be set, from which month and why: asked alike of one person and of a file."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments.models import Cause
from app.dues.orders.models import LineKind
from app.members.models import GONE, PARTY_MEMBERS, Member

BASE_FIELD: Final = "dues_assessment.base"
REASON_WIDTH: Final = 200
FAR: Final = 12
"""Months before and after the present one that an amount may begin in."""


class NotAPayer(DomainError):
    """Not a member, or not any more."""

    code: ClassVar[str] = "dues_not_member"


class MonthWrong(DomainError):
    """No month, or one too far away."""

    code: ClassVar[str] = "dues_month_wrong"


class NotJanuary(DomainError):
    """The yearly amount begins with the year; within it, a reasoned exception is needed (facts/domain §1.1)."""

    code: ClassVar[str] = "dues_yearly_from_january"


class ReasonMissing(DomainError):
    """Whatever is not the yearly amount needs a reason, of at most 200 characters."""

    code: ClassVar[str] = "dues_reason_missing"


def payer(session: Session, member_id: int) -> Member:
    """Raises NotAPayer."""
    member = session.get(Member, member_id)
    if member is None or member.kind not in PARTY_MEMBERS or member.status in GONE:
        raise NotAPayer
    return member


def check_kinds(session: Session, member_id: int, kinds: Iterable[LineKind]) -> None:
    """A bill is paid by whoever owes it; months to come and more than is due, by members alone. Raises NotAPayer."""
    if any(kind is not LineKind.BILL for kind in kinds):
        payer(session, member_id)


def check_why(cause: Cause, from_month: int, reason: str, now: datetime) -> str:
    """The reason as it is kept. Raises MonthWrong, NotJanuary, ReasonMissing."""
    if not months.valid(from_month) or abs(months.between(months.current(now), from_month)) > FAR:
        raise MonthWrong
    if cause is Cause.YEARLY and from_month % 100 != 1:
        raise NotJanuary
    reason = reason.strip()
    if len(reason) > REASON_WIDTH or (cause is not Cause.YEARLY and not reason):
        raise ReasonMissing
    return reason
