"""What will be sent in the days ahead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from app.core.db import Session
from app.members.models import GONE, Member
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.queries import scheduled
from app.notices.announcements.reminders import awaiting, moments
from app.notices.announcements.sending import KIND
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.notices.timing import IsWorkingDay, next_digest, next_permitted
from app.notices.workdays import known_to
from app.organizations.models import Organization
from app.organizations.scope import Scope

WEEK = 7


@dataclass(frozen=True, slots=True)
class Planned:
    """`number`: of people, where that is known already. `waiting`: prepared, and held up by quiet hours or a pause."""

    kind: Literal["announcement", "waiting", "digest", "reminder"]
    at: datetime
    announcement_id: int | None = None
    title: str = ""
    organization_name: str = ""
    number: int | None = None


def upcoming(session: Session, scope: Scope, *, now: datetime, days: int = WEEK) -> list[Planned]:
    """In the order of time; six statements, and one for each day whose work is asked for."""
    until, is_working_day = now + timedelta(days=days), known_to(session)
    names = _names(session, scope)
    found = [
        *_scheduled(session, scope, now, until, names, is_working_day),
        *_waiting(session, scope, now, until),
        *_digest(session, scope, now, until, is_working_day),
        *_reminders(session, scope, now, until, names, is_working_day),
    ]
    return sorted(found, key=lambda one: (one.at, one.kind, one.announcement_id or 0))


def _names(session: Session, scope: Scope) -> dict[int, str]:
    found = session.execute(select(Organization.id, Organization.short_name).where(scope.organizations()))
    return {row.id: row.short_name for row in found}


def _scheduled(
    session: Session,
    scope: Scope,
    now: datetime,
    until: datetime,
    names: dict[int, str],
    is_working_day: IsWorkingDay,
) -> list[Planned]:
    return [
        Planned(
            kind="announcement",
            at=_push_at(one, now, is_working_day),
            announcement_id=one.id,
            title=one.title,
            organization_name=names[one.organization_id],
        )
        for one in scheduled(session, scope, until=until)
    ]


def _push_at(announcement: Announcement, now: datetime, is_working_day: IsWorkingDay) -> datetime:
    """When its people get it: a digest's part is put into their lists at once, and pushed later."""
    at = max(announcement.send_at or now, now)
    quiet = announcement.urgency is Urgency.OWN_PUSH
    return next_permitted(at, is_working_day) if quiet else at


def _waiting(session: Session, scope: Scope, now: datetime, until: datetime) -> list[Planned]:
    rows = session.execute(
        select(
            func.min(Delivery.not_before).label("at"),
            Announcement.id,
            Announcement.title,
            Organization.short_name,
            func.count().label("number"),
        )
        .join(Announcement, Announcement.id == Delivery.announcement_id)
        .join(Organization, Organization.id == Announcement.organization_id)
        .where(
            scope.organizations(),
            Delivery.state == DeliveryState.QUEUED,
            Delivery.not_before > now,
            Delivery.not_before <= until,
        )
        .group_by(Announcement.id, Announcement.title, Organization.short_name)
    )
    return [Planned("waiting", row.at, row.id, row.title, row.short_name, row.number) for row in rows]


def _digest(
    session: Session, scope: Scope, now: datetime, until: datetime, is_working_day: IsWorkingDay
) -> list[Planned]:
    at = next_digest(now, is_working_day)
    if at is None or at > until:
        return []
    number = session.scalar(
        select(func.count(Delivery.member_id.distinct()))
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.state == DeliveryState.HELD, scope.owns(Member.organization_id))
    )
    return [Planned("digest", at, number=number or 0)]


def _reminders(
    session: Session,
    scope: Scope,
    now: datetime,
    until: datetime,
    names: dict[int, str],
    is_working_day: IsWorkingDay,
) -> list[Planned]:
    open_ones = awaiting(session, scope, now=now)
    numbers = _unconfirmed(session, [one.id for one in open_ones])
    return [
        Planned(
            kind="reminder",
            at=at,
            announcement_id=one.id,
            title=one.title,
            organization_name=names[one.organization_id],
            number=numbers.get(one.id, 0),
        )
        for one in open_ones
        for at in moments(one, is_working_day)
        if now < at <= until
    ]


def _unconfirmed(session: Session, announcement_ids: list[int]) -> dict[int, int]:
    """How many have not said 已知晓, as it stands now."""
    said = (
        select(Confirmation.id)
        .where(
            Confirmation.announcement_id == Delivery.announcement_id,
            Confirmation.member_id == Delivery.member_id,
        )
        .exists()
    )
    rows = session.execute(
        select(Delivery.announcement_id, func.count().label("number"))
        .join(Member, Member.id == Delivery.member_id)
        .where(
            Delivery.announcement_id.in_(announcement_ids),
            Delivery.kind == KIND,
            Delivery.state != DeliveryState.WITHDRAWN,
            Member.status.not_in(GONE),
            ~said,
        )
        .group_by(Delivery.announcement_id)
    )
    return {row.announcement_id: row.number for row in rows}
