"""Once a week, what may not be pushed by itself goes out in one message to each person (facts/domain §7.3 FR8)."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import case, insert, select, update

from app.core.db import AnyRow, Session, rows_changed
from app.members.models import GONE, Member
from app.notices import budget
from app.notices.announcements.addressing import facts, listed_because
from app.notices.announcements.models import Announcement
from app.notices.announcements.sending import IN_DIGEST
from app.notices.models import Delivery, Urgency
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.timing import digest_moment, permitted, week_bounds, week_of
from app.notices.workdays import known_to

LEFT = "left"
TITLES = 8
"""With the words around them, so many of the longest titles fit one message of the chat (2,048 bytes)."""
AT_ONCE = 1_000
Part = TypeVar("Part")


def subject_of(now: datetime) -> str:
    return f"digest:{week_of(now)}"


def gather(session: Session, *, setup: Setup, now: datetime) -> int:
    """Make this week's digests, once its moment has come; how many. May be called at any time, any number of times.

    Whose week is used up already waits for the next one; what came after the moment does, too.
    """
    is_working_day = known_to(session)
    moment = digest_moment(now, is_working_day)
    if moment is None or now < moment or not permitted(now, is_working_day):
        return 0
    people = _people(session, setup, now)
    digests, ended = list[dict[str, Any]](), defaultdict[str, list[str]](list)
    for member_id, its in groupby(_waiting(session, moment), key=lambda row: row.member_id):
        person, items = people.get(member_id), list(its)
        if person is None or (person.why is None and person.taken):
            continue
        ended[person.why or IN_DIGEST] += [item.id for item in items]
        titles = [title for item in items if (title := _title(item))]
        if person.why is None and titles:
            digests.append(_digest(titles, member_id, person.identity_id, now))
    for reason, ids in ended.items():
        for some in _parts(ids):
            _list(session, some, reason, now)
    for rows in _parts(digests):
        session.execute(insert(Delivery), list(rows))
    return len(digests)


def _parts(rows: Sequence[Part]) -> Iterator[Sequence[Part]]:
    yield from (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def _waiting(session: Session, moment: datetime) -> Sequence[AnyRow]:
    """(id, member_id, fields, title) of what was held before the moment, person by person."""
    return session.execute(
        select(Delivery.id, Delivery.member_id, Delivery.fields, Announcement.title)
        .outerjoin(Announcement, Announcement.id == Delivery.announcement_id)
        .where(
            Delivery.state == DeliveryState.HELD,
            Delivery.created_at <= moment,
            Delivery.member_id.is_not(None),
        )
        .order_by(Delivery.member_id, Delivery.created_at, Delivery.id)
    ).all()


def _title(item: AnyRow) -> str:
    """An announcement's, or the delivery's own. None is left of what was forgotten when its reader went."""
    return str(item.title or json.loads(item.fields).get("title", ""))


def _people(session: Session, setup: Setup, now: datetime) -> dict[int, AnyRow]:
    """(member_id, identity_id, taken, why) of everybody for whom something waits. `why`: nothing reaches them.

    Put together with what waits here, not by a join: right after so many rows were made no engine guesses how
    many it would find, and PostgreSQL then reads them all once for each person.
    """
    subject = subject_of(now)
    waits = Delivery.state == DeliveryState.HELD, Delivery.member_id.is_not(None)
    taken = [
        select(Delivery.member_id).where(Delivery.subject == subject),
        budget.used(week_bounds(now), beside=subject),
    ]
    waiting = select(Delivery.member_id.label("id")).where(*waits)
    them = facts(waiting, kind=budget.DIGEST_KIND, setup=setup, now=now, taken=taken)
    gone = select(Member.id).where(Member.status.in_(GONE))
    why = case((them.c.member_id.in_(gone), LEFT), else_=listed_because(them, emergency=False))
    columns = them.c.member_id, them.c.identity_id, them.c.taken, why.label("why")
    return {row.member_id: row for row in session.execute(select(*columns))}


def _list(session: Session, ids: Sequence[str], reason: str, now: datetime) -> int:
    """By their ids: right after so many rows were made, no engine guesses well what a condition would find."""
    its = Delivery.id.in_(ids), Delivery.state == DeliveryState.HELD
    values = {"state": DeliveryState.LISTED, "reason": reason, "ended_at": now}
    return rows_changed(session, update(Delivery).where(*its).values(values))


def _digest(titles: list[str], member_id: int, identity_id: int, now: datetime) -> dict[str, Any]:
    shown = titles if len(titles) <= TITLES else [*titles[: TITLES - 1], "……"]
    return {
        "id": uuid.uuid4().hex,
        "subject": subject_of(now),
        "identity_id": identity_id,
        "member_id": member_id,
        "kind": budget.DIGEST_KIND,
        "urgency": Urgency.DIGEST,
        "fields": json.dumps({"count": str(len(titles)), "titles": "\n".join(shown)}, ensure_ascii=False),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": now,
    }
