"""How a version is changed: of two people at once, one, and the other learns of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.library.models import StudyTag, StudyVersion, StudyWriter
from app.study.library.states import VERSION, VersionState

S = VersionState
WRITTEN_ON = frozenset({S.DRAFT, S.IN_REVIEW})


class Overtaken(DomainError):
    """Somebody else changed it since the page was opened; nothing of theirs is overwritten."""

    code = "study_overtaken"


class NotInThisState(DomainError):
    code = "study_state"


def move(
    session: Session, version: StudyVersion, revision: int, to: VersionState, values: Mapping[str, Any]
) -> None:
    """Raises NotInThisState, Overtaken."""
    if to not in VERSION[version.state]:
        raise NotInThisState
    change(session, version, revision, {"state": to, **values})


def change(session: Session, version: StudyVersion, revision: int, values: Mapping[str, Any]) -> None:
    """Raises Overtaken unless it is still at this `revision`; then it is at the next."""
    if revision != version.revision:
        raise Overtaken
    seen = (
        StudyVersion.id == version.id,
        StudyVersion.revision == revision,
        StudyVersion.state == version.state,
    )
    if not rows_changed(
        session, update(StudyVersion).where(*seen).values({"revision": revision + 1, **values})
    ):
        raise Overtaken
    session.refresh(version)


def reopen(
    session: Session,
    version: StudyVersion,
    revision: int,
    *,
    author: str,
    author_name: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Something of it is changed, files included: a draft again, which nobody has reviewed.

    Raises NotInThisState, Overtaken.
    """
    if version.state not in WRITTEN_ON:
        raise NotInThisState
    written = {"state": S.DRAFT, "submitted_at": None, "author": author, "author_name": author_name}
    change(session, version, revision, {**written, **(values or {})})
    keep_writer(session, version.id, author)


def keep_writer(session: Session, version_id: int, writer: str) -> None:
    """Who has written on it does not review it."""
    try:
        with session.begin_nested():
            session.execute(insert(StudyWriter).values(version_id=version_id, writer=writer))
    except IntegrityError:
        return


def keep_tags(session: Session, version_id: int, tags: Iterable[str]) -> None:
    """These, in their order, in place of the earlier ones."""
    session.execute(delete(StudyTag).where(StudyTag.version_id == version_id))
    session.add_all(StudyTag(version_id=version_id, name=one) for one in tags)
    session.flush()


def writers(session: Session, version_id: int) -> set[str]:
    """Their usernames."""
    return set(session.scalars(select(StudyWriter.writer).where(StudyWriter.version_id == version_id)))
