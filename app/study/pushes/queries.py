"""Reading pushes: what waits and what was sent, for the writers; 今日学习, for the member."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select

from app.core.db import AnyRow, Session
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.study.library.models import ItemKind, StudyItem, StudyVersion
from app.study.library.readers import readable
from app.study.plans import queries as plans
from app.study.plans.choices import chosen
from app.study.plans.models import Slot
from app.study.plans.people import keyed
from app.study.pushes.models import StudyPush
from app.study.pushes.service import subject_of
from app.study.pushes.states import PushState

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class ListedPush:
    """`title`: of the version that readers see; empty once the item was withdrawn."""

    push: StudyPush
    title: str
    organization_name: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to study today. `slot`: it is this month's; `chosen`: it is in a column the member wants to see."""

    item_id: int
    title: str
    kind: ItemKind
    published_at: datetime
    slot: Slot | None
    chosen: bool


def pushes(
    session: Session,
    scope: Scope,
    *,
    state: PushState | None = None,
    offset: int = 0,
    limit: int = MOST,
) -> list[ListedPush]:
    """The latest first; one statement."""
    title = func.coalesce(StudyVersion.title, "")
    wanted = (
        select(StudyPush, title, Organization.short_name)
        .join(Organization, Organization.id == StudyPush.organization_id)
        .outerjoin(StudyVersion, StudyVersion.published_item_id == StudyPush.item_id)
        .where(scope.organizations())
        .order_by(StudyPush.send_at.desc(), StudyPush.id.desc())
    )
    if state is not None:
        wanted = wanted.where(StudyPush.state == state)
    return [ListedPush(*row) for row in session.execute(wanted.offset(offset).limit(limit))]


def push_for_staff(session: Session, scope: Scope, push_id: int) -> StudyPush | None:
    """None for another's push."""
    if not keyed(push_id):
        return None
    own = StudyPush.id == push_id, scope.owns(StudyPush.organization_id)
    return session.scalar(select(StudyPush).where(*own))


def progress(session: Session, push: StudyPush) -> dict[DeliveryState, int]:
    """How many deliveries stand how: of the sending alone. Whether anybody opened the item is not known."""
    its = Delivery.subject == subject_of(push.item_id, push.id)
    rows = session.execute(
        select(Delivery.state, func.count().label("number")).where(its).group_by(Delivery.state)
    )
    return dict.fromkeys(DeliveryState, 0) | {row.state: row.number for row in rows}


def today(session: Session, *, path: str, member_id: int, now: datetime, limit: int) -> list[Offered]:
    """This month's rhythm, then the newest of the chosen columns, then the newest of all; each item once.

    The same for somebody who has read it all: what was read is not known. At most 50. Raises NotHere.
    """
    most = max(0, min(limit, MOST))
    month: dict[int, Slot] = {}
    for line in plans.rhythm(session, member_id=member_id, now=now):
        if line.item_id is not None:
            month.setdefault(line.item_id, line.slot)
    columns = [one.id for one in chosen(session, member_id=member_id)]
    found = {row.id: row for row in _readable(session, path, month, columns, len(month) + most)}
    first = [one for one in month if one in found]
    rest = [one for one in found if one not in month]
    return [_offered(found[one], month.get(one)) for one in [*first, *rest][:most]]


def _readable(
    session: Session, path: str, item_ids: Collection[int], columns: Collection[int], limit: int
) -> Sequence[AnyRow]:
    """(id, title, kind, published_at, mine), these items first, then what is in these columns."""
    mine = case((StudyItem.column_id.in_(columns), 1), else_=0)
    named = case((StudyItem.id.in_(item_ids), 1), else_=0)
    return session.execute(
        select(StudyItem.id, StudyVersion.title, StudyItem.kind, StudyItem.published_at, mine.label("mine"))
        .join(StudyVersion, StudyVersion.published_item_id == StudyItem.id)
        .where(readable(path))
        .order_by(named.desc(), mine.desc(), StudyItem.published_at.desc(), StudyItem.id.desc())
        .limit(limit)
    ).all()


def _offered(row: AnyRow, slot: Slot | None) -> Offered:
    return Offered(row.id, row.title, row.kind, row.published_at, slot, bool(row.mine))
