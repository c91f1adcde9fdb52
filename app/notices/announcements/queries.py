"""Reading announcements for the console: always within the reader's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import defer

from app.core.db import Session
from app.members.models import Member
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery
from app.organizations.models import Organization
from app.organizations.scope import Scope


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; the announcement comes without its body."""

    announcement: Announcement
    organization_name: str


def by_id(session: Session, scope: Scope, announcement_id: int) -> Announcement | None:
    """None also for one of somebody else: the reader must not learn that it exists."""
    own = Announcement.id == announcement_id, scope.owns(Announcement.organization_id)
    return session.scalar(select(Announcement).where(*own))


def addressed(session: Session, scope: Scope, announcement_id: int) -> Announcement | None:
    """One that went to somebody of the scope, also where it was written above: for the branch's own lists."""
    line = or_(scope.owns(Announcement.organization_id), _written_above(scope))
    its = Announcement.id == announcement_id, line, _went_to(scope)
    return session.scalar(select(Announcement).where(*its))


def received(session: Session, scope: Scope, *, offset: int = 0, limit: int = 20) -> list[Listed]:
    """What was written above and went to people of the scope, the latest first: their branch tells the rest."""
    rows = session.execute(
        select(Announcement, Organization.short_name)
        .join(Organization, Organization.id == Announcement.organization_id)
        .where(*_from_above(scope))
        .options(defer(Announcement.body), defer(Announcement.audience))
        .order_by(Announcement.prepared_at.desc(), Announcement.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def received_count(session: Session, scope: Scope) -> int:
    above = select(func.count()).select_from(Announcement).where(*_from_above(scope))
    return session.scalar(above) or 0


def _from_above(scope: Scope) -> list[ColumnElement[bool]]:
    return [
        Announcement.state.in_((AnnouncementState.SENDING, AnnouncementState.SENT)),
        ~scope.owns(Announcement.organization_id),
        _written_above(scope),
        _went_to(scope),
    ]


def _written_above(scope: Scope) -> ColumnElement[bool]:
    """By an organisation over the scope: who moves here brings no announcement of the branch they left."""
    ids = {int(part) for root in scope.roots for part in root.strip("/").split("/")}
    return Announcement.organization_id.in_(sorted(ids))


def _went_to(scope: Scope) -> ColumnElement[bool]:
    theirs = (
        select(Delivery.id)
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.announcement_id == Announcement.id, scope.owns(Member.organization_id))
    )
    return theirs.correlate(Announcement).exists()


def listing(
    session: Session,
    scope: Scope,
    *,
    state: AnnouncementState | None = None,
    text: str = "",
    offset: int = 0,
    limit: int = 20,
) -> list[Listed]:
    """The latest first. `text`: part of the title."""
    rows = session.execute(
        select(Announcement, Organization.short_name)
        .join(Organization, Organization.id == Announcement.organization_id)
        .where(*_wanted(scope, state, text))
        .options(defer(Announcement.body), defer(Announcement.audience))
        .order_by(Announcement.created_at.desc(), Announcement.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def count(session: Session, scope: Scope, *, state: AnnouncementState | None = None, text: str = "") -> int:
    wanted = _wanted(scope, state, text)
    return session.scalar(select(func.count()).select_from(Announcement).where(*wanted)) or 0


def in_review_count(session: Session, scope: Scope) -> int:
    return count(session, scope, state=AnnouncementState.IN_REVIEW)


def _wanted(scope: Scope, state: AnnouncementState | None, text: str = "") -> list[ColumnElement[bool]]:
    wanted = [scope.owns(Announcement.organization_id)]
    if state is not None:
        wanted.append(Announcement.state == state)
    if text:
        wanted.append(Announcement.title.contains(text, autoescape=True))
    return wanted


def scheduled(session: Session, scope: Scope, *, until: datetime) -> Sequence[Announcement]:
    """What is approved and goes out by then, the earliest first."""
    waiting = Announcement.state == AnnouncementState.SCHEDULED, Announcement.send_at <= until
    return session.scalars(
        select(Announcement)
        .where(*waiting, scope.owns(Announcement.organization_id))
        .order_by(Announcement.send_at, Announcement.id)
    ).all()
