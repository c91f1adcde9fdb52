"""At most two reminders to confirm, and then the branch speaks with the person (facts/domain §7.3 FR9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import Session, rows_changed
from app.members.models import GONE, Member
from app.notices.announcements.addressing import Batch, deliver, moment
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.sending import KIND, subject_of
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.timing import IsWorkingDay, reminder_moments, told_at
from app.notices.workdays import known_to
from app.organizations.models import Organization
from app.organizations.scope import Scope

REMINDER_KIND = "reminder"
MOST = 2
SENT = (AnnouncementState.SENDING, AnnouncementState.SENT)


@dataclass(frozen=True, slots=True)
class Open:
    """One person who has not confirmed, for the branch that will speak with them."""

    announcement_id: int
    title: str
    member_id: int
    name: str
    organization_id: int
    organization_name: str
    until: datetime | None


def moments(announcement: Announcement, is_working_day: IsWorkingDay) -> tuple[datetime, ...]:
    """All the reminders of an announcement that has been prepared, those of the past included."""
    sent, until = announcement.prepared_at, announcement.confirm_until
    if sent is None or until is None:
        return ()
    told = told_at(sent, is_working_day, by_digest=announcement.urgency is Urgency.DIGEST)
    return reminder_moments(told, until, is_working_day)


def awaiting(session: Session, scope: Scope | None, *, now: datetime) -> Sequence[Announcement]:
    """What may still remind: its day is ahead, and it has not reminded twice."""
    wanted = [
        Announcement.confirmation_basis != "",
        Announcement.state.in_(SENT),
        Announcement.confirm_until > now,
        Announcement.reminders < MOST,
    ]
    if scope is not None:
        wanted.append(scope.owns(Announcement.organization_id))
    found = select(Announcement).where(*wanted).order_by(Announcement.id)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def remind_due(session: Session, *, setup: Setup, now: datetime) -> int:
    """Remind those who have not confirmed, where it is time; how many deliveries. May be called at any time."""
    is_working_day = known_to(session)
    made = 0
    for announcement in awaiting(session, None, now=now):
        number = sum(one <= now for one in moments(announcement, is_working_day))
        if number > announcement.reminders and _claim(session, announcement, number):
            made += _remind(session, announcement, number, setup, now)
    return made


def _claim(session: Session, announcement: Announcement, number: int) -> bool:
    """One that was missed while nothing ran is left out, not sent beside the next."""
    mine = Announcement.id == announcement.id, Announcement.reminders == announcement.reminders
    asked = update(Announcement).where(*mine, Announcement.state.in_(SENT))
    return rows_changed(session, asked.values(reminders=number)) == 1


def _remind(session: Session, announcement: Announcement, number: int, setup: Setup, now: datetime) -> int:
    batch = Batch(
        announcement.id,
        f"{subject_of(announcement.id)}:reminder:{number}",
        REMINDER_KIND,
        Urgency.PERSONAL,
        now,
        moment(session, Urgency.PERSONAL, now),
    )
    return deliver(session, _unconfirmed(announcement.id), batch=batch, setup=setup)


def _unconfirmed(announcement_id: int) -> Select[int]:
    return (
        select(Member.id)
        .join(Delivery, Delivery.member_id == Member.id)
        .where(
            Delivery.subject == subject_of(announcement_id),
            Delivery.state != DeliveryState.WITHDRAWN,
            Member.status.not_in(GONE),
            ~_has_confirmed(announcement_id),
        )
    )


def _has_confirmed(announcement_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    said = Confirmation.announcement_id == announcement_id, Confirmation.member_id == Member.id
    return select(Confirmation.id).where(*said).correlate(Member, Announcement).exists()


def follow_up(
    session: Session,
    scope: Scope,
    *,
    now: datetime,
    announcement_id: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[Open]:
    """Who of the scope has not confirmed by the day that was asked for: nothing is sent to them any more."""
    columns = (
        Announcement.id,
        Announcement.title,
        Member.id,
        Member.name,
        Member.organization_id,
        Organization.short_name,
        Announcement.confirm_until,
    )
    rows = session.execute(
        _silent(scope, now, announcement_id)
        .with_only_columns(*columns)
        .order_by(Announcement.confirm_until.desc(), Announcement.id, Organization.path, Member.name_pinyin)
        .offset(offset)
        .limit(limit)
    )
    return [Open(*row) for row in rows]


def follow_up_count(
    session: Session, scope: Scope, *, now: datetime, announcement_id: int | None = None
) -> int:
    silent = _silent(scope, now, announcement_id)
    return session.scalar(silent.with_only_columns(func.count())) or 0


def _silent(scope: Scope, now: datetime, announcement_id: int | None) -> Select[int]:
    wanted = [
        Announcement.confirmation_basis != "",
        Announcement.state.in_(SENT),
        Announcement.confirm_until <= now,
        Delivery.kind == KIND,
        Delivery.state != DeliveryState.WITHDRAWN,
        Member.status.not_in(GONE),
        scope.organizations(),
        ~_has_confirmed(Announcement.id),
    ]
    if announcement_id is not None:
        wanted.append(Announcement.id == announcement_id)
    return (
        select(Member.id)
        .join(Delivery, Delivery.member_id == Member.id)
        .join(Announcement, Announcement.id == Delivery.announcement_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(*wanted)
    )
