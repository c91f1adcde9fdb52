"""A branch's month on one page: what is held, what is planned and may be announced, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings import kinds, listing, periods
from app.meetings.duties import calendar as duties
from app.meetings.duties.calendar import Cell
from app.meetings.duties.rules import DutyState
from app.meetings.listing import Filter
from app.meetings.models import Meeting, MeetingKind
from app.meetings.plans import queries as plans
from app.meetings.plans.models import Frequency
from app.meetings.plans.queries import Occurrence
from app.notices.workdays import known_to
from app.organizations import queries as organizations
from app.organizations.models import BRANCH_KINDS, Organization, OrganizationKind
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.convening import chosen, seat, seats
from console.edge import acting, now, scope, services
from console.meeting_form import as_day

MOST = 200
OPEN = frozenset({DutyState.DUE, DutyState.OVERDUE})


@dataclass(frozen=True)
class Line:
    """One thing of the month, in the order of time: announced, or still only planned."""

    starts_at: datetime
    meeting: Meeting | None = None
    planned: Occurrence | None = None
    organization: str = ""
    chooses: bool = False


@console.get("/meetings", endpoint="meetings")
@staff(Permission.MEETINGS_VIEW)
def month() -> ResponseReturnValue:
    first = _month()
    with services().sessions.read() as session:
        choices = organizations.tree(session, scope())
        asked = fields.number("organization")
        organization = chosen(session, asked) if asked else seat(session, Permission.MEETINGS_VIEW, None)
        organization = organization or (choices[0].organization if choices else None)
        manages = acting().scope(Permission.MEETINGS_MANAGE)
        own = [one.id for one in seats(session, Permission.MEETINGS_MANAGE)]
        return render_template(
            "console/month.html",
            choices=choices,
            organization=organization,
            first=first,
            before=periods.months_later(first, -1),
            after=periods.months_later(first, 1),
            this_month=first == local_day(now()).replace(day=1),
            lines=_lines(session, organization, first) if organization else [],
            due=_due(session, organization, first) if organization else [],
            waiting=listing.leaves_asked_count(session, own, since=now()),
            may_manage=organization is not None and manages.covers(organization.path),
        )


def _month() -> date:
    """The month asked for, else the present one."""
    asked = as_day(f"{request.args.get('month', '')[:7]}-01")
    known = asked and MIN_YEAR <= asked.year <= MAX_YEAR
    return asked if asked and known else local_day(now()).replace(day=1)


MIN_YEAR, MAX_YEAR = 2001, 2099


def _lines(session: Session, organization: Organization, first: date) -> list[Line]:
    """The organisation's own, and those of its 党小组, which have no account."""
    groups = [
        one
        for one in organizations.in_scope(session, organizations.subtree(organization))
        if one.kind is OrganizationKind.GROUP and one.parent_id == organization.id
    ]
    names = {one.id: one.short_name for one in groups}
    held = _held(session, [organization.id, *names], first)
    planned = plans.occurrences(
        session,
        [organization.id, *names],
        first=first,
        last=periods.last_of_month(first),
        works=known_to(session),
    )
    lines = [Line(one.starts_at, meeting=one, organization=name) for one, name in held]
    lines += [_planned(one, names) for one in planned if one.meeting_id is None]
    return sorted(lines, key=lambda line: line.starts_at)


def _held(session: Session, organization_ids: Sequence[int], first: date) -> Sequence[tuple[Meeting, str]]:
    wanted = Filter(
        organization_ids=tuple(organization_ids),
        since=from_local(first),
        until=from_local(periods.months_later(first, 1)),
    )
    found = listing.rows(session, scope(), wanted, now=now(), offset=0, limit=MOST)
    return [(row[0], row[1]) for row in found]


def _planned(one: Occurrence, names: dict[int, str]) -> Line:
    """`chooses`: the people of such a meeting are ticked before it is announced for the first time."""
    return Line(
        one.starts_at,
        planned=one,
        organization=names.get(one.plan.organization_id, ""),
        chooses=not kinds.template(one.plan.kind).everybody,
    )


@dataclass(frozen=True)
class Due:
    cell: Cell
    kind: MeetingKind


KINDS = {template.duty: kind for kind, template in kinds.TEMPLATES.items() if template.duty is not None}


def _due(session: Session, organization: Organization, first: date) -> list[Due]:
    """Duties of a period in which the month lies that nothing answers yet; only the branch's own eyes."""
    if organization.kind not in BRANCH_KINDS or not acting().sits_on(
        Permission.MEETINGS_VIEW, organization.path
    ):
        return []
    rows = duties.of_year(session, organization=organization, year=first.year, today=local_day(now()))
    keys = {periods.containing(first, frequency).key for frequency in Frequency}
    return [
        Due(cell, KINDS[cell.duty])
        for row in rows
        for cell in row
        if cell.period in keys and cell.state in OPEN
    ]
