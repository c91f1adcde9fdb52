"""Reading who is behind: by name for the branch itself, in counts for those above."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from app.core.db import AnyRow, Session
from app.dues import months
from app.dues.arrears import rules
from app.dues.arrears.models import Excuse, Talk
from app.dues.arrears.rules import Limits
from app.dues.bills.models import Bill
from app.dues.bills.states import OPEN, BillState
from app.dues.branches import branch_of
from app.dues.standards import queries as standards
from app.dues.sums import whole
from app.members.models import GONE, Member
from app.organizations.scope import Scope

COUNTED = OPEN - {BillState.PENDING, BillState.PARTIAL}
"""Whoever paid a part, or says that they transferred it, does not count as not paying."""


def not_excused() -> ColumnElement[bool]:
    """WHERE for a statement that reads `Bill`."""
    return ~exists().where(
        Excuse.member_id == Bill.member_id,
        Excuse.withdrawn_at.is_(None),
        Excuse.from_month <= Bill.month,
        Excuse.until_month >= Bill.month,
    )


def unpaid(today: date) -> ColumnElement[bool]:
    """WHERE for `Bill`: the month and the day to pay are over, and nothing at all was paid."""
    return and_(
        Bill.live == 1,
        Bill.state.in_(COUNTED),
        Bill.due_on < today,
        Bill.month < months.of(today),
    )


def behind(today: date) -> ColumnElement[bool]:
    """WHERE for `Bill`: the collecting day is over, and something is still open."""
    return and_(Bill.live == 1, Bill.state.in_(OPEN), Bill.paid_fen < Bill.amount_fen, Bill.due_on < today)


def runs(today: date, *where: ColumnElement[bool]) -> Select[Any]:
    """(member_id, first, last, length) of all runs of `rules.runs`, by one statement. `where`: about `Bill`."""
    number = Bill.month // 100 * 12 + Bill.month % 100
    place = func.row_number().over(partition_by=Bill.member_id, order_by=Bill.month)
    rows = (
        select(Bill.member_id, Bill.month, (number - place).label("island"))
        .where(unpaid(today), not_excused(), *where)
        .subquery()
    )
    return select(
        rows.c.member_id,
        func.min(rows.c.month).label("first"),
        func.max(rows.c.month).label("last"),
        func.count().label("length"),
    ).group_by(rows.c.member_id, rows.c.island)


@dataclass(frozen=True)
class Behind:
    """A member with open months past their collecting day; no amount, which is the member's own matter."""

    member_id: int
    name: str
    months: Sequence[AnyRow]
    """(month, state) of what is open, the oldest first."""
    in_a_row: int
    talked_on: date | None
    deadline_on: date | None
    excused: Sequence[int]
    to_be_studied: bool


def of_branch(session: Session, organization_ids: Collection[int], *, today: date) -> list[Behind]:
    """By name, in the order of the roster. For the branch itself, and for a reason that is kept."""
    rows = session.execute(
        select(Bill.member_id, Member.name, Bill.month, Bill.state, not_excused().label("counts"))
        .join(Member, Member.id == Bill.member_id)
        .where(behind(today), Member.organization_id.in_(organization_ids), Member.status.not_in(GONE))
        .order_by(Member.name_pinyin, Member.id, Bill.month)
    ).all()
    by_member = defaultdict[int, list[AnyRow]](list)
    for row in rows:
        by_member[row.member_id].append(row)
    talks, lapse = last_talks(session, by_member), limits(session, today).lapse
    counting = {"this_month": months.of(today), "lapse": lapse}
    return [_behind(one, found, talks.get(one), **counting) for one, found in by_member.items()]


def limits(session: Session, today: date) -> Limits:
    """Of the standard in force. Raises NoStandard."""
    return Limits.of(standards.in_force(session, months.of(today)).standard)


def _behind(
    member_id: int, rows: Sequence[AnyRow], talk: Talk | None, *, this_month: int, lapse: int
) -> Behind:
    counted = [row.month for row in rows if row.counts and row.state in COUNTED and row.month < this_month]
    run = rules.longest(rules.runs(counted))
    return Behind(
        member_id=member_id,
        name=rows[0].name,
        months=rows,
        in_a_row=run.length if run else 0,
        talked_on=talk.talked_on if talk else None,
        deadline_on=talk.deadline_on if talk else None,
        excused=[row.month for row in rows if not row.counts],
        to_be_studied=run is not None and run.length >= lapse,
    )


def last_talks(session: Session, member_ids: Collection[int]) -> Mapping[int, Talk]:
    rows = session.scalars(
        select(Talk).where(Talk.member_id.in_(member_ids)).order_by(Talk.talked_on, Talk.id)
    )
    return {talk.member_id: talk for talk in rows}


@dataclass(frozen=True)
class Counts:
    """Of one branch: people with something open, what is open (fen), and those with so many months in a row."""

    people: int = 0
    owed_fen: int = 0
    reminded: int = 0
    """From the first reminder on, below the lapse."""
    lapsing: int = 0


def counts(session: Session, scope: Scope, *, today: date) -> dict[int, Counts]:
    """By the id of the branch in which the members are now; those without arrears are missing."""
    home, branch = branch_of()
    people = (
        select(branch, func.count(Bill.member_id.distinct()), whole(Bill.amount_fen - Bill.paid_fen))
        .join(Member, Member.id == Bill.member_id)
        .join(home, home.id == Member.organization_id)
        .where(behind(today), Member.status.not_in(GONE), scope.owns(Member.organization_id))
        .group_by(branch)
    )
    found = session.execute(_reached(scope, today, limits(session, today)))
    reached = {row[0]: (row[1], row[2]) for row in found}
    return {
        one: Counts(number, owed, *reached.get(one, (0, 0))) for one, number, owed in session.execute(people)
    }


def _reached(scope: Scope, today: date, marks: Limits) -> Select[Any]:
    """(branch, members from the first reminder on, members from the lapse on), each by their longest run."""
    home, branch = branch_of()
    found = runs(today).subquery()
    most = (
        select(found.c.member_id, func.max(found.c.length).label("most"))
        .group_by(found.c.member_id)
        .subquery()
    )
    first = min(marks.reminders, default=marks.lapse)
    return (
        select(
            branch,
            whole(case((most.c.most.between(first, marks.lapse - 1), 1), else_=0)),
            whole(case((most.c.most >= marks.lapse, 1), else_=0)),
        )
        .join(Member, Member.id == most.c.member_id)
        .join(home, home.id == Member.organization_id)
        .where(Member.status.not_in(GONE), scope.owns(Member.organization_id))
        .group_by(branch)
    )
