"""How many still need an offer: numbers for the branch and sums for those above it, never a name."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import local_day
from app.core.db import Session
from app.meetings import periods
from app.meetings.duties.models import Term
from app.meetings.models import Meeting
from app.members.models import PARTY_MEMBERS, Member, MemberKind
from app.members.queries import ACTIVE
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from app.study.hours import figures, rules
from app.study.hours.credits import counted
from app.study.hours.leaders import leaders
from app.study.hours.statements import checked_year

TRAINED_WITHIN = 6
"""Months in which a new secretary is trained (facts/domain §3)."""
A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """Party members of a branch and its 党小组. The last two are None where these are fewer than five people."""

    people: int
    with_enough: int | None
    still_to_offer: int | None

    @classmethod
    def of(cls, people: int, with_enough: int) -> "Counts":
        if people < rules.FEWEST:
            return cls(people, None, None)
        return cls(people, with_enough, people - with_enough)


@dataclass(frozen=True, slots=True)
class Below:
    """`total` adds up only the branches whose counts are shown: from a sum nobody can take the shown ones away and
    be left with the few. `hidden`: how many branches are left out of it.
    """

    branches: Mapping[int, Counts]
    total: Counts
    hidden: int


@dataclass(frozen=True, slots=True)
class Hints:
    """Whom the branch should offer training, as its registry and its term say: nothing about who has had it.

    `secretary_by`: until when a secretary elected in the last six months is trained; None without such an election.
    `probationary`, `newly_full`: people in their probation, and in the year after it, each of whom takes part in one
    training held by the superior.
    """

    secretary_by: date | None
    probationary: int
    newly_full: int


def branch_counts(session: Session, *, organization: Organization, year: int, now: datetime) -> Counts:
    """Of the organisation's own members, not of what lies below it. Raises YearWrong, NoHoursFigures."""
    own = Member.organization_id.in_(_homes(organization))
    hosts = Meeting.organization_id == organization.id
    found = _by_branch(session, own, hosts, year, now)
    return found.get(organization.id, Counts(0, None, None))


def counts_below(session: Session, *, scope: Scope, year: int, now: datetime) -> Below:
    """By the id of each branch with members in the scope; for a superior. Raises YearWrong, NoHoursFigures."""
    who, hosts = scope.owns(Member.organization_id), scope.owns(Meeting.organization_id)
    found = _by_branch(session, who, hosts, year, now)
    shown = [one for one in found.values() if one.with_enough is not None]
    total = Counts.of(sum(one.people for one in shown), sum(one.with_enough or 0 for one in shown))
    return Below(found, total, hidden=len(found) - len(shown))


def branch_hints(session: Session, *, organization: Organization, now: datetime) -> Hints:
    today = local_day(now)
    term = session.get(Term, organization.id)
    until = (
        periods.months_later(term.elected_on, TRAINED_WITHIN) if term and term.elected_on <= today else None
    )
    recently = Member.converted_on.between(periods.months_later(today, -A_YEAR) + timedelta(days=1), today)
    rows = session.execute(
        select(
            func.count(case((Member.kind == MemberKind.PROBATIONARY, 1))),
            func.count(case(((Member.kind == MemberKind.FULL) & recently, 1))),
        ).where(Member.organization_id.in_(_homes(organization)), Member.status.in_(ACTIVE))
    )
    probationary, newly_full = rows.one()
    return Hints(until if until and until >= today else None, probationary, newly_full)


def _homes(organization: Organization) -> Select[int]:
    """Ids of an organisation and its 党小组."""
    group = (Organization.parent_id == organization.id) & (Organization.kind == OrganizationKind.GROUP)
    return select(Organization.id).where(or_(Organization.id == organization.id, group))


def _by_branch(
    session: Session, who: ColumnElement[bool], hosts: ColumnElement[bool], year: int, now: datetime
) -> dict[int, Counts]:
    standing = figures.of_year(session, checked_year(year, now))
    leading = leaders(session, who, hosts, year=year, now=now)
    people: Counter[int] = Counter()
    enough: Counter[int] = Counter()
    for member_id, branch, minutes, trained in session.execute(_years(who, year)):
        leader = member_id in leading
        needed = rules.required(standing, leader=leader)
        people[branch] += 1
        enough[branch] += rules.enough(int(minutes), needed, leader=leader, trained=bool(trained))
    return {branch: Counts.of(number, enough[branch]) for branch, number in people.items()}


def _years(who: ColumnElement[bool], year: int) -> Select[*tuple[Any, ...]]:
    """(member_id, branch, minutes, trained) of each Party member of these who was one in that year."""
    roster = (
        who,
        Member.kind.in_(PARTY_MEMBERS),
        Member.status.in_(ACTIVE),
        or_(Member.joined_on.is_(None), Member.joined_on <= date(year, 12, 31)),
    )
    given = counted(year, select(Member.id).where(*roster)).subquery()
    home = aliased(Organization)
    return (
        select(
            Member.id,
            case((home.kind == OrganizationKind.GROUP, home.parent_id), else_=home.id).label("branch"),
            func.coalesce(func.sum(given.c.minutes), 0),
            func.coalesce(func.max(given.c.trained), 0),
        )
        .join(home, home.id == Member.organization_id)
        .outerjoin(given, given.c.member_id == Member.id)
        .where(*roster)
        .group_by(Member.id, home.kind, home.parent_id, home.id)
    )
