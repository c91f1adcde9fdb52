"""An item's way from the first line to its readers: written, read by three others, published."""

from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from app.core import rich_text
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations.models import Organization
from app.study.library import rules, versions
from app.study.library.columns import usable
from app.study.library.content import Content, checked, takes_files
from app.study.library.models import (
    ItemKind,
    StudyFile,
    StudyItem,
    StudyReach,
    StudyTag,
    StudyVersion,
)
from app.study.library.publishing import NotPublished, withdraw
from app.study.library.reviewing import review
from app.study.library.states import VersionState
from app.study.library.versions import NotInThisState, Overtaken

__all__ = [
    "NotInThisState",
    "NotPublished",
    "Overtaken",
    "draft",
    "drop",
    "move_item",
    "new_version",
    "review",
    "revise",
    "submit",
    "withdraw",
]

S = VersionState
COPIED = ("title", "summary", "body", "url", "source_name", "source_url", "rights", "rights_note")


class OrganizationUnknown(DomainError):
    """None in whose name something could be written."""

    code = "study_organization"


class VersionOpen(DomainError):
    """Somebody is already writing on the item's next version."""

    code = "study_version_open"


class NothingToRead(DomainError):
    """Neither a text nor a file."""

    code = "study_nothing_to_read"


class FilesElsewhere(DomainError):
    """What only leads elsewhere has no files here: they would be a reprint (facts/domain §3, S29)."""

    code = "study_files_elsewhere"


def draft(
    session: Session,
    *,
    organization_id: int,
    column_id: int,
    kind: ItemKind,
    reach: StudyReach,
    content: Content,
    author: str,
    author_name: str,
    now: datetime,
) -> StudyVersion:
    """A new item's first version.

    Raises OrganizationUnknown, ColumnUnknown, ColumnArchived, and what `content.checked` raises.
    """
    written = checked(content, kind)
    found = session.get(Organization, organization_id) if rules.is_id(organization_id) else None
    if found is None or found.dissolved_on is not None:
        raise OrganizationUnknown
    column = usable(session, column_id=column_id, path=found.path)
    item = StudyItem(
        organization_id=found.id,
        column_id=column.id,
        kind=kind,
        reach=reach,
        created_by=author,
        created_at=now,
    )
    session.add(item)
    session.flush()
    made = StudyVersion(
        **written.columns,
        item_id=item.id,
        number=1,
        open_item_id=item.id,
        state=S.DRAFT,
        author=author,
        author_name=author_name,
        created_at=now,
    )
    session.add(made)
    session.flush()
    versions.keep_writer(session, made.id, author)
    versions.keep_tags(session, made.id, written.tags)
    return made


def revise(
    session: Session,
    *,
    version: StudyVersion,
    revision: int,
    content: Content,
    author: str,
    author_name: str,
) -> None:
    """Replace the text; what was in review is a draft again, and its reviews count no more.

    Raises NotInThisState, Overtaken, and what `content.checked` raises.
    """
    written = checked(content, session.get_one(StudyItem, version.item_id).kind)
    versions.reopen(
        session, version, revision, author=author, author_name=author_name, values=written.columns
    )
    versions.keep_tags(session, version.id, written.tags)


def submit(session: Session, *, version: StudyVersion, revision: int, now: datetime) -> None:
    """Ask for the three reviews, all of them anew.

    Raises NotInThisState, Overtaken, NothingToRead, FilesElsewhere, ColumnArchived.
    """
    item = session.get_one(StudyItem, version.item_id)
    path = session.get_one(Organization, item.organization_id).path
    usable(session, column_id=item.column_id, path=path)
    _check_ready(session, item, version)
    asked = {"submitted_at": now, "round": version.round + 1}
    versions.move(session, version, revision, S.IN_REVIEW, asked)


def _check_ready(session: Session, item: StudyItem, version: StudyVersion) -> None:
    kept = select(func.count()).select_from(StudyFile).where(StudyFile.version_id == version.id)
    files = session.scalar(kept) or 0
    if files and not takes_files(item.kind, version.rights):
        raise FilesElsewhere
    if not files and not version.url and not rich_text.plain(version.body):
        raise NothingToRead


def new_version(
    session: Session, *, item: StudyItem, author: str, author_name: str, now: datetime
) -> StudyVersion:
    """A draft that begins as what readers see, or saw last, with its tags and files.

    Raises NotPublished for what nobody has ever seen, VersionOpen where another is being written.
    """
    seen = select(StudyVersion).where(
        StudyVersion.item_id == item.id, StudyVersion.state.in_((S.PUBLISHED, S.WITHDRAWN))
    )
    last = session.scalar(seen.order_by(StudyVersion.number.desc()).limit(1))
    if last is None:
        raise NotPublished
    highest = session.scalar(select(func.max(StudyVersion.number)).where(StudyVersion.item_id == item.id))
    made = StudyVersion(
        **{name: getattr(last, name) for name in COPIED},
        item_id=item.id,
        number=(highest or 0) + 1,
        open_item_id=item.id,
        state=S.DRAFT,
        author=author,
        author_name=author_name,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise VersionOpen from error
    versions.keep_writer(session, made.id, author)
    _copy_tags(session, last, made)
    _copy_files(session, last, made)
    return made


def _copy_tags(session: Session, last: StudyVersion, made: StudyVersion) -> None:
    tags = select(StudyTag.name).where(StudyTag.version_id == last.id).order_by(StudyTag.id)
    versions.keep_tags(session, made.id, session.scalars(tags).all())


def _copy_files(session: Session, last: StudyVersion, made: StudyVersion) -> None:
    """Inside the database: five of them are fifty megabytes."""
    f = StudyFile
    columns = ("name", "media_type", "size", "sha256", "content")
    copied = select(literal(made.id), f.name, f.media_type, f.size, f.sha256, f.content)
    its = copied.where(f.version_id == last.id).order_by(f.id)
    session.execute(insert(f).from_select(["version_id", *columns], its))


def drop(session: Session, *, version: StudyVersion, revision: int, by: str, now: datetime) -> None:
    """Nobody goes on with this draft; its files are thrown away. Raises NotInThisState, Overtaken."""
    over = {"open_item_id": None, "ended_at": now, "ended_by": by}
    versions.move(session, version, revision, S.DROPPED, over)
    session.execute(delete(StudyFile).where(StudyFile.version_id == version.id))


def move_item(session: Session, *, item: StudyItem, column_id: int) -> None:
    """Into another column, as before one is archived. Raises ColumnUnknown, ColumnArchived."""
    path = session.get_one(Organization, item.organization_id).path
    item.column_id = usable(session, column_id=column_id, path=path).id
    session.flush()
