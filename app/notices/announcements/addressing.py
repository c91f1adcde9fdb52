"""One delivery for each of a number of people, made in one statement."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import QueryableAttribute, aliased

from app.core.db import Session, rows_changed
from app.members.models import WeChatIdentity
from app.notices import budget
from app.notices.channels import Unreachable
from app.notices.models import Delivery, Urgency
from app.notices.reachable import Person, Wanted, facts_columns
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.timing import digest_moment, next_permitted, week_bounds
from app.notices.workdays import known_to

WEEK_USED = "week_used"
FIRST_NUMBER = 10**10
PREFIX = 21
BESIDE = "beside_"
D = DeliveryState


@dataclass(frozen=True, slots=True)
class Batch:
    """What all deliveries of one statement share. `fields`: what they say, where no announcement says it."""

    announcement_id: int | None
    subject: str
    kind: str
    urgency: Urgency
    now: datetime
    not_before: datetime
    fields: Mapping[str, str] = field(default_factory=dict)


def moment(session: Session, urgency: Urgency, now: datetime) -> datetime:
    """When a push of that urgency may go out."""
    return now if urgency is Urgency.EMERGENCY else next_permitted(now, known_to(session))


def deliver(session: Session, people: Select[int], *, batch: Batch, setup: Setup) -> int:
    """One INSERT … SELECT, whatever number of people."""
    them = facts(people, kind=batch.kind, setup=setup, now=batch.now, taken=taken(session, batch))
    why = listed_because(them, emergency=batch.urgency is Urgency.EMERGENCY)
    held = is_held(them, batch.urgency)
    columns = {
        Delivery.id: new_id(them.c.member_id),
        Delivery.subject: literal(batch.subject),
        Delivery.identity_id: them.c.identity_id,
        Delivery.member_id: them.c.member_id,
        Delivery.announcement_id: literal(batch.announcement_id, Delivery.announcement_id.type),
        Delivery.kind: literal(batch.kind),
        Delivery.urgency: _value(Delivery.urgency, batch.urgency),
        Delivery.fields: literal(json.dumps(dict(batch.fields), ensure_ascii=False)),
        Delivery.state: case(
            (why.is_not(None), _value(Delivery.state, D.LISTED)),
            (held, _value(Delivery.state, D.HELD)),
            else_=_value(Delivery.state, D.QUEUED),
        ),
        Delivery.reason: func.coalesce(why, _held_because(held, batch.urgency)),
        Delivery.attempts: literal(0),
        Delivery.created_at: literal(batch.now, Delivery.created_at.type),
        Delivery.not_before: literal(batch.not_before, Delivery.not_before.type),
        Delivery.ended_at: case((why.is_not(None), literal(batch.now, Delivery.ended_at.type))),
    }
    rows = select(*columns.values()).order_by(them.c.member_id)  # so that each index grows at its end
    made = insert(Delivery).from_select(list(columns), rows, include_defaults=False)
    return rows_changed(session, made.execution_options(preserve_rowcount=True))


def new_id(member_id: SQLColumnExpression[int]) -> ColumnElement[str]:
    """32 signs: 21 random ones of this batch, and the person's number, counted from ten thousand million.

    Every engine makes the same of it. Their own random ids differ in name and version, and MySQL is known to
    fold REPLACE(UUID(), …) to one value for the whole statement.
    """
    number = literal(FIRST_NUMBER, BigInteger) + cast(member_id, BigInteger)
    return literal(uuid.uuid4().hex[:PREFIX]) + cast(number, String(32 - PREFIX))


def _value(column: QueryableAttribute[Any], value: object) -> ColumnElement[Any]:
    return literal(value, column.type)


def _held_because(held: ColumnElement[bool], urgency: Urgency) -> ColumnElement[Any]:
    return null() if urgency is Urgency.DIGEST else case((held, WEEK_USED))


def facts(
    people: Select[Any],
    *,
    kind: str,
    setup: Setup,
    now: datetime,
    taken: Sequence[Select[Any]] = (),
    beside: str | None = None,
) -> FromClause:
    """member_id, identity_id and the six facts of each of these people, and `taken`: whether a statement names them.

    `beside`: a kind for which the facts are wanted too; their names begin with BESIDE.
    """
    chat, them = aliased(WeChatIdentity), _marked(people, taken).subquery()
    one = them.c.id
    person = Person(one, chat.id, chat.followed_at, chat.wrote_at)
    columns = facts_columns(person, Wanted.of_kind(setup, kind), setup=setup, now=now)
    if beside is not None:
        more = facts_columns(person, Wanted.of_kind(setup, beside), setup=setup, now=now)
        columns += [fact.element.label(BESIDE + fact.name) for fact in more]
    return (
        select(
            one.label("member_id"), chat.id.label("identity_id"), (them.c.taken == 1).label("taken"), *columns
        )
        .outerjoin(chat, and_(chat.app_id == setup.app_id, chat.member_id == one))
        .subquery()
    )


def _marked(people: Select[Any], taken: Sequence[Select[Any]]) -> Select[Any]:
    """Each person once, marked if named by any of the statements.

    By one GROUP BY over all of them, because each is then read once: a condition for each person is read again
    for each, and while we insert into the very table that it reads, that table grows under it. PostgreSQL, which
    knows nothing yet of the new rows, needed minutes for what takes seconds now.
    """
    parts = [people.add_columns(literal(1).label("person"), literal(0).label("taken"))]
    parts += [one.add_columns(literal(0), literal(1)) for one in taken]
    every = union_all(*parts).subquery()
    marked = select(every.c.id, func.max(every.c.taken).label("taken")).group_by(every.c.id)
    return marked.having(func.max(every.c.person) == 1)


def listed_because(them: FromClause, *, emergency: bool) -> ColumnElement[Any]:
    """What `channels.ways` says of people whom nothing can reach, but for NO_CHANNEL.

    A chat may open until the sending: who follows is tried.
    """
    person = them.c
    reachable = or_(person.following, person.subscription, person.mini_program)
    return case(
        (and_(person.switched_off, false() if emergency else true()), Unreachable.SWITCHED_OFF.value),
        (~person.bound, Unreachable.NOT_BOUND.value),
        (~reachable, Unreachable.NOT_FOLLOWING.value),
    )


def is_held(them: FromClause, urgency: Urgency) -> ColumnElement[bool]:
    """Whether it waits for the person's digest."""
    if urgency is Urgency.DIGEST:
        return true()
    return them.c.taken if urgency is Urgency.OWN_PUSH else false()


def taken(session: Session, batch: Batch) -> list[Select[Any]]:
    """Whose push of the week is another's already, or the digest's."""
    if batch.urgency is not Urgency.OWN_PUSH:
        return []
    week = week_bounds(batch.not_before)
    used = budget.used(week, beside=batch.subject)
    has_digest = digest_moment(batch.not_before, known_to(session)) is not None
    return [used, budget.owed(week)] if has_digest else [used]
