"""What nobody has planned yet, for the reminders of facts/domain §2.7."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings import periods
from app.meetings.duties import cells, facts, rules
from app.meetings.duties.facts import Facts
from app.meetings.duties.models import Duty, Term
from app.meetings.duties.rules import RULES, Rule
from app.meetings.models import Meeting, MeetingKind
from app.meetings.periods import Period
from app.meetings.plans import queries as plans
from app.meetings.plans.models import Plan
from app.notices.timing import IsWorkingDay
from app.organizations.models import BRANCH_KINDS, Organization, OrganizationKind

Ahead = dict[int, list[tuple[MeetingKind, date]]]
"""By organisation: kind and day of what plans put ahead and nobody has announced or left out."""


@dataclass(frozen=True)
class Unplanned:
    """A duty of whose period nothing is held or planned, from the day `mark` on: one reminder for each mark.

    `superior_id`: who is reminded beside the organisation; None where it is the branch's own matter.
    """

    organization_id: int
    organization_name: str
    superior_id: int | None
    duty: Duty
    period: str
    mark: date
    due_by: date
    clause: str


@dataclass(frozen=True)
class _Reached:
    """A rule whose period runs, and the latest of its marks that has come."""

    rule: Rule
    period: Period
    mark: date


def term(session: Session, organization_id: int) -> Term | None:
    return session.get(Term, organization_id)


def unplanned(
    session: Session, *, today: date, works: IsWorkingDay, table: Sequence[Rule] = RULES
) -> list[Unplanned]:
    """Of every organisation, in tree order; nine statements for up to 500, and what `works` asks."""
    reached = {kind: list(_reached(kind, today, table)) for kind in BRANCH_KINDS}
    every = [one for found in reached.values() for one in found]
    here = Organization.dissolved_on.is_(None) & Organization.kind.in_(rules.WITH_DUTIES)
    ahead = _ahead(session, today, every, works)
    return [
        row
        for of in facts.of(session, here, _wanted(today, every))
        for row in (*_missing(of, reached, ahead), *_renewals(of, today))
    ]


def _reached(kind: OrganizationKind, today: date, table: Sequence[Rule]) -> Iterator[_Reached]:
    for duty in Duty:
        rule = rules.in_force(duty, kind, on=today, table=table)
        if rule is None:
            continue
        period = periods.containing(today, rule.frequency)
        marks = [mark.of(period) for mark in rule.marks if mark.of(period) <= today]
        if marks:
            yield _Reached(rule, period, max(marks))


def _wanted(today: date, reached: Collection[_Reached]) -> facts.Which:
    """Meetings that were held in those periods or stand announced; elections of any year."""
    announced = facts.stands() & (Meeting.starts_at >= from_local(today))
    about = (
        Meeting.kind.in_(one.rule.kinds) & facts.begins_in(one.period.first, one.period.last)
        for one in reached
    )
    return (facts.held(today=today) | announced) & or_(Meeting.kind == MeetingKind.ELECTION, *about)


def _ahead(session: Session, today: date, reached: Collection[_Reached], works: IsWorkingDay) -> Ahead:
    kinds = {kind for one in reached for kind in one.rule.kinds}
    last = max((one.period.last for one in reached), default=today)
    found = plans.matching(session, Plan.kind.in_(kinds), first=today, last=last, works=works)
    ahead: Ahead = defaultdict(list)
    for one in found:
        if one.skipped is None and one.meeting_id is None:
            ahead[one.plan.organization_id].append((one.plan.kind, local_day(one.starts_at)))
    return ahead


def _missing(of: Facts, reached: dict[OrganizationKind, list[_Reached]], ahead: Ahead) -> Iterator[Unplanned]:
    for one in reached.get(of.organization.kind, ()):
        duty, period = one.rule.duty, one.period
        if not cells.has(of, duty) or (duty, period.key) in of.statements:
            continue
        own = of.groups_in(period) if duty is Duty.GROUP_MEETING else [of.organization.id]
        if any(_number(of, unit, one, ahead) < one.rule.times for unit in own):
            yield _row(of, duty, period.key, one.mark, period.last, one.rule.clause)


def _number(of: Facts, unit: int, one: _Reached, ahead: Ahead) -> int:
    planned = (kind in one.rule.kinds and one.period.holds(day) for kind, day in ahead.get(unit, ()))
    return len(of.meets_in(unit, one.rule.kinds, one.period)) + sum(planned)


def _renewals(of: Facts, today: date) -> Iterator[Unplanned]:
    known, organization = cells.tenure(of), of.organization
    rule = rules.term_rule(organization.kind, on=known.elected_on) if known else None
    mark = known.mark(today) if known else None
    if known is None or rule is None or mark is None or known.renewed_on:
        return
    years = {str(known.ends_on.year), str(today.year)}
    if not any((Duty.RENEWAL, year) in of.statements for year in years):
        row = _row(of, Duty.RENEWAL, str(known.ends_on.year), mark, known.ends_on, rule.clause)
        yield replace(row, superior_id=organization.parent_id)


def _row(of: Facts, duty: Duty, period: str, mark: date, due_by: date, clause: str) -> Unplanned:
    return Unplanned(
        organization_id=of.organization.id,
        organization_name=of.organization.short_name,
        superior_id=None,
        duty=duty,
        period=period,
        mark=mark,
        due_by=due_by,
        clause=clause,
    )
