"""What became of an announcement, in numbers and person by person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.core.db import AnyRow, Session
from app.members.models import Member
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.sending import KIND, subject_of
from app.notices.models import Channel, Delivery, DeliveryAttempt
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from app.organizations.scope import Scope


@dataclass(frozen=True, slots=True)
class Result:
    """One person. `confirmed` is None where nobody is asked; there is nothing else to know of a reader."""

    delivery_id: str
    member_id: int
    name: str
    organization_name: str
    state: DeliveryState
    reason: str | None
    channel: Channel | None
    attempts: int
    at: datetime
    confirmed: bool | None
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class OrganizationResult:
    organization_id: int
    name: str
    counts: dict[DeliveryState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Confirmed:
    asked: int
    confirmed: int


def progress(session: Session, announcement_id: int) -> dict[DeliveryState, int]:
    """How many deliveries are in each state, every state named."""
    return progress_of(session, [announcement_id])[announcement_id]


def progress_of(session: Session, announcement_ids: Collection[int]) -> dict[int, dict[DeliveryState, int]]:
    """The same for a whole list, in one statement."""
    found = {one: dict.fromkeys(DeliveryState, 0) for one in announcement_ids}
    rows = session.execute(
        select(Delivery.announcement_id, Delivery.state, func.count())
        .where(Delivery.announcement_id.in_(announcement_ids), Delivery.kind == KIND)
        .group_by(Delivery.announcement_id, Delivery.state)
    )
    for announcement_id, state, number in rows:
        if announcement_id is not None:
            found[announcement_id][state] = number
    return found


def reasons(session: Session, scope: Scope, announcement_id: int) -> Sequence[AnyRow]:
    """(state, reason, number) of the scope's people, the most frequent first."""
    number = func.count().label("number")
    return session.execute(
        _people(scope, announcement_id)
        .with_only_columns(Delivery.state, Delivery.reason, number)
        .group_by(Delivery.state, Delivery.reason)
        .order_by(number.desc(), Delivery.state, Delivery.reason)
    ).all()


def by_organization(session: Session, scope: Scope, announcement_id: int) -> list[OrganizationResult]:
    """Where the people belong, in the order of the tree."""
    rows = session.execute(
        _people(scope, announcement_id)
        .with_only_columns(
            Organization.id, Organization.short_name, Delivery.state, func.count().label("number")
        )
        .group_by(Organization.id, Organization.short_name, Organization.path, Delivery.state)
        .order_by(Organization.path)
    )
    found: dict[int, OrganizationResult] = {}
    for row in rows:
        fresh = OrganizationResult(row.id, row.short_name, dict.fromkeys(DeliveryState, 0))
        found.setdefault(row.id, fresh).counts[row.state] = row.number
    return list(found.values())


def people(
    session: Session,
    scope: Scope,
    announcement_id: int,
    *,
    state: DeliveryState | None = None,
    reason: str | None = None,
    organization_path: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[Result]:
    """One statement, whatever number of people; by organisation and name."""
    said = and_(Confirmation.announcement_id == announcement_id, Confirmation.member_id == Delivery.member_id)
    rows = session.execute(
        _people(scope, announcement_id, state, reason, organization_path)
        .join(Announcement, Announcement.id == Delivery.announcement_id)
        .outerjoin(Confirmation, said)
        .with_only_columns(
            Delivery.id,
            Member.id.label("member_id"),
            Member.name,
            Organization.short_name,
            Delivery.state,
            Delivery.reason,
            Delivery.channel,
            Delivery.attempts,
            func.coalesce(Delivery.ended_at, Delivery.created_at).label("at"),
            Announcement.confirmation_basis,
            Confirmation.confirmed_at,
            Confirmation.recorded_by,
        )
        .order_by(Organization.path, Member.name_pinyin, Member.id)
        .offset(offset)
        .limit(limit)
    )
    return [_result(row) for row in rows]


def total(
    session: Session,
    scope: Scope,
    announcement_id: int,
    *,
    state: DeliveryState | None = None,
    reason: str | None = None,
    organization_path: str | None = None,
) -> int:
    these = _people(scope, announcement_id, state, reason, organization_path)
    return session.scalar(these.with_only_columns(func.count())) or 0


def _people(
    scope: Scope,
    announcement_id: int,
    state: DeliveryState | None = None,
    reason: str | None = None,
    organization_path: str | None = None,
) -> Select[str]:
    """The deliveries to people of the scope. Reminders are no results of their own."""
    wanted: list[ColumnElement[bool]] = [
        Delivery.subject == subject_of(announcement_id),
        scope.organizations(),
    ]
    if state is not None:
        wanted.append(Delivery.state == state)
    if reason is not None:
        wanted.append(Delivery.reason == reason)
    if organization_path is not None:
        wanted.append(Organization.path.startswith(organization_path, autoescape=True))
    return (
        select(Delivery.id)
        .join(Member, Member.id == Delivery.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(*wanted)
    )


def _result(row: AnyRow) -> Result:
    asked = bool(row.confirmation_basis)
    return Result(
        delivery_id=row.id,
        member_id=row.member_id,
        name=row.name,
        organization_name=row.short_name,
        state=row.state,
        reason=row.reason,
        channel=row.channel,
        attempts=row.attempts,
        at=row.at,
        confirmed=row.confirmed_at is not None if asked else None,
        recorded_by=row.recorded_by,
    )


def attempts(session: Session, delivery_id: str) -> Sequence[DeliveryAttempt]:
    """Every try for one person, in order; a repeated sending keeps those before it."""
    mine = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id)
    return session.scalars(mine.order_by(DeliveryAttempt.id)).all()


def confirmations(session: Session, scope: Scope, announcement_id: int) -> Confirmed:
    """How many of the scope's people are asked, and have said 已知晓."""
    said = and_(Confirmation.announcement_id == announcement_id, Confirmation.member_id == Delivery.member_id)
    row = session.execute(
        _people(scope, announcement_id)
        .outerjoin(Confirmation, said)
        .where(Delivery.state != DeliveryState.WITHDRAWN)
        .with_only_columns(func.count().label("asked"), func.count(Confirmation.id).label("confirmed"))
    ).one()
    return Confirmed(row.asked, row.confirmed)
