"""Queueing what is many people's own matter: one statement, one delivery per subject and person."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Insert, Select, exists, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.members.models import GONE, Member, WeChatIdentity
from app.notices.announcements.addressing import new_id
from app.notices.channels import Unreachable
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.notices.timing import next_permitted
from app.notices.workdays import known_to

TOO_LATE: Final = "too_late"
_TRIES: Final = 3


def queue_for(
    session: Session,
    people: Select[Any],
    *,
    subject: str,
    kind: str,
    fields: Mapping[str, str],
    now: datetime,
    before: datetime | None = None,
) -> int:
    """How many will be told. Who has this subject already gets no second one.

    By which way each is told is found out when it is sent. Who has no chat, and what the quiet hours would hold
    back until `before`, is listed and not pushed.
    """
    moment = next_permitted(now, known_to(session))
    shared = {
        Delivery.subject: literal(subject),
        Delivery.kind: literal(kind),
        Delivery.urgency: literal(Urgency.PERSONAL, Delivery.urgency.type),
        Delivery.fields: literal(json.dumps(dict(fields), ensure_ascii=False)),
        Delivery.attempts: literal(0),
        Delivery.created_at: literal(now, Delivery.created_at.type),
        Delivery.not_before: literal(moment, Delivery.not_before.type),
    }
    told = select(Delivery.member_id).where(Delivery.subject == subject, Delivery.member_id.is_not(None))
    them = Member.id.in_(people) & Member.id.not_in(told) & Member.status.not_in(GONE)
    if before is not None and moment >= before:
        _once(session, _made(shared | _listed(TOO_LATE, now), them))
        return 0
    bound = exists().where(WeChatIdentity.member_id == Member.id)
    _once(session, _made(shared | _listed(Unreachable.NOT_BOUND.value, now), them & ~bound))
    return _once(session, _made(shared | {Delivery.state: _state(DeliveryState.QUEUED)}, them & bound))


def _listed(reason: str, now: datetime) -> dict[Any, Any]:
    return {
        Delivery.state: _state(DeliveryState.LISTED),
        Delivery.reason: literal(reason),
        Delivery.ended_at: literal(now, Delivery.ended_at.type),
    }


def _state(state: DeliveryState) -> ColumnElement[Any]:
    return literal(state, Delivery.state.type)


def _made(shared: Mapping[Any, Any], them: ColumnElement[bool]) -> Insert:
    columns = {Delivery.id: new_id(Member.id), Delivery.member_id: Member.id, **shared}
    rows = select(*columns.values()).where(them).order_by(Member.id)
    made = insert(Delivery).from_select(list(columns), rows, include_defaults=False)
    return made.execution_options(preserve_rowcount=True)


def _once(session: Session, made: Insert) -> int:
    """Who tells the same people at the same moment makes the unique key refuse ours; then nobody is left to tell."""
    for _ in range(_TRIES - 1):
        try:
            with session.begin_nested():
                return rows_changed(session, made)
        except IntegrityError:
            continue
    return rows_changed(session, made)


def take_back(session: Session, *, subjects: Collection[str], now: datetime) -> int:
    """What of these subjects nobody has been told yet is told no more; how many deliveries."""
    waiting = Delivery.subject.in_(subjects), Delivery.state == DeliveryState.QUEUED
    gone = {"state": DeliveryState.WITHDRAWN, "reason": None, "ended_at": now}
    return rows_changed(session, update(Delivery).where(*waiting).values(gone))


def told(subjects: Collection[str]) -> Select[Any]:
    """The members who have, or will have, heard any of these subjects."""
    heard = Delivery.subject.in_(subjects), Delivery.state != DeliveryState.WITHDRAWN
    return select(Delivery.member_id).where(*heard, Delivery.member_id.is_not(None))


def spared(subjects: Collection[str]) -> Select[Any]:
    """The members from whom one of these subjects was taken back before they heard it."""
    gone = Delivery.subject.in_(subjects), Delivery.state == DeliveryState.WITHDRAWN
    return select(Delivery.member_id).where(*gone, Delivery.member_id.is_not(None))
