"""Bills for the console: a month in counts and totals by branch, and a branch's own people with how each stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.core.db import AnyRow, Session
from app.dues import months
from app.dues.bills.models import NOT_BILLED, Bill, BillRun
from app.dues.bills.states import OPEN, BillState
from app.dues.branches import branch_of
from app.dues.sums import whole
from app.members.models import PARTY_MEMBERS, Member
from app.organizations.scope import Scope


@dataclass(frozen=True)
class Tally:
    """A month of one branch: people by how they stand, and fen."""

    people: int = 0
    paid: int = 0
    part: int = 0
    pending: int = 0
    open: int = 0
    """Nothing paid and nothing said yet."""
    exempt: int = 0
    amount_fen: int = 0
    paid_fen: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


SETTLED = frozenset({BillState.PAID, BillState.PARTIAL, BillState.PENDING, BillState.EXEMPT})


def _number(*states: BillState) -> ColumnElement[int]:
    return whole(case((Bill.state.in_(states), 1), else_=0))


def by_branch(session: Session, scope: Scope, month: int) -> dict[int, Tally]:
    """By the branch that the members belonged to when they were billed; those without bills are missing."""
    home, branch = branch_of()
    rows = session.execute(
        select(
            branch,
            func.count(),
            _number(BillState.PAID),
            _number(BillState.PARTIAL),
            _number(BillState.PENDING),
            _number(*OPEN - SETTLED),
            _number(BillState.EXEMPT),
            whole(Bill.amount_fen),
            whole(Bill.paid_fen),
        )
        .join(home, home.id == Bill.organization_id)
        .where(Bill.live == 1, Bill.month == month, scope.owns(Bill.organization_id))
        .group_by(branch)
    )
    return {row[0]: Tally(*row[1:]) for row in rows}


@dataclass(frozen=True)
class Standing:
    """One of a branch's own people in a month; `state` is None without a bill. No amount: that is theirs alone."""

    member_id: int
    name: str
    state: BillState | None
    other_months: int
    """Months before this one that are still open."""


def people(session: Session, organization_ids: Collection[int], month: int) -> list[Standing]:
    """Who was billed there, and party members of today without a bill, in the order of the roster."""
    rows = session.execute(_people(organization_ids, month))
    earlier = _earlier(session, organization_ids, month)
    return [Standing(one, name, state, earlier.get(one, 0)) for one, name, state in rows]


def _people(organization_ids: Collection[int], month: int) -> Select[int, str, BillState | None]:
    here = and_(
        Bill.id.is_(None),
        Member.organization_id.in_(organization_ids),
        Member.kind.in_(PARTY_MEMBERS),
        Member.status.not_in(NOT_BILLED),
        or_(Member.joined_on.is_(None), Member.joined_on <= months.last_day(month)),
    )
    bill = and_(Bill.member_id == Member.id, Bill.month == month, Bill.live == 1)
    return (
        select(Member.id, Member.name, Bill.state)
        .outerjoin(Bill, bill)
        .where(or_(Bill.organization_id.in_(organization_ids), here))
        .order_by(Member.name_pinyin, Member.id)
    )


def _earlier(session: Session, organization_ids: Collection[int], month: int) -> Mapping[int, int]:
    rows = session.execute(
        select(Bill.member_id, func.count())
        .join(Member, Member.id == Bill.member_id)
        .where(
            Member.organization_id.in_(organization_ids),
            Bill.live == 1,
            Bill.state.in_(OPEN),
            Bill.month < month,
        )
        .group_by(Bill.member_id)
    )
    return {member_id: number for member_id, number in rows}  # noqa: C416 -- rows are no pairs to mypy


def runs(session: Session, committee_ids: Collection[int], month: int) -> dict[int, BillRun]:
    """When each committee's bills of that month were last made; those that were not are missing."""
    rows = session.scalars(
        select(BillRun).where(BillRun.committee_id.in_(committee_ids), BillRun.month == month)
    )
    return {row.committee_id: row for row in rows}


def states_of(session: Session, member_id: int, *, from_month: int) -> Sequence[AnyRow]:
    """(month, state) of one member, the latest first."""
    return session.execute(
        select(Bill.month, Bill.state)
        .where(Bill.member_id == member_id, Bill.live == 1, Bill.month >= from_month)
        .order_by(Bill.month.desc())
    ).all()
