"""What a member wishes to pay by WeChat, checked against what they owe and what the committee allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.assessments import payers
from app.dues.assessments import queries as assessments
from app.dues.bills import queries as bills
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.cash.models import Receipt, ReceiptLine
from app.dues.orders.models import LineKind
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.dues.ports import Merchant
from app.dues.standards import queries as standards
from app.dues.taking import Part
from app.members.models import Member


class NothingToPay(DomainError):
    code = "nothing_to_pay"


class BillNotOpen(DomainError):
    """A chosen bill is not this member's, or was settled meanwhile."""

    code = "bill_not_open"


class TwoCommittees(DomainError):
    """The member moved: what they owe to two committees is paid into two accounts."""

    code = "bills_of_two_committees"


class WeChatPayOff(DomainError):
    """The committee does not take dues by WeChat, or its merchant account is not set up."""

    code = "wechat_pay_off"


class TooFarAhead(DomainError):
    code = "advance_too_far"


class NoAmount(DomainError):
    """No monthly amount is set for the months to come."""

    code = "advance_no_amount"


class LargeGift(DomainError):
    """One voluntary payment of that size is 大额党费 and goes another way (facts/domain §1.4)."""

    code = "large_gift_elsewhere"


@dataclass(frozen=True, slots=True)
class Wish:
    """Bills, months to come after them, and more than is due (fen)."""

    bill_ids: tuple[int, ...] = ()
    advance_months: int = 0
    extra_fen: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    organization_id: int
    committee_id: int
    merchant: Merchant
    lines: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(line.fen for line in self.lines)


def plan(
    session: Session, *, member_id: int, merchants: Mapping[str, Merchant], wish: Wish, now: datetime
) -> Plan:
    """Raises NothingToPay, BillNotOpen, TwoCommittees, WeChatPayOff, TooFarAhead, NoAmount, LargeGift, NotAPayer."""
    if wish.advance_months < 0 or wish.extra_fen < 0:
        raise NothingToPay
    if wish.extra_fen >= standards.in_force(session, months.current(now)).standard.large_from:
        raise LargeGift
    member = session.get_one(Member, member_id)
    chosen = _chosen(session, member_id, wish)
    policy = _policy(session, member, chosen, wish, now)
    merchant = merchants.get(policy.mchid) if policy.by_wechat else None
    if merchant is None:
        raise WeChatPayOff
    lines = [_owed(bill) for bill in chosen]
    lines += ahead_parts(session, member_id=member_id, policy=policy, count=wish.advance_months, now=now)
    if wish.extra_fen:
        lines.append(Part(LineKind.EXTRA, wish.extra_fen))
    if not lines:
        raise NothingToPay
    payers.check_kinds(session, member_id, (line.kind for line in lines))
    house = member.organization_id
    if chosen and _governs(session, member, now) != policy.organization_id:
        house = chosen[-1].organization_id
    return Plan(house, policy.organization_id, merchant, tuple(lines))


def _chosen(session: Session, member_id: int, wish: Wish) -> list[Bill]:
    wanted = set(wish.bill_ids)
    found = [bill for bill in bills.open_bills(session, member_id) if bill.id in wanted and payable(bill)]
    if len(found) != len(wanted):
        raise BillNotOpen
    return found


def payable(bill: Bill) -> bool:
    """Not while the member says that they transferred it: that is answered first."""
    return bill.state is not BillState.PENDING and bill.amount_fen > bill.paid_fen


def _policy(session: Session, member: Member, chosen: list[Bill], wish: Wish, now: datetime) -> DuesPolicy:
    """Of the committee that keeps the books of all of it."""
    committees = {bill.committee_id for bill in chosen}
    if not chosen or wish.advance_months or wish.extra_fen:
        if (now_with := _governs(session, member, now)) is None:
            raise WeChatPayOff
        committees.add(now_with)
    if len(committees) > 1:
        raise TwoCommittees
    policy = policies.policy_for(session, committees.pop(), months.current(now))
    if policy is None:
        raise WeChatPayOff
    return policy


def _governs(session: Session, member: Member, now: datetime) -> int | None:
    policy = policies.policy_for(session, member.organization_id, months.current(now))
    return None if policy is None else policy.organization_id


def _owed(bill: Bill) -> Part:
    return Part(LineKind.BILL, bill.amount_fen - bill.paid_fen, bill.id, bill.month)


def ahead_parts(
    session: Session, *, member_id: int, policy: DuesPolicy, count: int, now: datetime
) -> list[Part]:
    """The next `count` months that have neither a bill nor an advance, at today's amount.

    Raises TooFarAhead, NoAmount.
    """
    if not count:
        return []
    first = months.plus(_paid_until(session, member_id, now), 1)
    last = months.plus(first, count - 1)
    if months.between(months.current(now), last) > policy.advance_months:
        raise TooFarAhead
    return [
        Part(LineKind.ADVANCE, _monthly(session, member_id, month), None, month)
        for month in months.through(first, last)
    ]


def _monthly(session: Session, member_id: int, month: int) -> int:
    if (relief := assessments.relief_of(session, member_id, month)) is not None:
        fen = relief.amount_fen
    else:
        assessment = assessments.current(session, member_id, month)
        fen = assessment.amount_fen if assessment else 0
    if not fen:
        raise NoAmount
    return fen


def _paid_until(session: Session, member_id: int, now: datetime) -> int:
    """The last month that is billed or paid in advance; this month at least."""
    billed = select(func.max(Bill.month)).where(Bill.member_id == member_id, Bill.live == 1)
    advanced = (
        select(func.max(ReceiptLine.month))
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Receipt.member_id == member_id, Receipt.cancelled_by_id.is_(None))
    )
    found = session.scalar(billed), session.scalar(advanced)
    return max(months.current(now), *(month or 0 for month in found))
