"""What is known of each person's ways, as SQL: counted for the reach of a text, or row by row while sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from app.core.db import AnyRow, Session
from app.members.models import Member, WeChatIdentity
from app.notices.channels import Facts
from app.notices.models import Delivery, SubscriptionGrant, TopicSwitch
from app.notices.setup import Setup

WINDOW: Final = timedelta(hours=48)
"""How long after a person's message the chat is open (facts/wechat.md §3.6); WeChat's own answer is the truth."""
FACTS: Final = ("bound", "following", "window_open", "subscription", "mini_program", "switched_off")


@dataclass(frozen=True, slots=True)
class Person:
    """The columns of one person, wherever a query has them."""

    member_id: SQLColumnExpression[Any]
    identity_id: SQLColumnExpression[Any]
    followed_at: SQLColumnExpression[Any]
    wrote_at: SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the same for all rows, or by the row's kind. None: nobody has it, or nobody may."""

    subscription: ColumnElement[str] | None
    mini_program: ColumnElement[str] | None
    topic: ColumnElement[str] | None

    @classmethod
    def of_kind(cls, setup: Setup, kind: str) -> "Wanted":
        topic = setup.topic(kind)
        return cls(
            _literal(setup.subscriptions().get(kind)),
            _literal(setup.mini_programs().get(kind)),
            _literal(topic.value if topic else None),
        )

    @classmethod
    def of_each(cls, setup: Setup) -> "Wanted":
        topics = {kind: one.topic.value for kind, one in setup.declarations.items() if one.topic}
        return cls(*(_by_kind(found) for found in (setup.subscriptions(), setup.mini_programs(), topics)))


def _literal(text: str | None) -> ColumnElement[str] | None:
    return literal(text) if text else None


def _by_kind(values: Mapping[str, str]) -> ColumnElement[str] | None:
    return case(dict(values), value=Delivery.kind, else_="") if values else None


def facts_columns(person: Person, wanted: Wanted, *, setup: Setup, now: datetime) -> list[Label[bool]]:
    """The six facts, named as `Facts` names them."""
    facts = (
        person.identity_id.is_not(None),
        person.followed_at.is_not(None),
        and_(person.wrote_at.is_not(None), person.wrote_at > now - WINDOW),
        _subscription(person, wanted),
        _mini_program(person, wanted, setup),
        _switched_off(person, wanted),
    )
    return [fact.label(name) for name, fact in zip(FACTS, facts, strict=True)]


def _subscription(person: Person, wanted: Wanted) -> ColumnElement[bool]:
    if wanted.subscription is None:
        return false()
    grant = aliased(SubscriptionGrant)
    return exists().where(
        grant.identity_id == person.identity_id, grant.template_id == wanted.subscription, grant.remaining > 0
    )


def _mini_program(person: Person, wanted: Wanted, setup: Setup) -> ColumnElement[bool]:
    if wanted.mini_program is None:
        return false()
    grant, mini = aliased(SubscriptionGrant), aliased(WeChatIdentity)
    return exists().where(
        mini.app_id == setup.mini_app_id,
        mini.member_id == person.member_id,
        grant.identity_id == mini.id,
        grant.template_id == wanted.mini_program,
        grant.remaining > 0,
    )


def _switched_off(person: Person, wanted: Wanted) -> ColumnElement[bool]:
    if wanted.topic is None:
        return false()
    switch = aliased(TopicSwitch)
    return exists().where(switch.member_id == person.member_id, switch.topic == wanted.topic)


def facts_of(row: AnyRow, prefix: str = "") -> Facts:
    """The facts of a row that has the six columns."""
    return Facts(*(bool(getattr(row, prefix + name)) for name in FACTS))


def each(people: Select[Any], *, kind: str, setup: Setup, now: datetime) -> Select[*tuple[Any, ...]]:
    """member_id and the six facts of each of these member ids."""
    chat = aliased(WeChatIdentity)
    person = Person(Member.id, chat.id, chat.followed_at, chat.wrote_at)
    columns = facts_columns(person, Wanted.of_kind(setup, kind), setup=setup, now=now)
    return (
        select(Member.id.label("member_id"), *columns)
        .outerjoin(chat, and_(chat.app_id == setup.app_id, chat.member_id == Member.id))
        .where(Member.id.in_(people))
    )


def groups(
    session: Session, people: Select[Any], *, kind: str, setup: Setup, now: datetime
) -> dict[Facts, int]:
    """How many of these member ids share each set of facts: a handful of groups, whatever number of people."""
    them = each(people, kind=kind, setup=setup, now=now).subquery()
    columns = [them.c[name] for name in FACTS]
    rows = session.execute(select(*columns, func.count().label("number")).group_by(*columns))
    return {facts_of(row): row.number for row in rows}
