"""Of whom a year asks more: secretaries, and members of branch committees (facts/domain §3).

The registry knows no posts in the Party. Who is one is known from two things alone: an open account with the
secretary's or the organiser's role, and the list of the branch committee's latest meeting of the year.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select

from app.core.db import Session
from app.meetings.duties.models import Term
from app.meetings.models import Expected, Meeting, MeetingKind
from app.meetings.own_meetings import STANDS
from app.meetings.rosters import COUNTED
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from app.study.hours.credits import begun_in

LEADING: Final = frozenset({Role.SECRETARY, Role.ORGANIZER})
LARGEST_COMMITTEE: Final = 7
"""A longer list is no committee's (facts/domain §2.1): the whole branch was asked to sit down with it."""


def leaders(
    session: Session, who: ColumnElement[bool], hosts: ColumnElement[bool], *, year: int, now: datetime
) -> set[int]:
    """Ids of members. `who`: about `Member`; `hosts`: about `Meeting`, whose branches' committees are looked at."""
    with_role = (
        select(Member.id)
        .join(StaffAccount, StaffAccount.member_id == Member.id)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(who, StaffAccount.active, StaffRole.role.in_(LEADING))
    )
    sitting = (
        select(Member.id)
        .join(Expected, Expected.member_id == Member.id)
        .where(
            who,
            Expected.meeting_id.in_(_committees(session, hosts, year, now)),
            Expected.standing.in_(COUNTED),
        )
    )
    return {*session.scalars(with_role), *session.scalars(sitting)}


def is_leader(session: Session, member: Member, *, year: int, now: datetime) -> bool:
    home = session.get_one(Organization, member.organization_id)
    branch = home.parent_id if home.kind is OrganizationKind.GROUP else home.id
    hosts = Meeting.organization_id == branch
    return bool(leaders(session, Member.id == member.id, hosts, year=year, now=now))


def _committees(session: Session, hosts: ColumnElement[bool], year: int, now: datetime) -> Collection[int]:
    """Of each host the latest meeting of its committee that has begun; none of a branch that has only a secretary."""
    rows = session.execute(
        select(Meeting.organization_id, Meeting.id)
        .join(Expected, Expected.meeting_id == Meeting.id)
        .where(
            Meeting.kind == MeetingKind.BRANCH_COMMITTEE,
            Meeting.organization_id.not_in(select(Term.organization_id).where(~Term.has_committee)),
            hosts,
            STANDS,
            begun_in(year),
            Meeting.starts_at <= now,
            Expected.standing.in_(COUNTED),
        )
        .group_by(Meeting.organization_id, Meeting.id, Meeting.starts_at)
        .having(func.count() <= LARGEST_COMMITTEE)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return {row.organization_id: row.id for row in rows}.values()
