"""What the duty calendar is computed from, read for many organisations in the same few statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import aliased

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings.duties.models import Duty, DutyStatement, Term
from app.meetings.models import CheckIn, Meeting, MeetingKind, MeetingOrganization
from app.meetings.periods import Period
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.members.models import GONE, Member, MemberKind, PartyStatus
from app.organizations.models import Organization, OrganizationKind

ONE_DAY = timedelta(days=1)
BATCH = 500
"""Organisations asked for at once, by id: a server plans badly for "whatever lies below"."""
Which = ColumnElement[bool]
"""A condition on `Organization`."""


@dataclass(frozen=True, order=True)
class Meet:
    """A meeting in which an organisation took part, and the day it began."""

    on: date
    meeting_id: int
    kind: MeetingKind


@dataclass(frozen=True)
class Facts:
    """One organisation's. `groups`: its 党小组, each with the day of its end; `meets`: of itself and of each group."""

    organization: Organization
    groups: Mapping[int, date | None]
    term: Term | None
    full_members: int
    meets: Mapping[int, Sequence[Meet]]
    statements: Mapping[tuple[Duty, str], DutyStatement]

    def meets_in(self, organization_id: int, kinds: Iterable[MeetingKind], period: Period) -> list[Meet]:
        """In the order of time."""
        own = self.meets.get(organization_id, ())
        return sorted(one for one in own if one.kind in kinds and period.holds(one.on))

    def groups_in(self, period: Period) -> list[int]:
        """Those that lasted to the period's end."""
        return [one for one, ended in self.groups.items() if ended is None or ended > period.last]


def of(session: Session, which: Which, meetings: ColumnElement[bool]) -> list[Facts]:
    """In tree order; `meetings`: which of them are wanted. Six statements for each batch of organisations."""
    found = session.scalars(select(Organization).where(which).order_by(Organization.path)).all()
    batches = (found[first : first + BATCH] for first in range(0, len(found), BATCH))
    return [facts for batch in batches for facts in _of(session, batch, meetings)]


def _of(session: Session, batch: Sequence[Organization], meetings: ColumnElement[bool]) -> Iterator[Facts]:
    ids = [one.id for one in batch]
    groups = _groups(session, ids)
    units = [*ids, *(group for own in groups.values() for group in own)]
    terms = session.scalars(select(Term).where(Term.organization_id.in_(ids)))
    term_of = {term.organization_id: term for term in terms}
    members, meets = _full_members(session, units), _meets(session, units, meetings)
    statements = _statements(session, ids)
    for one in batch:
        own = groups.get(one.id, {})
        full = sum(members.get(unit, 0) for unit in (one.id, *own))
        yield Facts(one, own, term_of.get(one.id), full, meets, statements.get(one.id, {}))


def held(*, today: date) -> ColumnElement[bool]:
    """Began by today, took place in its own right, and somebody signed in or its record is closed."""
    closed = (Record.meeting_id == Meeting.id) & (Record.state == RecordState.CLOSED)
    came = select(CheckIn.id).where(CheckIn.meeting_id == Meeting.id).exists()
    return (
        stands()
        & (Meeting.starts_at < from_local(today + ONE_DAY))
        & (came | select(Record.id).where(closed).exists())
    )


def stands() -> ColumnElement[bool]:
    return Meeting.cancelled_at.is_(None) & Meeting.merged_into_id.is_(None)


def begins_in(first: date, last: date) -> ColumnElement[bool]:
    """On these days in China, both included."""
    return (Meeting.starts_at >= from_local(first)) & (Meeting.starts_at < from_local(last + ONE_DAY))


def _groups(session: Session, ids: Sequence[int]) -> dict[int | None, dict[int, date | None]]:
    found: dict[int | None, dict[int, date | None]] = defaultdict(dict)
    columns = select(Organization.parent_id, Organization.id, Organization.dissolved_on)
    groups = columns.where(Organization.kind == OrganizationKind.GROUP, Organization.parent_id.in_(ids))
    for parent_id, group_id, dissolved_on in session.execute(groups):
        found[parent_id][group_id] = dissolved_on
    return found


def _full_members(session: Session, units: Sequence[int]) -> dict[int, int]:
    statement = (
        select(Member.organization_id, func.count(Member.id))
        .where(Member.organization_id.in_(units), Member.kind == MemberKind.FULL)
        .where(Member.status.not_in([*GONE, PartyStatus.SUSPENDED]))
        .group_by(Member.organization_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _meets(session: Session, units: Sequence[int], wanted: ColumnElement[bool]) -> dict[int, list[Meet]]:
    """By organisation: who held it or took part, also through a meeting that was merged into it."""
    source = aliased(Meeting)
    columns: tuple[Any, ...] = (Meeting.id, Meeting.kind, Meeting.starts_at)
    own, into = select(*columns), select(*columns).join(source, source.merged_into_id == Meeting.id)
    partner = MeetingOrganization
    taking_part = (
        (own, Meeting.organization_id),
        (own.join(partner, partner.meeting_id == Meeting.id), partner.organization_id),
        (into, source.organization_id),
        (into.join(partner, partner.meeting_id == source.id), partner.organization_id),
    )
    rows = union(*(rows.add_columns(who).where(who.in_(units), wanted) for rows, who in taking_part))
    found: dict[int, list[Meet]] = defaultdict(list)
    for meeting_id, kind, starts_at, organization_id in session.execute(rows):
        found[organization_id].append(Meet(local_day(starts_at), meeting_id, kind))
    return found


def _statements(session: Session, ids: Sequence[int]) -> dict[int, dict[tuple[Duty, str], DutyStatement]]:
    found: dict[int, dict[tuple[Duty, str], DutyStatement]] = defaultdict(dict)
    for row in session.scalars(select(DutyStatement).where(DutyStatement.organization_id.in_(ids))):
        found[row.organization_id][row.duty, row.period] = row
    return found
