"""Files beside a version: for the readers of what is published, and for who works on it."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from app.core import uploads
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.organizations.scope import Scope
from app.study.library import versions
from app.study.library.content import takes_files
from app.study.library.models import StudyFile, StudyItem, StudyVersion
from app.study.library.readers import readable
from app.study.library.rules import is_id
from app.study.library.service import FilesElsewhere

MOST = 5


class FilesTooMany(DomainError):
    code = "study_files_too_many"


def add_file(
    session: Session,
    *,
    version: StudyVersion,
    revision: int,
    name: str,
    content: bytes,
    author: str,
    author_name: str,
) -> StudyFile:
    """Keep a file of at most 10 MB; what was in review is a draft again.

    Raises FilesTooMany, FilesElsewhere, NotInThisState, Overtaken, and what `uploads.checked` raises.
    """
    if not takes_files(session.get_one(StudyItem, version.item_id).kind, version.rights):
        raise FilesElsewhere
    upload = uploads.checked(name, content)
    versions.reopen(session, version, revision, author=author, author_name=author_name)
    kept = select(func.count()).select_from(StudyFile).where(StudyFile.version_id == version.id)
    if (session.scalar(kept) or 0) >= MOST:
        raise FilesTooMany(limit=MOST)
    made = StudyFile(version_id=version.id, **upload.columns())
    session.add(made)
    session.flush()
    return made


def remove_file(
    session: Session,
    *,
    version: StudyVersion,
    revision: int,
    file_id: int,
    author: str,
    author_name: str,
) -> bool:
    """Whether there was such a file; if so, what was in review is a draft again. Raises NotInThisState, Overtaken."""
    if not is_id(file_id):
        return False
    its = StudyFile.id == file_id, StudyFile.version_id == version.id
    if session.scalar(select(StudyFile.id).where(*its)) is None:
        return False
    versions.reopen(session, version, revision, author=author, author_name=author_name)
    return rows_changed(session, delete(StudyFile).where(*its)) == 1


def files_of(session: Session, version_id: int) -> Sequence[StudyFile]:
    """Names and sizes; the contents are not loaded."""
    its = select(StudyFile).where(StudyFile.version_id == version_id)
    return session.scalars(its.order_by(StudyFile.id)).all()


def file_for_reader(session: Session, path: str, item_id: int, file_id: int) -> StudyFile | None:
    """With its content: of what a member of the organisation with this `path` may read now, of no other version."""
    if not (is_id(item_id) and is_id(file_id)):
        return None
    return session.scalar(
        select(StudyFile)
        .join(StudyVersion, StudyVersion.id == StudyFile.version_id)
        .join(StudyItem, StudyItem.id == StudyVersion.published_item_id)
        .where(StudyFile.id == file_id, StudyItem.id == item_id, readable(path))
        .options(undefer(StudyFile.content))
    )


def file_for_staff(session: Session, scope: Scope, version_id: int, file_id: int) -> StudyFile | None:
    """With its content: of any version of the scope's organisations."""
    if not (is_id(version_id) and is_id(file_id)):
        return None
    return session.scalar(
        select(StudyFile)
        .join(StudyVersion, StudyVersion.id == StudyFile.version_id)
        .join(StudyItem, StudyItem.id == StudyVersion.item_id)
        .where(
            StudyFile.id == file_id,
            StudyVersion.id == version_id,
            scope.owns(StudyItem.organization_id),
        )
        .options(undefer(StudyFile.content))
    )
