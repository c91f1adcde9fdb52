"""Telling a member what became of their dues, and a branch's people that somebody is behind.

Amounts go to the member alone; a branch's people are told how many, never who or how much (facts/domain §1.6).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, select

from app.core.clock import local_text
from app.core.db import Session
from app.dues import money, months
from app.dues.arrears.models import ReminderStep
from app.dues.assessments.models import Review
from app.dues.cash.models import Receipt, ReceiptLine
from app.dues.numbers import receipt_number
from app.dues.orders.models import Order, Refund
from app.dues.policies.models import Twice
from app.dues.words import word
from app.members.models import Member
from app.notices import personal
from app.notices.contents import MOMENT
from app.organizations.models import Organization
from app.staff.models import Role, StaffAccount, StaffRole

DUE_KIND: Final = "dues_due"
PAID_KIND: Final = "dues_paid"
REFUNDED_KIND: Final = "dues_refunded"
REVIEW_KIND: Final = "dues_review_answered"
ARREARS_KIND: Final = "dues_arrears"
OF_BRANCH: Final = (Role.SECRETARY, Role.ORGANIZER, Role.COLLECTOR)
UNPAID_MONTHS: Final[Mapping[ReminderStep, int]] = {
    ReminderStep.MONTH_2: 2,
    ReminderStep.MONTH_4: 4,
    ReminderStep.MONTH_5: 5,
}


class GivenBack(StrEnum):
    """What `dues_refunded` says of money that was not owed."""

    DONE = "done"
    ON_ITS_WAY = "on_its_way"
    KEPT = "kept"


def queue_paid(session: Session, *, receipt: Receipt, now: datetime) -> int:
    """The receipt, to its member alone: once, whoever booked it."""
    lines = session.scalars(
        select(ReceiptLine).where(ReceiptLine.receipt_id == receipt.id).order_by(ReceiptLine.id)
    ).all()
    return _tell(
        session,
        receipt.member_id,
        subject=f"dues:paid:{receipt.id}",
        kind=PAID_KIND,
        fields={
            "receipt": str(receipt.id),
            "number": receipt_number(receipt.year, receipt.number),
            "amount": _plain(receipt.amount_fen),
            "what": said_for([line.month for line in lines]),
            "way": word(receipt.way),
            "time": local_text(receipt.paid_at, MOMENT),
        },
        now=now,
    )


def queue_due(session: Session, people: Select[Any], *, month: int, now: datetime) -> int:
    """Remind each of these members once that this month's dues (yyyymm) have not come in; without the amount.

    `people` selects member ids. How many will be told.
    """
    return personal.queue_for(
        session,
        people,
        subject=f"dues:due:{month}",
        kind=DUE_KIND,
        fields={"month": months.text(month)},
        now=now,
    )


def queue_refunded(session: Session, *, refund: Refund, now: datetime) -> int:
    """Tell the member that a refund reached them."""
    order = session.get_one(Order, refund.order_id)
    return _tell(
        session,
        order.member_id,
        subject=f"dues:refunded:{refund.id}",
        kind=REFUNDED_KIND,
        fields=_given_back(refund.amount_fen, GivenBack.DONE, now),
        now=now,
    )


def queue_twice(session: Session, *, order: Order, surplus_fen: int, becomes: Twice, now: datetime) -> int:
    """Tell the member that what they paid was paid already, and what becomes of the surplus (fen)."""
    state = GivenBack.ON_ITS_WAY if becomes is Twice.REFUND else GivenBack.KEPT
    return _tell(
        session,
        order.member_id,
        subject=f"dues:twice:{order.id}",
        kind=REFUNDED_KIND,
        fields=_given_back(surplus_fen, state, now),
        now=now,
    )


def queue_review_answered(session: Session, *, review: Review, now: datetime) -> int:
    """Tell the member that their question about the amount was answered; the answer is read on the page."""
    return _tell(
        session,
        review.member_id,
        subject=f"dues:review:{review.id}",
        kind=REVIEW_KIND,
        fields={"time": local_text(review.answered_at or now, MOMENT)},
        now=now,
    )


def queue_arrears(
    session: Session, *, organization_id: int, step: ReminderStep, month: int, count: int, now: datetime
) -> int:
    """Tell the branch's own people that `count` members have not paid for as many months as `step` says.

    Once a branch, month (yyyymm) and step (facts/domain §1.4: months 2, 4, 5); neither names nor amounts.
    """
    house = select(Organization.short_name).where(Organization.id == organization_id)
    return personal.queue_for(
        session,
        _people_of(organization_id),
        subject=f"dues:arrears:{organization_id}:{month}:{step}",
        kind=ARREARS_KIND,
        fields={
            "organization": session.scalar(house) or "",
            "months": str(UNPAID_MONTHS[step]),
            "count": str(count),
            "month": months.text(month),
        },
        now=now,
    )


def said_for(paid_months: Sequence[int | None]) -> str:
    """What a payment is for, in at most twenty signs: 2026年1月至3月党费; None is a part of no month."""
    named = sorted({month for month in paid_months if month is not None})
    if not named:
        return "自愿多缴党费"
    first, last = named[0], named[-1]
    if len(named) == 1:
        return f"{months.text(first)}党费"
    if months.between(first, last) != len(named) - 1:
        return f"{months.text(first)}等{len(named)}个月党费"
    end = f"{last % 100}月" if first // 100 == last // 100 else months.text(last)
    return f"{months.text(first)}至{end}党费"


def _tell(
    session: Session, member_id: int, *, subject: str, kind: str, fields: Mapping[str, str], now: datetime
) -> int:
    them = select(Member.id).where(Member.id == member_id)
    return personal.queue_for(session, them, subject=subject, kind=kind, fields=fields, now=now)


def _given_back(fen: int, state: GivenBack, now: datetime) -> dict[str, str]:
    return {"amount": _plain(fen), "state": state.value, "time": local_text(now, MOMENT)}


def _plain(fen: int) -> str:
    """Without the commas that the platform's `amount` fields do not take (facts/wechat §3.7)."""
    return money.text(fen).replace(",", "")


def _people_of(organization_id: int) -> Select[Any]:
    return (
        select(StaffAccount.member_id)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(
            StaffAccount.active,
            StaffAccount.member_id.is_not(None),
            StaffRole.organization_id == organization_id,
            StaffRole.role.in_(OF_BRANCH),
        )
    )
