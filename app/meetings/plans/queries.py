"""Reading plans, and what they put on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.core.clock import from_local
from app.core.db import Session
from app.meetings import periods
from app.meetings.models import Meeting
from app.meetings.plans import rules
from app.meetings.plans.models import Plan, Skip
from app.notices.timing import IsWorkingDay
from app.organizations.scope import Scope

Days = dict[tuple[int, date], Any]
"""By plan and the rule's day."""


@dataclass(frozen=True)
class Occurrence:
    """One meeting as planned. `planned_on`: the rule's own day; a rest day is moved in `starts_at`.

    `skipped`: why it is left out.
    """

    plan: Plan
    planned_on: date
    starts_at: datetime
    ends_at: datetime
    meeting_id: int | None
    skipped: str | None


def by_id(session: Session, scope: Scope, plan_id: int) -> Plan | None:
    return session.scalar(select(Plan).where(Plan.id == plan_id, scope.owns(Plan.organization_id)))


def of_organization(session: Session, organization_id: int) -> Sequence[Plan]:
    """Those in force first, then by what they plan."""
    own = select(Plan).where(Plan.organization_id == organization_id)
    return session.scalars(own.order_by(Plan.ended_at.is_not(None), Plan.kind, Plan.id)).all()


def occurrences(
    session: Session, organization_ids: Sequence[int], *, first: date, last: date, works: IsWorkingDay
) -> list[Occurrence]:
    """What is held in the range, in the order of time; three statements, and what `works` asks."""
    return matching(session, Plan.organization_id.in_(organization_ids), first=first, last=last, works=works)


def matching(
    session: Session, which: ColumnElement[bool], *, first: date, last: date, works: IsWorkingDay
) -> list[Occurrence]:
    """The same for a condition on `Plan`."""
    still = Plan.ended_at.is_(None) | (Plan.ended_at >= from_local(first))
    plans = select(Plan).where(which, still, Plan.begins_on <= periods.last_of_month(last))
    found = session.scalars(plans).all()
    # A rest day is moved within its month, so the rule's own days lie in the months of the range.
    months = first.replace(day=1), periods.last_of_month(last)
    ids = plans.with_only_columns(Plan.id)
    meetings = _by_day(session, select(Meeting.plan_id, Meeting.planned_on, Meeting.id), ids, months)
    skips = _by_day(session, select(Skip.plan_id, Skip.planned_on, Skip.reason), ids, months)
    planned = (
        Occurrence(
            plan, day, *rules.times(plan, held), meetings.get((plan.id, day)), skips.get((plan.id, day))
        )
        for plan in found
        for day, held in rules.dates(rules.recurrence(plan), first=first, last=last, works=works)
        if rules.has(plan, day)
    )
    return sorted(filter(_before_the_end, planned), key=lambda one: (one.starts_at, one.plan.id))


def _by_day(
    session: Session, rows: Select[*tuple[Any, ...]], ids: Select[int], months: tuple[date, date]
) -> Days:
    plan_id, planned_on, _ = rows.selected_columns
    within = rows.where(plan_id.in_(ids), planned_on.between(*months))
    return {(row[0], row[1]): row[2] for row in session.execute(within)}


def _before_the_end(one: Occurrence) -> bool:
    return one.plan.ended_at is None or one.starts_at < one.plan.ended_at
