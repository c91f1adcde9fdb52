"""Files beside an announcement."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from app.core import uploads
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.notices.announcements import queries, service
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.sending import subject_of
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery
from app.organizations.scope import Scope

MOST = 5


class AttachmentTooMany(DomainError):
    code = "attachment_too_many"


def add(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    name: str,
    content: bytes,
    author: str,
    author_name: str,
) -> Attachment:
    """Keep a file; what was approved is a draft again.

    Raises AttachmentTooMany, and a DomainError of `uploads.checked` or of `service.reopen`.
    """
    file = Attachment(announcement_id=announcement.id, **uploads.checked(name, content).columns())
    service.reopen(
        session, announcement=announcement, revision=revision, author=author, author_name=author_name
    )
    kept = select(func.count()).where(Attachment.announcement_id == announcement.id)
    if (session.scalar(kept) or 0) >= MOST:
        raise AttachmentTooMany(limit=MOST)
    session.add(file)
    session.flush()
    return file


def remove(
    session: Session,
    *,
    announcement: Announcement,
    revision: int,
    attachment_id: int,
    author: str,
    author_name: str,
) -> bool:
    """Whether there was such a file; if so, what was approved is a draft again."""
    mine = Attachment.id == attachment_id, Attachment.announcement_id == announcement.id
    if session.scalar(select(Attachment.id).where(*mine)) is None:
        return False
    service.reopen(
        session, announcement=announcement, revision=revision, author=author, author_name=author_name
    )
    return rows_changed(session, delete(Attachment).where(*mine)) == 1


def of(session: Session, announcement_id: int) -> Sequence[Attachment]:
    """Names and sizes; the contents are not loaded."""
    its = select(Attachment).where(Attachment.announcement_id == announcement_id)
    return session.scalars(its.order_by(Attachment.id)).all()


def by_id(session: Session, scope: Scope, announcement_id: int, attachment_id: int) -> Attachment | None:
    """With its content, for a reader of the console."""
    return session.scalar(
        select(Attachment)
        .join(Announcement, Announcement.id == Attachment.announcement_id)
        .where(
            Attachment.id == attachment_id,
            Attachment.announcement_id == announcement_id,
            scope.owns(Announcement.organization_id),
        )
        .options(undefer(Attachment.content))
    )


def from_above(session: Session, scope: Scope, announcement_id: int, attachment_id: int) -> Attachment | None:
    """With its content, for the branch of somebody for whom it is meant, unless it was withdrawn."""
    found = queries.addressed(session, scope, announcement_id)
    if found is None or found.state is AnnouncementState.WITHDRAWN:
        return None
    its = Attachment.id == attachment_id, Attachment.announcement_id == announcement_id
    return session.scalar(select(Attachment).where(*its).options(undefer(Attachment.content)))


def for_member(
    session: Session, *, member_id: int, announcement_id: int, attachment_id: int
) -> Attachment | None:
    """With its content, for somebody for whom the announcement is meant, unless it was withdrawn."""
    return session.scalar(
        select(Attachment)
        .join(Announcement, Announcement.id == Attachment.announcement_id)
        .join(Delivery, Delivery.announcement_id == Announcement.id)
        .where(
            Attachment.id == attachment_id,
            Attachment.announcement_id == announcement_id,
            Announcement.state != AnnouncementState.WITHDRAWN,
            Delivery.subject == subject_of(announcement_id),
            Delivery.member_id == member_id,
        )
        .options(undefer(Attachment.content))
    )
