"""Keeps what can be found in step with what is published."""

from sqlalchemy import delete, select

from app.core import rich_text
from app.core.db import Session
from app.study.library.models import StudyFile, StudyItem, StudyTag, StudyVersion
from app.study.searching.models import SearchText
from app.study.searching.terms import encoded, normalised, tidied

SIGNS = 100_000
"""Of an item; whatever comes after cannot be found. PostgreSQL's tsvector ends at 1 MB, at about 150,000 signs."""


def index(session: Session, *, version: StudyVersion) -> None:
    """Let readers find this version, in place of any other of its item. MariaDB finds it once it is committed."""
    session.flush()
    tags = session.scalars(
        select(StudyTag.name).where(StudyTag.version_id == version.id).order_by(StudyTag.id)
    )
    files = session.scalars(
        select(StudyFile.name).where(StudyFile.version_id == version.id).order_by(StudyFile.id)
    )
    title = " ".join([version.title, *tags])
    parts = [version.summary, rich_text.plain(version.body), *files, version.source_name]
    plain = tidied("\n".join(part for part in parts if part)[:SIGNS])
    session.merge(
        SearchText(
            item_id=version.item_id,
            title=normalised(title),
            plain=plain,
            terms=encoded(f"{title}\n{plain}"),
        )
    )
    session.flush()


def forget(session: Session, *, item_id: int) -> None:
    """Let nobody find the item any longer. Safe to call any number of times."""
    session.flush()
    session.execute(delete(SearchText).where(SearchText.item_id == item_id))


def rebuild(session: Session) -> int:
    """Index all that is published anew and forget the rest. Returns how many items can be found.

    The items are locked meanwhile: who publishes or withdraws waits, and nothing is written from an older version.
    """
    items = session.scalars(
        select(StudyItem.id)
        .where(StudyItem.published_at.is_not(None))
        .order_by(StudyItem.id)
        .with_for_update()
    ).all()
    session.execute(delete(SearchText).where(SearchText.item_id.not_in(items)))
    for item_id in items:
        version = session.scalars(select(StudyVersion).where(StudyVersion.published_item_id == item_id)).one()
        index(session, version=version)
        session.expunge(version)
    return len(items)
