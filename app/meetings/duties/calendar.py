"""The duty calendar of a year: what an organisation has held of what the dated rules want."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.db import Session
from app.meetings.duties import cells, facts, rules
from app.meetings.duties.cells import Cell
from app.meetings.duties.facts import Facts
from app.meetings.duties.models import Duty
from app.meetings.duties.rules import RULES, Rule
from app.meetings.models import Meeting, MeetingKind
from app.organizations.models import Organization

__all__ = ["Cell", "ChildYear", "DutyCount", "of_children", "of_year"]

BY_MEETINGS = tuple(duty for duty in Duty if duty is not Duty.RENEWAL)


@dataclass(frozen=True)
class DutyCount:
    """How many periods of the year stand how."""

    held: int = 0
    due: int = 0
    overdue: int = 0
    not_yet: int = 0
    explained: int = 0
    not_applicable: int = 0


@dataclass(frozen=True)
class ChildYear:
    """What the direct superior sees of one organisation: counts, no meeting and no name."""

    organization_id: int
    name: str
    counts: dict[Duty, DutyCount]


def of_year(
    session: Session, *, organization: Organization, year: int, today: date, table: Sequence[Rule] = RULES
) -> list[list[Cell]]:
    """A row for each duty that the organisation has, its periods in order; six statements."""
    found = _facts(session, Organization.id == organization.id, year, today)
    return [row for one in found for row in _rows(one, year, today, table)]


def of_children(
    session: Session, *, superior: Organization, year: int, today: date, table: Sequence[Rule] = RULES
) -> list[ChildYear]:
    """Of the organisations directly below, in the office's own order; six statements for each batch of 500."""
    below = (Organization.parent_id == superior.id) & Organization.dissolved_on.is_(None)
    found = _facts(session, below & Organization.kind.in_(rules.WITH_DUTIES), year, today)
    return [
        ChildYear(
            one.organization.id,
            one.organization.short_name,
            {row[0].duty: _counted(row) for row in _rows(one, year, today, table)},
        )
        for one in sorted(found, key=lambda one: (one.organization.position, one.organization.id))
    ]


def _counted(row: list[Cell]) -> DutyCount:
    return DutyCount(**Counter(cell.state.value for cell in row))


def _facts(session: Session, which: facts.Which, year: int, today: date) -> list[Facts]:
    """Elections of every year: one may renew a term that ends in this year."""
    of_the_year = facts.begins_in(date(year, 1, 1), date(year, 12, 31))
    wanted = facts.held(today=today) & (of_the_year | (Meeting.kind == MeetingKind.ELECTION))
    return facts.of(session, which, wanted)


def _rows(of: Facts, year: int, today: date, table: Sequence[Rule]) -> Iterator[list[Cell]]:
    for duty in BY_MEETINGS:
        row = [
            cells.in_period(of, rule, period, today)
            for rule, period in rules.of_year(duty, of.organization.kind, year, table=table)
        ]
        if row and cells.has(of, duty):
            yield row
    renewal = cells.of_renewal(of, year, today)
    if renewal:
        yield [renewal]
