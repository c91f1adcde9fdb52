"""Files beside an announcement: what their bytes say they are, without what a picture tells about its maker."""

import hashlib
from collections.abc import Sequence
from unicodedata import category, normalize

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.notices.announcements import queries, service, wording
from app.notices.announcements.files import (
    AttachmentDamaged,
    AttachmentMacros,
    Kind,
    kind_of,
    stripped,
    text_of,
)
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.sending import subject_of
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery
from app.organizations.scope import Scope

__all__ = ["AttachmentDamaged", "AttachmentMacros"]

LIMIT = 10 * 1024 * 1024
MOST = 5
NAME_LIMIT = 120
SUFFIXES = {
    "pdf": Kind.PDF,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "png": Kind.PNG,
    "docx": Kind.WORD,
    "xlsx": Kind.EXCEL,
    "pptx": Kind.POWERPOINT,
    "txt": Kind.TEXT,
}
UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class AttachmentName(DomainError):
    """A path, an invisible sign, or nothing at all."""

    code = "attachment_name"


class AttachmentKind(DomainError):
    """None of the kinds we take, or not what its name says."""

    code = "attachment_kind"


class AttachmentTooLarge(DomainError):
    code = "attachment_too_large"


class AttachmentTooMany(DomainError):
    code = "attachment_too_many"


class AttachmentMarked(DomainError):
    """`details["words"]`: the marks of secrecy in its name or its text."""

    code = "attachment_marked"


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
    """Keep a file; what was approved is a draft again. Raises a DomainError of this module, or of `service.reopen`."""
    file = _checked(announcement.id, name, content)
    service.reopen(
        session, announcement=announcement, revision=revision, author=author, author_name=author_name
    )
    kept = select(func.count()).where(Attachment.announcement_id == announcement.id)
    if (session.scalar(kept) or 0) >= MOST:
        raise AttachmentTooMany(limit=MOST)
    session.add(file)
    session.flush()
    return file


def _checked(announcement_id: int, name: str, content: bytes) -> Attachment:
    name = _name(name)
    if len(content) > LIMIT:
        raise AttachmentTooLarge(limit=LIMIT)
    kind = SUFFIXES.get(name.rpartition(".")[2].lower())
    if kind is None or kind_of(content) is not kind:
        raise AttachmentKind
    if words := wording.marked(f"{name}\n{text_of(content, kind)}"):
        raise AttachmentMarked(words=words)
    content = stripped(content, kind)
    return Attachment(
        announcement_id=announcement_id,
        name=name,
        media_type=kind.value,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _name(given: str) -> str:
    name = normalize("NFC", given).strip()
    path = any(sign in name for sign in '/\\:*?"<>|') or name.startswith(".")
    if path or not name.rpartition(".")[0] or len(name) > NAME_LIMIT:
        raise AttachmentName(limit=NAME_LIMIT)
    if any(category(sign) in UNPRINTED for sign in name):
        raise AttachmentName(limit=NAME_LIMIT)
    return name


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
