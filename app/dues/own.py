"""What a member sees of their own dues, and of nobody else's. Amounts in fen, months yyyymm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select

from app.core.clock import local_day
from app.core.db import Session
from app.dues import months
from app.dues.assessments import queries as assessments
from app.dues.assessments.models import Assessment, Review
from app.dues.bills import rules
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account, Entry
from app.dues.cash.models import Receipt, ReceiptLine, Transfer
from app.dues.cash.states import TransferState
from app.dues.orders.models import Order, OrderLine, Refund
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.dues.remittance.models import Publication
from app.dues.standards import queries as standards
from app.dues.standards.rules import Standard
from app.dues.sums import whole
from app.members.models import GONE, PARTY_MEMBERS, Member
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from app.staff.queries import display_name

PAYABLE = frozenset({BillState.DUE, BillState.PARTIAL, BillState.OVERDUE})
"""Asked for now: neither to come, nor said to be transferred already."""
PUBLISHED: Final = 24


@dataclass(frozen=True, slots=True)
class Statement:
    """Where a member stands with their dues. `policy` is None where nobody collects by this system yet."""

    pays: bool
    policy: DuesPolicy | None
    assessment: Assessment | None
    year: Sequence[Bill]
    """This year's months, the oldest first."""
    earlier: Sequence[Bill]
    """What is open of years before."""
    advance_fen: int
    order: Order | None
    """At WeChat and not paid; the member may go on with it."""
    reported: Transfer | None
    """The latest that was reported."""
    limits: Standard
    today: date

    @property
    def month(self) -> int:
        return months.of(self.today)

    @property
    def owed(self) -> list[Bill]:
        """The oldest first."""
        return [one for one in (*self.earlier, *self.year) if one.state in PAYABLE]

    @property
    def owed_fen(self) -> int:
        return sum(one.amount_fen - one.paid_fen for one in self.owed)

    @property
    def behind(self) -> list[Bill]:
        """Of months before this one."""
        return [one for one in self.owed if one.month < self.month]

    @property
    def pending(self) -> list[Bill]:
        return [one for one in (*self.earlier, *self.year) if one.state is BillState.PENDING]

    @property
    def transfer(self) -> Transfer | None:
        """What nobody has answered yet."""
        found = self.reported
        return found if found and found.state is TransferState.REPORTED else None

    @property
    def not_arrived(self) -> Transfer | None:
        """The latest, where its money was not found on the account."""
        found = self.reported
        return found if found and found.state is TransferState.REFUSED else None

    @property
    def this_month(self) -> Bill | None:
        return next((one for one in self.year if one.month == self.month), None)

    @property
    def long_ago(self) -> list[Bill]:
        """For the hint to talk to the branch first; it may be paid all the same (facts/domain §1.4)."""
        most = self.limits.back_months
        return [one for one in self.owed if rules.beyond_back_payment(one.month, self.today, most)]


def statement(session: Session, *, member_id: int, now: datetime) -> Statement:
    """Raises NoResultFound where there is no such member, NoStandard where none is in force."""
    member = session.get_one(Member, member_id)
    month = months.current(now)
    bills = _standing_bills(session, member_id, month)
    reported = select(Transfer).where(Transfer.member_id == member_id)
    return Statement(
        pays=pays(member),
        policy=policies.policy_for(session, member.organization_id, month),
        assessment=assessments.current(session, member_id, month),
        year=[one for one in bills if one.month // 100 == month // 100],
        earlier=[one for one in bills if one.month // 100 < month // 100],
        advance_fen=advance_fen(session, member_id),
        order=session.scalar(select(Order).where(Order.open_member_id == member_id)),
        reported=session.scalar(reported.order_by(Transfer.id.desc()).limit(1)),
        limits=standards.in_force(session, month).standard,
        today=local_day(now),
    )


def pays(member: Member) -> bool:
    """Full and probationary members do (facts/domain §1.1 Start)."""
    return member.kind in PARTY_MEMBERS and member.status not in GONE


def _standing_bills(session: Session, member_id: int, month: int) -> Sequence[Bill]:
    """This year's, and what is open of the years before."""
    january = month // 100 * 100 + 1
    open_or_new = (Bill.month >= january) | Bill.state.in_(PAYABLE | {BillState.PENDING})
    return session.scalars(
        select(Bill)
        .where(Bill.member_id == member_id, Bill.live.is_not(None), open_or_new)
        .order_by(Bill.month)
    ).all()


def advance_fen(session: Session, member_id: int) -> int:
    """What the member paid for months to come, and was not used yet."""
    given = whole(Entry.amount_fen)
    into = session.scalar(select(given).where(Entry.member_id == member_id, Entry.credit == Account.ADVANCE))
    out = session.scalar(select(given).where(Entry.member_id == member_id, Entry.debit == Account.ADVANCE))
    return (into or 0) - (out or 0)


def owes(session: Session, *, member_id: int, now: datetime) -> tuple[int, int]:
    """(fen, months) asked for now, for the pages that only mention it; one statement."""
    of_today = Bill.month <= months.current(now), Bill.state.in_(PAYABLE), Bill.live.is_not(None)
    row = session.execute(
        select(whole(Bill.amount_fen - Bill.paid_fen), func.count()).where(
            Bill.member_id == member_id, *of_today
        )
    ).one()
    return row[0], row[1]


def collectors(session: Session, member_id: int) -> Sequence[str]:
    """Names of who collects at the member's branch, for whoever pays in cash."""
    house = select(Member.organization_id).where(Member.id == member_id).scalar_subquery()
    above = select(Organization.parent_id).where(
        Organization.id == house, Organization.kind == OrganizationKind.GROUP
    )
    of_branch = StaffRole.organization_id.in_((house, above.scalar_subquery()))
    return session.scalars(
        select(StaffAccount.display_name)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(StaffAccount.active, StaffRole.role == Role.COLLECTOR, of_branch)
        .order_by(StaffAccount.id)
    ).all()


def review(session: Session, member_id: int) -> Review | None:
    """The latest that the member asked for."""
    return assessments.latest_review(session, member_id)


@dataclass(frozen=True, slots=True)
class OwnReceipt:
    """`received_by`: the collector's name; empty where WeChat received it."""

    receipt: Receipt
    lines: Sequence[ReceiptLine]
    name: str
    committee_name: str
    organization_name: str
    received_by: str


def receipts(session: Session, member_id: int, *, offset: int = 0, limit: int = 20) -> Sequence[Receipt]:
    """The latest first."""
    mine = select(Receipt).where(Receipt.member_id == member_id)
    latest = mine.order_by(Receipt.paid_at.desc(), Receipt.id.desc())
    return session.scalars(latest.offset(offset).limit(limit)).all()


def receipts_total(session: Session, member_id: int) -> int:
    return session.scalar(select(func.count(Receipt.id)).where(Receipt.member_id == member_id)) or 0


def receipt(session: Session, *, member_id: int, receipt_id: int) -> OwnReceipt | None:
    """None for one that is not this member's."""
    found = session.scalar(select(Receipt).where(Receipt.id == receipt_id, Receipt.member_id == member_id))
    return None if found is None else told(session, found)


def told(session: Session, found: Receipt) -> OwnReceipt:
    """With the names that stand on it, for whoever may see it."""
    return OwnReceipt(
        receipt=found,
        lines=lines_of(session, [found.id]).get(found.id, []),
        name=session.get_one(Member, found.member_id).name,
        committee_name=session.get_one(Organization, found.committee_id).name,
        organization_name=session.get_one(Organization, found.organization_id).name,
        received_by=display_name(session, found.received_by) if found.received_by else "",
    )


def lines_of(session: Session, receipt_ids: Sequence[int]) -> dict[int, list[ReceiptLine]]:
    """By receipt; the months in order, what is for none of them last."""
    rows = session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id.in_(receipt_ids))).all()
    by_receipt: dict[int, list[ReceiptLine]] = {}
    for line in sorted(rows, key=lambda one: (one.month is None, one.month or 0, one.id)):
        by_receipt.setdefault(line.receipt_id, []).append(line)
    return by_receipt


@dataclass(frozen=True, slots=True)
class OwnOrder:
    order: Order
    lines: Sequence[OrderLine]
    receipt_id: int | None
    refunds: Sequence[Refund]


def order(session: Session, *, member_id: int, out_trade_no: str) -> OwnOrder | None:
    """None for one that is not this member's."""
    mine = Order.out_trade_no == out_trade_no, Order.member_id == member_id
    found = session.scalar(select(Order).where(*mine))
    if found is None:
        return None
    lines = select(OrderLine).where(OrderLine.order_id == found.id).order_by(OrderLine.id)
    refunds = select(Refund).where(Refund.order_id == found.id).order_by(Refund.id)
    return OwnOrder(
        order=found,
        lines=session.scalars(lines).all(),
        receipt_id=session.scalar(select(Receipt.id).where(Receipt.order_id == found.id)),
        refunds=session.scalars(refunds).all(),
    )


def publications(session: Session, member_id: int) -> Sequence[tuple[Publication, str]]:
    """(publication, whose): the newest of each period of the member's branch and those above; the latest first."""
    member = session.get_one(Member, member_id)
    house = session.get_one(Organization, member.organization_id)
    own = [int(part) for part in house.path.strip("/").split("/")]
    rows = session.execute(
        select(Publication, Organization.short_name)
        .join(Organization, Organization.id == Publication.organization_id)
        .where(Publication.organization_id.in_(own))
        .order_by(Publication.until_month.desc(), Organization.path.desc(), Publication.version.desc())
    )
    newest: dict[tuple[int, int, int], tuple[Publication, str]] = {}
    for one, whose in rows:
        newest.setdefault((one.organization_id, one.from_month, one.until_month), (one, whose))
    return list(newest.values())[:PUBLISHED]
