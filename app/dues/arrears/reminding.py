"""Reminding of what is not paid: the member once a month, the branch's people at months 2, 4 and 5.

Nothing happens by itself at the sixth month or after (facts/domain §0.5, §1.4).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Insert, Select, and_, exists, func, insert, literal, select

from app.core.clock import local_day
from app.core.db import Session
from app.dues import months, telling
from app.dues.arrears import queries, rules
from app.dues.arrears.models import DuesReminder, ReminderStep
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.branches import branch_of
from app.members.models import GONE, Member

ROWS_AT_ONCE: Final = 500


def remind_due(session: Session, *, now: datetime) -> int:
    """How many will be told. May be called at any time: each is said once."""
    today = local_day(now)
    return _members(session, today, now) + _branches(session, today, now)


def _members(session: Session, today: date, now: datetime) -> int:
    due = _to_remind(today)
    found = session.scalars(select(Bill.month).where(due).distinct().order_by(Bill.month)).all()
    return sum(_month(session, due, month, now) for month in found)


def _month(session: Session, due: ColumnElement[bool], month: int, now: datetime) -> int:
    session.execute(_noted(due, month, now))
    just_now = DuesReminder.month == month, DuesReminder.step == ReminderStep.MEMBER, DuesReminder.at == now
    return telling.queue_due(session, select(DuesReminder.member_id).where(*just_now), month=month, now=now)


def _to_remind(today: date) -> ColumnElement[bool]:
    """WHERE for `Bill`: open, the collecting day ten days past, no reason, and not said yet."""
    first, last = rules.member_days(today)
    here = select(Member.id).where(Member.status.not_in(GONE))
    said = exists().where(
        DuesReminder.member_id == Bill.member_id,
        DuesReminder.month == Bill.month,
        DuesReminder.step == ReminderStep.MEMBER,
    )
    return and_(
        queries.behind(today),
        Bill.state != BillState.PENDING,
        Bill.due_on.between(first, last),
        Bill.member_id.in_(here),
        queries.not_excused(),
        ~said,
    )


def _noted(due: ColumnElement[bool], month: int, now: datetime) -> Insert:
    columns: dict[Any, Any] = {
        DuesReminder.member_id: Bill.member_id,
        DuesReminder.month: Bill.month,
        DuesReminder.step: literal(ReminderStep.MEMBER, DuesReminder.step.type),
        DuesReminder.at: literal(now, DuesReminder.at.type),
    }
    rows = select(*columns.values()).where(due, Bill.month == month)
    return insert(DuesReminder).from_select(list(columns), rows)


def _branches(session: Session, today: date, now: datetime) -> int:
    """One notice a branch and step, which says how many; whom, its people see in the console."""
    groups = defaultdict[tuple[int, ReminderStep], list[tuple[int, int]]](list)
    marks = queries.limits(session, today)
    said = _said(session, today)
    for member_id, first, length, branch_id in session.execute(_reached(today)):
        if step := rules.step_due(length, said.get((member_id, first), ()), marks):
            groups[branch_id, step].append((member_id, first))
    return sum(_branch(session, *key, people, now) for key, people in groups.items())


def _reached(today: date) -> Select[Any]:
    """(member, first month, length, branch) of runs at which somebody may have to be reminded."""
    found = queries.runs(today).having(func.count() >= min(rules.STEPS)).subquery()
    home, branch = branch_of()
    return (
        select(found.c.member_id, found.c.first, found.c.length, branch)
        .join(Member, Member.id == found.c.member_id)
        .join(home, home.id == Member.organization_id)
        .where(Member.status.not_in(GONE))
        .order_by(branch, found.c.member_id)
    )


def _said(session: Session, today: date) -> Mapping[tuple[int, int], Sequence[ReminderStep]]:
    """By member and first month of a run, of those who have one."""
    found = defaultdict[tuple[int, int], list[ReminderStep]](list)
    reached = _reached(today).order_by(None).subquery()
    rows = session.execute(
        select(DuesReminder.member_id, DuesReminder.month, DuesReminder.step)
        .join(
            reached,
            and_(reached.c.member_id == DuesReminder.member_id, reached.c.first == DuesReminder.month),
        )
        .where(DuesReminder.step.in_(rules.STEPS.values()))
    )
    for member_id, month, step in rows:
        found[member_id, month].append(step)
    return found


def _branch(
    session: Session, branch_id: int, step: ReminderStep, people: Sequence[tuple[int, int]], now: datetime
) -> int:
    """Noted only where somebody is told: whoever comes to this step later in the month is told with the next."""
    told = telling.queue_arrears(
        session, organization_id=branch_id, step=step, month=months.current(now), count=len(people), now=now
    )
    rows = [{"member_id": one, "month": first, "step": step, "at": now} for one, first in people]
    for at in range(0, len(rows) if told else 0, ROWS_AT_ONCE):
        session.execute(insert(DuesReminder), rows[at : at + ROWS_AT_ONCE])
    return told
