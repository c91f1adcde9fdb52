"""Before sending: whom a push can reach and by which way, and whom it cannot, by name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Label, and_, false, func, or_, select

from app.core.db import AnyRow, Session
from app.members.models import Member
from app.notices.announcements.addressing import Batch, facts, is_held, moment, taken
from app.notices.announcements.audience import Audience, people
from app.notices.announcements.sending import KIND
from app.notices.channels import Facts, Unreachable, ways
from app.notices.models import Channel, Urgency
from app.notices.reachable import FACTS, facts_of
from app.notices.setup import Setup
from app.organizations.models import Organization
from app.organizations.scope import Scope

NOBODY_S = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """`by_channel`: by each person's best way. `digest`: those who get it with the week's digest."""

    total: int
    by_channel: Mapping[Channel, int]
    digest: int
    unreachable: Mapping[Unreachable, int]

    @property
    def reached(self) -> int:
        return self.total - sum(self.unreachable.values())


@dataclass(frozen=True, slots=True)
class Missed:
    """One line of the printed list."""

    member_id: int
    name: str
    organization_name: str
    why: Unreachable


def reach(
    session: Session, scope: Scope, *, audience: Audience, urgency: Urgency, setup: Setup, now: datetime
) -> Reach:
    """A handful of groups, whatever number of people: the rule of `channels.ways` decides for each group."""
    batch = Batch(NOBODY_S, "", KIND, urgency, now, moment(session, urgency, now))
    them = facts(people(audience, scope), kind=KIND, setup=setup, now=now, taken=taken(session, batch))
    held = is_held(them, urgency).label("held")
    by_channel, unreachable, digest, total = Counter[Channel](), Counter[Unreachable](), 0, 0
    for row in _groups(session, them, held):
        way = _ways(facts_of(row), setup, urgency)
        total += row.number
        if isinstance(way, Unreachable):
            unreachable[way] += row.number
        elif row.held:
            digest += row.number
        else:
            by_channel[way[0]] += row.number
    return Reach(total, by_channel, digest, unreachable)


def _ways(known: Facts, setup: Setup, urgency: Urgency) -> tuple[Channel, ...] | Unreachable:
    return ways(known, setup.offer(KIND), emergency=urgency is Urgency.EMERGENCY)


def _groups(session: Session, them: FromClause, *more: Label[bool]) -> Sequence[AnyRow]:
    """The six facts, what else is asked, and the number of people who share them."""
    each = select(*(them.c[name] for name in FACTS), *more).subquery()
    return session.execute(select(*each.c, func.count().label("number")).group_by(*each.c)).all()


def unreachable(
    session: Session,
    scope: Scope,
    *,
    audience: Audience,
    urgency: Urgency,
    setup: Setup,
    now: datetime,
    offset: int = 0,
    limit: int = 50,
) -> list[Missed]:
    """By organisation and name: for the branches, to tell them in person or on paper. Two statements."""
    them = facts(people(audience, scope), kind=KIND, setup=setup, now=now)
    known = {facts_of(row): _ways(facts_of(row), setup, urgency) for row in _groups(session, them)}
    why = {one: way for one, way in known.items() if isinstance(way, Unreachable)}
    rows = session.execute(
        select(Member.id, Member.name, Organization.short_name, *(them.c[name] for name in FACTS))
        .join(them, them.c.member_id == Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(or_(false(), *(_same(them, one) for one in why)))
        .order_by(Organization.path, Member.name_pinyin, Member.id)
        .offset(offset)
        .limit(limit)
    )
    return [Missed(row.id, row.name, row.short_name, why[facts_of(row)]) for row in rows]


def _same(them: FromClause, known: Facts) -> ColumnElement[bool]:
    values: dict[str, Any] = {name: getattr(known, name) for name in FACTS}
    return and_(*(them.c[name] if value else ~them.c[name] for name, value in values.items()))
