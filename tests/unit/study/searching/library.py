"""A few published items for the tests of searching."""

from datetime import timedelta

from app.core.db import Session
from app.organizations.models import Organization
from app.study.library.models import (
    ItemKind,
    Rights,
    StudyColumn,
    StudyItem,
    StudyReach,
    StudyTag,
    StudyVersion,
)
from app.study.library.states import VersionState
from app.study.searching import indexing
from tests.factories import NOW, serial


def column(session: Session, organization: Organization) -> StudyColumn:
    made = StudyColumn(
        organization_id=organization.id,
        name=f"栏目{next(serial)}",
        owner="owner",
        created_by="owner",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def published(
    session: Session,
    column: StudyColumn,
    title: str,
    text: str = "",
    *,
    tags: tuple[str, ...] = (),
    reach: StudyReach = StudyReach.EVERYBODY,
    organization_id: int | None = None,
    days_ago: int = 0,
) -> StudyItem:
    """An item with one published version, as the third review leaves it."""
    item = StudyItem(
        organization_id=organization_id or column.organization_id,
        column_id=column.id,
        kind=ItemKind.ARTICLE,
        reach=reach,
        published_at=NOW - timedelta(days=days_ago),
        created_by="author",
        created_at=NOW,
    )
    session.add(item)
    session.flush()
    indexing.index(session, version=version(session, item, title, text, tags=tags))
    return item


def version(
    session: Session,
    item: StudyItem,
    title: str,
    text: str = "",
    *,
    tags: tuple[str, ...] = (),
    number: int = 1,
) -> StudyVersion:
    made = StudyVersion(
        item_id=item.id,
        number=number,
        published_item_id=item.id,
        state=VersionState.PUBLISHED,
        title=title,
        body=f"<p>{text}</p>",
        source_name="本单位",
        rights=Rights.OWN_WORK,
        author="author",
        author_name="作者",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    session.add_all(StudyTag(version_id=made.id, name=tag) for tag in tags)
    session.flush()
    return made
