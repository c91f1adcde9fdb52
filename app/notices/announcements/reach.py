"""Before sending: whom a push can reach and by which way, and whom it cannot, by name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, false, func, or_, select

from app.core.db import AnyRow, Session
from app.members.models import Member
from app.notices import budget
from app.notices.announcements.addressing import BESIDE, Batch, facts, is_held, moment, taken
from app.notices.announcements.audience import Audience, people
from app.notices.announcements.sending import KIND
from app.notices.channels import Unreachable, ways
from app.notices.models import Channel, Urgency
from app.notices.reachable import FACTS, facts_of
from app.notices.setup import Setup
from app.organizations.models import Organization
from app.organizations.scope import Scope

NOBODY_S = 0
KNOWN = (*FACTS, *(BESIDE + name for name in FACTS))


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
    them = _known(session, scope, audience=audience, urgency=urgency, setup=setup, now=now)
    by_channel, unreachable, digest, total = Counter[Channel](), Counter[Unreachable](), 0, 0
    for row in _groups(session, them):
        way = _way(row, setup, urgency)
        total += row.number
        if isinstance(way, Unreachable):
            unreachable[way] += row.number
        elif row.held:
            digest += row.number
        else:
            by_channel[way] += row.number
    return Reach(total, by_channel, digest, unreachable)


def _known(
    session: Session, scope: Scope, *, audience: Audience, urgency: Urgency, setup: Setup, now: datetime
) -> FromClause:
    """member_id, whether it waits for the digest, and the facts for the notice and for the digest."""
    batch = Batch(NOBODY_S, "", KIND, urgency, now, moment(session, urgency, now))
    used = taken(session, batch)
    them = facts(
        people(audience, scope), kind=KIND, setup=setup, now=now, taken=used, beside=budget.DIGEST_KIND
    )
    held = is_held(them, urgency).label("held")
    return select(them.c.member_id, held, *(them.c[name] for name in KNOWN)).subquery()


def _way(row: AnyRow, setup: Setup, urgency: Urgency) -> Channel | Unreachable:
    """The best way; of what waits for the digest that of the digest, unless it is listed at once."""
    found = ways(facts_of(row), setup.offer(KIND), emergency=urgency is Urgency.EMERGENCY)
    if row.held and (not isinstance(found, Unreachable) or found is Unreachable.NO_CHANNEL):
        found = ways(facts_of(row, BESIDE), setup.offer(budget.DIGEST_KIND))
    return found if isinstance(found, Unreachable) else found[0]


def _groups(session: Session, them: FromClause) -> Sequence[AnyRow]:
    """What is known, and the number of people of whom exactly that is known."""
    each = [them.c[name] for name in ("held", *KNOWN)]
    return session.execute(select(*each, func.count().label("number")).group_by(*each)).all()


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
    them = _known(session, scope, audience=audience, urgency=urgency, setup=setup, now=now)
    missed = [one for one in _groups(session, them) if isinstance(_way(one, setup, urgency), Unreachable)]
    rows = session.execute(
        select(
            Member.id, Member.name, Organization.short_name, them.c.held, *(them.c[name] for name in KNOWN)
        )
        .join(them, them.c.member_id == Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(or_(false(), *(_same(them, one) for one in missed)))
        .order_by(Organization.path, Member.name_pinyin, Member.id)
        .offset(offset)
        .limit(limit)
    )
    found = [(row, _way(row, setup, urgency)) for row in rows]
    return [
        Missed(row.id, row.name, row.short_name, why) for row, why in found if isinstance(why, Unreachable)
    ]


def _same(them: FromClause, group: AnyRow) -> ColumnElement[bool]:
    return and_(*(them.c[name] if getattr(group, name) else ~them.c[name] for name in ("held", *KNOWN)))
