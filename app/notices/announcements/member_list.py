"""A person's own list of notices: everything that was meant for them, whatever a push could do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from app.core.db import AnyRow, Driver, Session
from app.core.prepared import Prepared
from app.notices.announcements.models import Announcement, Attachment, Confirmation
from app.notices.announcements.sending import KIND, subject_of
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.organizations.models import Organization

UNLISTED = ("reminder", "digest", "late_reply", "meeting_reminder")
"""What only points to something else in the list, or was said in the chat."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line. A withdrawn announcement has no title; `asks`: 已知晓 is wanted of the reader."""

    delivery_id: str
    announcement_id: int | None
    kind: str
    title: str
    organization_name: str
    at: datetime
    urgency: Urgency
    withdrawn: bool
    asks: bool
    confirmed_at: datetime | None
    confirm_until: datetime | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """One announcement as its reader may see it; of a withdrawn one only that it was."""

    announcement_id: int
    title: str
    organization_name: str
    body: str
    at: datetime
    withdrawn: bool
    asks: bool
    confirmation_basis: str
    confirm_until: datetime | None
    confirmed_at: datetime | None
    attachments: Sequence[Attachment] = field(default=())


def of_member(session: Session, member_id: int, *, offset: int = 0, limit: int = 20) -> list[Item]:
    """The latest first; one statement."""
    latest = _of(member_id).order_by(Delivery.created_at.desc(), Delivery.id.desc())
    return [_item(row) for row in session.execute(latest.offset(offset).limit(limit))]


def newest(driver: Driver, member_id: int, *, limit: int) -> list[Item]:
    """The beginning of the same list, for the chat's quick answers."""
    return [_item(row) for row in _NEWEST.all(driver, member_id=member_id, limit=limit)]


def count_of_member(session: Session, member_id: int) -> int:
    return session.scalar(_of(member_id).with_only_columns(func.count())) or 0


def open_items(session: Session, member_id: int) -> list[Item]:
    """What asks the reader for 已知晓 and has not got it yet, the nearest day first."""
    asked = (
        Announcement.confirmation_basis != "",
        Announcement.state != AnnouncementState.WITHDRAWN,
        Confirmation.id.is_(None),
    )
    rows = session.execute(_of(member_id).where(*asked).order_by(Announcement.confirm_until, Announcement.id))
    return [_item(row) for row in rows]


def one_of_member(session: Session, member_id: int, announcement_id: int) -> Opened | None:
    """None for one that was not meant for this person. Two statements."""
    row = session.execute(
        _of(member_id)
        .where(Delivery.subject == subject_of(announcement_id))
        .add_columns(Announcement.body, Announcement.confirmation_basis)
    ).one_or_none()
    if row is None:
        return None
    withdrawn = row.announcement_state is AnnouncementState.WITHDRAWN
    files = select(Attachment).where(Attachment.announcement_id == announcement_id).order_by(Attachment.id)
    return Opened(
        announcement_id=announcement_id,
        title="" if withdrawn else row.title,
        organization_name=row.short_name,
        body="" if withdrawn else row.body,
        at=row.created_at,
        withdrawn=withdrawn,
        asks=bool(row.asks) and not withdrawn,
        confirmation_basis="" if withdrawn else row.confirmation_basis,
        confirm_until=row.confirm_until,
        confirmed_at=row.confirmed_at,
        attachments=() if withdrawn else session.scalars(files).all(),
    )


def _of(member_id: int | ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    said = and_(Confirmation.announcement_id == Delivery.announcement_id, Confirmation.member_id == member_id)
    own = Delivery.announcement_id.is_(None) & (Delivery.state != DeliveryState.WITHDRAWN)
    main = or_(own, Delivery.kind == KIND)
    return (
        select(
            Delivery.id,
            Delivery.announcement_id,
            Delivery.kind,
            Delivery.created_at,
            Delivery.urgency,
            Delivery.fields,
            Announcement.title,
            Announcement.state.label("announcement_state"),
            (Announcement.confirmation_basis != "").label("asks"),
            Announcement.confirm_until,
            Organization.short_name,
            Confirmation.confirmed_at,
        )
        .select_from(Delivery)
        .outerjoin(Announcement, Announcement.id == Delivery.announcement_id)
        .outerjoin(Organization, Organization.id == Announcement.organization_id)
        .outerjoin(Confirmation, said)
        .where(Delivery.member_id == member_id, *(Delivery.kind != kind for kind in UNLISTED), main)
    )


def _item(row: AnyRow) -> Item:
    withdrawn = row.announcement_state is AnnouncementState.WITHDRAWN
    return Item(
        delivery_id=row.id,
        announcement_id=row.announcement_id,
        kind=row.kind,
        title="" if withdrawn else row.title or "",
        organization_name=row.short_name or "",
        at=row.created_at,
        urgency=row.urgency,
        withdrawn=withdrawn,
        asks=bool(row.asks) and not withdrawn,
        confirmed_at=row.confirmed_at,
        confirm_until=row.confirm_until,
        fields=json.loads(row.fields),
    )


_NEWEST = Prepared(
    _of(bindparam("member_id"))
    .order_by(Delivery.created_at.desc(), Delivery.id.desc())
    .limit(bindparam("limit"))
)
