"""Whose plan it is: where a member belongs, and for which kinds of learner they are counted."""

from datetime import datetime

from sqlalchemy import select

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.members.models import GONE, Member, MemberKind
from app.organizations.models import Organization
from app.study.hours.leaders import is_leader
from app.study.plans.models import Learner

LARGEST_ID = 2**31 - 1


class NotHere(DomainError):
    """No member, or one who has left: nothing is offered to them here."""

    code = "study_not_here"


def keyed(number: int) -> bool:
    """Whether a number from outside can be one of our keys at all: no engine is asked for others."""
    return 0 < number <= LARGEST_ID


def place_of(session: Session, member_id: int) -> Organization:
    """Raises NotHere."""
    here = Member.id == member_id, Member.status.not_in(GONE)
    found = (
        select(Organization).join(Member, Member.organization_id == Organization.id).where(*here)
        if keyed(member_id)
        else None
    )
    place = None if found is None else session.scalar(found)
    if place is None:
        raise NotHere
    return place


def learner_kinds(session: Session, member_id: int, *, now: datetime) -> frozenset[Learner]:
    """EVERYBODY, and what the member is beside: a leader is who is one where 学时 are counted."""
    member = session.get_one(Member, member_id)
    kinds = {Learner.EVERYBODY}
    if member.kind is MemberKind.PROBATIONARY:
        kinds.add(Learner.PROBATIONARY)
    if is_leader(session, member, year=local_day(now).year, now=now):
        kinds.add(Learner.LEADER)
    return frozenset(kinds)
