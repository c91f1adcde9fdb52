"""Making a year's plan, publishing it, and ending it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.notices.workdays import known_to
from app.organizations.models import Organization
from app.study.library.models import StudyItem
from app.study.library.readers import readable
from app.study.plans import rules
from app.study.plans.models import Learner, PlanEntry, StudyPlan
from app.study.plans.people import keyed
from app.study.plans.rules import DayNotWorked, DayTooSoon, Entry, IsWorkingDay
from app.study.plans.states import PLAN, PlanState

MOST_ENTRIES = 100
STANDING = 1
S = PlanState


class PlanOvertaken(DomainError):
    """Somebody else changed the plan since the page was opened; nothing of theirs is overwritten."""

    code = "study_plan_overtaken"


class PlanInThisState(DomainError):
    """Ended, or published already."""

    code = "study_plan_state"


class PlanEmpty(DomainError):
    """Nothing is offered in it."""

    code = "study_plan_empty"


class PlanFull(DomainError):
    """`details["limit"]` entries: more than anybody studies in a year."""

    code = "study_plan_full"


class PlanStands(DomainError):
    """The organisation has a plan for that year and those people: it is ended first."""

    code = "study_plan_stands"


class PlanItem(DomainError):
    """Not published, or not meant for the people of this organisation."""

    code = "study_plan_item"


def make_plan(
    session: Session,
    *,
    organization: Organization,
    year: int,
    learner: Learner,
    title: str,
    by: str,
    now: datetime,
) -> StudyPlan:
    """A draft for this year or the next. Raises PlanYear, PlanTitle, PlanMarked."""
    rules.check_year(year, local_day(now))
    made = StudyPlan(
        organization_id=organization.id,
        year=year,
        learner=learner,
        title=rules.checked_title(title),
        state=S.DRAFT,
        made_by=by,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return made


def copy_plan(session: Session, *, plan: StudyPlan, by: str, now: datetime) -> StudyPlan:
    """A draft of the next year with the same entries, their days moved to working days of that year.

    What can no longer be read is named only. Raises PlanYear where that year is over, or two years ahead.
    """
    organization = session.get_one(Organization, plan.organization_id)
    year = plan.year + 1
    made = make_plan(
        session,
        organization=organization,
        year=year,
        learner=plan.learner,
        title=plan.title.replace(str(plan.year), str(year)),
        by=by,
        now=now,
    )
    works = known_to(session)
    entries = session.scalars(_entries(plan).order_by(PlanEntry.month, PlanEntry.id)).all()
    kept = _readable(session, organization, {one.item_id for one in entries if one.item_id is not None})
    session.add_all(
        PlanEntry(
            plan_id=made.id,
            month=one.month,
            slot=one.slot,
            title=one.title,
            item_id=one.item_id if one.item_id in kept else None,
            suggested_by=rules.a_year_later(one.suggested_by, month=one.month, works=works),
        )
        for one in entries
    )
    session.flush()
    return made


def rename_plan(session: Session, *, plan: StudyPlan, revision: int, title: str) -> None:
    """Raises PlanTitle, PlanMarked, PlanInThisState, PlanOvertaken."""
    _touch(session, plan, revision, title=rules.checked_title(title))


def add_entry(session: Session, *, plan: StudyPlan, revision: int, entry: Entry, now: datetime) -> PlanEntry:
    """Raises PlanFull, PlanItem, PlanInThisState, PlanOvertaken, and what a title, month or day is refused for."""
    values = _checked(session, plan, entry, None, now)
    _touch(session, plan, revision)
    number = session.scalar(select(func.count()).select_from(_entries(plan).subquery())) or 0
    if number >= MOST_ENTRIES:
        raise PlanFull(limit=MOST_ENTRIES)
    made = PlanEntry(plan_id=plan.id, **values)
    session.add(made)
    session.flush()
    return made


def change_entry(
    session: Session, *, plan: StudyPlan, revision: int, entry_id: int, entry: Entry, now: datetime
) -> PlanEntry:
    """Raises what `add_entry` raises; of a published plan, a day that stays is not asked about again."""
    kept = _entry(session, plan, entry_id)
    values = _checked(session, plan, entry, kept, now)
    _touch(session, plan, revision)
    for name, value in values.items():
        setattr(kept, name, value)
    session.flush()
    return kept


def remove_entry(session: Session, *, plan: StudyPlan, revision: int, entry_id: int) -> None:
    """Raises PlanEmpty for the last one of a published plan, PlanInThisState, PlanOvertaken."""
    _touch(session, plan, revision)
    kept = _entry(session, plan, entry_id)
    others = session.scalar(_entries(plan).where(PlanEntry.id != kept.id).limit(1))
    if plan.state is S.PUBLISHED and others is None:
        raise PlanEmpty
    session.delete(kept)
    session.flush()


def publish_plan(session: Session, *, plan: StudyPlan, revision: int, now: datetime) -> None:
    """Show exactly this revision to its people.

    Raises PlanEmpty, PlanStands, PlanInThisState, PlanOvertaken; DayTooSoon and DayNotWorked name the entries
    whose day is no longer reasonable in `details["titles"]`.
    """
    if plan.state is not S.DRAFT:
        raise PlanInThisState
    _check_days(session, plan, local_day(now))
    try:
        with session.begin_nested():
            _move(session, plan, revision, S.PUBLISHED, standing=STANDING, published_at=now)
    except IntegrityError:
        raise PlanStands from None


def end_plan(session: Session, *, plan: StudyPlan, revision: int, now: datetime) -> None:
    """Show it no more; a draft is given up. Raises PlanInThisState, PlanOvertaken."""
    _move(session, plan, revision, S.ENDED, standing=None, ended_at=now)


def _entries(plan: StudyPlan) -> Select[PlanEntry]:
    return select(PlanEntry).where(PlanEntry.plan_id == plan.id)


def _entry(session: Session, plan: StudyPlan, entry_id: int) -> PlanEntry:
    """Who removed it meanwhile has changed the plan. Raises PlanOvertaken."""
    found = session.scalar(_entries(plan).where(PlanEntry.id == entry_id)) if keyed(entry_id) else None
    if found is None:
        raise PlanOvertaken
    return found


def _checked(
    session: Session, plan: StudyPlan, entry: Entry, kept: PlanEntry | None, now: datetime
) -> dict[str, Any]:
    """The columns of the entry. A draft's day has to be reasonable on the day it is published."""
    works, today = known_to(session), local_day(now)
    title = rules.checked_title(entry.title)
    rules.check_month(entry.month)
    day = rules.day_of(entry, year=plan.year, told=today, works=works)
    rules.check_day(day, year=plan.year, month=entry.month, works=works)
    told_before = kept is not None and kept.suggested_by == day
    if plan.state is S.PUBLISHED and not told_before:
        rules.check_notice(day, told=today, works=works)
    if entry.item_id is not None and (kept is None or kept.item_id != entry.item_id):
        _check_item(session, plan, entry.item_id)
    return {
        "month": entry.month,
        "slot": entry.slot,
        "title": title,
        "item_id": entry.item_id,
        "suggested_by": day,
    }


def _check_item(session: Session, plan: StudyPlan, item_id: int) -> None:
    organization = session.get_one(Organization, plan.organization_id)
    if not (keyed(item_id) and _readable(session, organization, {item_id})):
        raise PlanItem


def _readable(session: Session, organization: Organization, item_ids: set[int]) -> frozenset[int]:
    wanted = select(StudyItem.id).where(StudyItem.id.in_(item_ids), readable(organization.path))
    return frozenset(session.scalars(wanted))


def _check_days(session: Session, plan: StudyPlan, today: date) -> None:
    entries = session.scalars(_entries(plan)).all()
    if not entries:
        raise PlanEmpty
    works = known_to(session)
    if resting := _titles(entries, lambda day: not works(day)):
        raise DayNotWorked(titles=resting)
    first = rules.earliest(today, works)
    if too_soon := _titles(entries, lambda day: day < first):
        raise DayTooSoon(titles=too_soon, earliest=first)


def _titles(entries: Sequence[PlanEntry], wrong: IsWorkingDay) -> tuple[str, ...]:
    return tuple(one.title for one in entries if wrong(one.suggested_by))


def _touch(session: Session, plan: StudyPlan, revision: int, **values: Any) -> None:
    if plan.state is S.ENDED:
        raise PlanInThisState
    _change(session, plan, revision, values)


def _move(session: Session, plan: StudyPlan, revision: int, to: PlanState, **values: Any) -> None:
    if to not in PLAN[plan.state]:
        raise PlanInThisState
    _change(session, plan, revision, {"state": to, **values})


def _change(session: Session, plan: StudyPlan, revision: int, values: Mapping[str, Any]) -> None:
    """Of two who change the same revision, the second learns of it. Raises PlanOvertaken."""
    seen = StudyPlan.id == plan.id, StudyPlan.revision == revision, StudyPlan.state == plan.state
    if not rows_changed(session, update(StudyPlan).where(*seen).values(revision=revision + 1, **values)):
        raise PlanOvertaken
    session.refresh(plan)
