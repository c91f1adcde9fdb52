"""Who may read what: the one WHERE that every list, search and link of study goes through."""

from sqlalchemy import ColumnElement, and_, or_

from app.study.library.models import StudyItem, StudyReach


def readable(path: str) -> ColumnElement[bool]:
    """WHERE over `StudyItem`: published, and meant for a member of the organisation with this `path` (`/1/7/42/`)."""
    above = [int(part) for part in path.strip("/").split("/")]
    reached = or_(
        StudyItem.reach == StudyReach.EVERYBODY,
        and_(StudyItem.reach == StudyReach.BELOW, StudyItem.organization_id.in_(above)),
        and_(StudyItem.reach == StudyReach.OWN, StudyItem.organization_id == above[-1]),
    )
    return and_(StudyItem.published_at.is_not(None), reached)
