"""What readers see of an item, and from when: one version at most."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.library.content import NOTE, filled
from app.study.library.models import StudyItem, StudyVersion
from app.study.library.states import VersionState
from app.study.library.versions import change, move
from app.study.searching import indexing

S = VersionState


class NotPublished(DomainError):
    """Readers see nothing of it, or no longer."""

    code = "study_not_published"


def publish(session: Session, version: StudyVersion, revision: int, *, now: datetime) -> None:
    """Readers see this version from now on, and no other of its item. Raises NotInThisState, Overtaken."""
    item_id = version.item_id
    move(session, version, revision, S.PUBLISHED, {"open_item_id": None})
    # Who publishes and who withdraws wait for each other at the item, and do not meet halfway.
    rows_changed(session, update(StudyItem).where(StudyItem.id == item_id).values(published_at=now))
    _end_published(session, item_id, S.SUPERSEDED, now=now)
    change(session, version, version.revision, {"published_item_id": item_id})
    session.refresh(session.get_one(StudyItem, item_id))
    indexing.index(session, version=version)


def withdraw(session: Session, *, item: StudyItem, reason: str, by: str, now: datetime) -> None:
    """Take it from its readers at once, with the reason for those who look later.

    Raises NotPublished, FieldMissing, FieldTooLong.
    """
    reason = filled(reason, "reason", NOTE)
    seen = StudyItem.id == item.id, StudyItem.published_at.is_not(None)
    if not rows_changed(session, update(StudyItem).where(*seen).values(published_at=None)):
        raise NotPublished
    _end_published(session, item.id, S.WITHDRAWN, now=now, by=by, reason=reason)
    indexing.forget(session, item_id=item.id)
    session.refresh(item)


def _end_published(
    session: Session,
    item_id: int,
    state: VersionState,
    *,
    now: datetime,
    by: str | None = None,
    reason: str = "",
) -> None:
    its = select(StudyVersion).where(StudyVersion.published_item_id == item_id)
    ended = session.scalar(its.execution_options(populate_existing=True))
    if ended is None:
        return
    over = {"state": state, "published_item_id": None, "ended_at": now, "ended_by": by, "end_reason": reason}
    # Whoever publishes or withdraws holds the item, so nobody else ends this version meanwhile.
    change(session, ended, ended.revision, over)
