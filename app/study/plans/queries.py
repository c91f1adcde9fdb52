"""Reading plans: a member's own ones, this month's rhythm, and what the planners see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from app.core.clock import local_day
from app.core.db import AnyRow, Session
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.study.library.models import StudyItem
from app.study.library.readers import readable
from app.study.plans.models import Learner, PlanEntry, Slot, StudyPlan
from app.study.plans.people import keyed, learner_kinds, place_of
from app.study.plans.states import PlanState

OWN_ORDER = (Learner.PROBATIONARY, Learner.LEADER, Learner.EVERYBODY)
"""What is for few is named before what is for all."""
SLOTS = tuple(Slot)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as its reader sees it. `item_id` empty: nothing to open yet, or not for this reader."""

    month: int
    slot: Slot
    title: str
    item_id: int | None
    suggested_by: date


@dataclass(frozen=True, slots=True)
class OwnPlan:
    plan_id: int
    title: str
    learner: Learner
    organization_name: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class ListedPlan:
    plan: StudyPlan
    organization_name: str


def for_member(session: Session, *, member_id: int, year: int, now: datetime) -> list[OwnPlan]:
    """The nearest standing plan upwards for everybody, and that for what the member is beside.

    Nothing says what was studied of it: nobody knows. Raises NotHere.
    """
    path = place_of(session, member_id).path
    plans = _nearest(session, path, learner_kinds(session, member_id, now=now), year)
    lines = _lines(session, path, [one.id for one in plans])
    return [OwnPlan(one.id, one.title, one.learner, one.short_name, lines.get(one.id, ())) for one in plans]


def rhythm(session: Session, *, member_id: int, now: datetime) -> list[Line]:
    """What this month offers in China's time: a course, a film, a case, a reading, in that order. Raises NotHere."""
    today = local_day(now)
    plans = for_member(session, member_id=member_id, year=today.year, now=now)
    lines = (line for plan in plans for line in plan.lines if line.month == today.month)
    return sorted(lines, key=lambda line: SLOTS.index(line.slot))


def plans(session: Session, scope: Scope, *, year: int | None = None) -> list[ListedPlan]:
    """Those of the scope, the latest year first, what stands before drafts and ended ones; one statement."""
    wanted = (
        select(StudyPlan, Organization.short_name)
        .join(Organization, Organization.id == StudyPlan.organization_id)
        .where(scope.organizations())
    )
    if year is not None:
        if not keyed(year):
            return []
        wanted = wanted.where(StudyPlan.year == year)
    rows = [ListedPlan(plan, name) for plan, name in session.execute(wanted.order_by(StudyPlan.id))]
    order = (PlanState.PUBLISHED, PlanState.DRAFT, PlanState.ENDED)
    return sorted(rows, key=lambda one: (-one.plan.year, order.index(one.plan.state), one.plan.id))


def plan_for_staff(session: Session, scope: Scope, plan_id: int) -> StudyPlan | None:
    """None for another's plan."""
    if not keyed(plan_id):
        return None
    own = StudyPlan.id == plan_id, scope.owns(StudyPlan.organization_id)
    return session.scalar(select(StudyPlan).where(*own))


def entries(session: Session, plan: StudyPlan) -> Sequence[PlanEntry]:
    """In the order of the year."""
    found = session.scalars(select(PlanEntry).where(PlanEntry.plan_id == plan.id)).all()
    return sorted(found, key=lambda one: (one.month, SLOTS.index(one.slot), one.id))


def _nearest(session: Session, path: str, kinds: Collection[Learner], year: int) -> list[AnyRow]:
    """(id, title, learner, short_name), one for each kind of learner that has a plan."""
    if not keyed(year):
        return []
    above = [int(part) for part in path.strip("/").split("/")]
    standing = (
        StudyPlan.organization_id.in_(above),
        StudyPlan.learner.in_(kinds),
        StudyPlan.year == year,
        StudyPlan.state == PlanState.PUBLISHED,
    )
    columns = StudyPlan.id, StudyPlan.title, StudyPlan.learner, Organization.short_name, Organization.id
    rows = session.execute(
        select(*columns[:-1], columns[-1].label("organization_id"))
        .join(Organization, Organization.id == StudyPlan.organization_id)
        .where(*standing)
    ).all()
    nearest = {row.learner: row for row in sorted(rows, key=lambda row: above.index(row.organization_id))}
    return [nearest[one] for one in OWN_ORDER if one in nearest]


def _lines(session: Session, path: str, plan_ids: Collection[int]) -> dict[int, list[Line]]:
    if not plan_ids:
        return {}
    rows = session.execute(
        select(
            PlanEntry.plan_id,
            PlanEntry.month,
            PlanEntry.slot,
            PlanEntry.title,
            StudyItem.id.label("item_id"),
            PlanEntry.suggested_by,
        )
        .outerjoin(StudyItem, and_(StudyItem.id == PlanEntry.item_id, readable(path)))
        .where(PlanEntry.plan_id.in_(plan_ids))
        .order_by(PlanEntry.month, PlanEntry.id)
    )
    found: dict[int, list[Line]] = {}
    for row in sorted(rows, key=lambda row: (row.month, SLOTS.index(row.slot))):
        line = Line(row.month, row.slot, row.title, row.item_id, row.suggested_by)
        found.setdefault(row.plan_id, []).append(line)
    return found
