"""Making a recurring plan, leaving a date out, and announcing one of its meetings."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import service
from app.meetings.models import Meeting, MeetingKind
from app.meetings.plans import rules
from app.meetings.plans.models import Plan, Skip
from app.meetings.plans.rules import Recurrence
from app.notices.timing import IsWorkingDay
from app.organizations.models import Organization

MINUTES_OF_DAY = 24 * 60
LENGTHS = {"title": 100, "place": 100, "chair": 50, "recorder": 50, "agenda": 2000}
LONGEST_REASON = 200


class PlanWrong(DomainError):
    """`details["field"]`: the first thing that is wrong; one of `make`'s own words."""

    code = "plan_wrong"


class PlanEnded(DomainError):
    code = "plan_ended"


class NotPlanned(DomainError):
    """The plan has no such date."""

    code = "not_planned"


class PlannedDayPast(DomainError):
    """That meeting would be over by now: what was held is entered late, what was not is left out."""

    code = "planned_day_past"


class PlannedDaySkipped(DomainError):
    code = "planned_day_skipped"


class SkipReasonWrong(DomainError):
    """There is none, or it is longer than 200 characters."""

    code = "skip_reason_wrong"


class AlreadyAnnounced(DomainError):
    code = "already_announced"


def make(
    session: Session,
    *,
    organization: Organization,
    kind: MeetingKind,
    title: str,
    place: str,
    chair: str,
    recorder: str,
    agenda: str,
    rule: Recurrence,
    starts_minute: int,
    minutes: int,
    begins_on: date,
    ends_on: date | None,
    by: str,
    now: datetime,
) -> Plan:
    """`starts_minute`: after midnight in China. Raises PlanWrong."""
    plan = Plan(
        organization_id=organization.id,
        kind=kind,
        title=title.strip(),
        place=place.strip(),
        chair=chair.strip(),
        recorder=recorder.strip(),
        agenda=agenda.strip(),
        frequency=rule.frequency,
        month=rule.month,
        month_day=rule.month_day,
        nth=rule.nth,
        weekday=rule.weekday,
        starts_minute=starts_minute,
        minutes=minutes,
        begins_on=begins_on,
        ends_on=ends_on,
        created_by=by,
        created_at=now,
    )
    if field := _wrong(plan):
        raise PlanWrong(field=field)
    session.add(plan)
    session.flush()
    return plan


def _wrong(plan: Plan) -> str | None:
    if not plan.title:
        return "title"
    for field, longest in LENGTHS.items():
        if len(getattr(plan, field)) > longest:
            return field
    if not rules.sound(rules.recurrence(plan)):
        return "rule"
    return _wrong_times(plan)


def _wrong_times(plan: Plan) -> str | None:
    if not 0 <= plan.starts_minute < MINUTES_OF_DAY:
        return "starts_minute"
    if not 0 < plan.minutes <= service.LONGEST // timedelta(minutes=1):
        return "minutes"
    return "ends_on" if plan.ends_on and plan.ends_on < plan.begins_on else None


def end(session: Session, *, plan: Plan, now: datetime) -> None:
    """Nothing further is planned; what was announced stays. Idempotent."""
    plan.ended_at = plan.ended_at or now
    session.flush()


def skip(session: Session, *, plan: Plan, planned_on: date, reason: str, by: str, now: datetime) -> None:
    """Leave one date out; said twice, the first reason stays.

    Raises SkipReasonWrong, NotPlanned, AlreadyAnnounced.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise SkipReasonWrong
    if not rules.has(plan, planned_on):
        raise NotPlanned
    if _announced(session, plan, planned_on):
        raise AlreadyAnnounced
    left_out = Skip(
        plan_id=plan.id, planned_on=planned_on, reason=reason.strip(), skipped_by=by, skipped_at=now
    )
    with suppress(IntegrityError), session.begin_nested():
        session.add(left_out)


def unskip(session: Session, *, plan: Plan, planned_on: date) -> None:
    """Idempotent."""
    session.execute(delete(Skip).where(Skip.plan_id == plan.id, Skip.planned_on == planned_on))


def announce_planned(
    session: Session,
    *,
    plan: Plan,
    planned_on: date,
    works: IsWorkingDay,
    by: str,
    now: datetime,
    only: Sequence[int] | None = None,
) -> Meeting:
    """Announce the meeting of that date of the plan, once; `only` as in announcing by hand.

    Raises PlanEnded, NotPlanned, PlannedDaySkipped, PlannedDayPast, AlreadyAnnounced, and what announcing raises.
    """
    starts_at, ends_at = rules.times(plan, rules.held_on(planned_on, works))
    _must_be_open(session, plan, planned_on, ends_at, now)
    try:
        with session.begin_nested():
            return service.announce(
                session,
                organization=session.get_one(Organization, plan.organization_id),
                kind=plan.kind,
                title=plan.title,
                place=plan.place,
                starts_at=starts_at,
                ends_at=ends_at,
                by=by,
                now=now,
                only=only,
                chair=plan.chair,
                recorder=plan.recorder,
                agenda=plan.agenda,
                plan_id=plan.id,
                planned_on=planned_on,
            )
    except IntegrityError as error:
        if _announced(session, plan, planned_on):
            raise AlreadyAnnounced from error
        raise


def _must_be_open(session: Session, plan: Plan, planned_on: date, ends_at: datetime, now: datetime) -> None:
    if plan.ended_at is not None:
        raise PlanEnded
    if not rules.has(plan, planned_on):
        raise NotPlanned
    left_out = select(Skip.id).where(Skip.plan_id == plan.id, Skip.planned_on == planned_on)
    if session.scalar(left_out) is not None:
        raise PlannedDaySkipped
    if ends_at <= now:
        raise PlannedDayPast


def _announced(session: Session, plan: Plan, planned_on: date) -> bool:
    own = select(Meeting.id).where(Meeting.plan_id == plan.id, Meeting.planned_on == planned_on)
    return session.scalar(own) is not None
