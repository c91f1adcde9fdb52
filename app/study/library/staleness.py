"""Columns in which nothing new came (facts/domain §7.3 FR16): counted of columns, never of people."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.clock import local_day
from app.core.db import Session
from app.organizations.scope import Scope
from app.study.library.models import StudyColumn, StudyItem
from app.study.library.rules import silence


@dataclass(frozen=True, slots=True)
class Stale:
    """`days` in China since the last item was published in it, or since it was made."""

    column: StudyColumn
    days: int
    propose_archive: bool


def stale(session: Session, *, now: datetime, scope: Scope | None = None) -> list[Stale]:
    """The open columns, of the scope or of all, of which the owner is to be told; the longest silent first."""
    last = func.max(StudyItem.published_at)
    rows = session.execute(
        select(StudyColumn, last)
        .outerjoin(StudyItem, StudyItem.column_id == StudyColumn.id)
        .where(
            StudyColumn.archived_at.is_(None), *([scope.owns(StudyColumn.organization_id)] if scope else [])
        )
        .group_by(StudyColumn.id)
    )
    today = local_day(now)
    found = []
    for column, published_at in rows:
        silent = silence(local_day(published_at or column.created_at), today)
        if silent:
            found.append(Stale(column, silent.days, silent.propose_archive))
    return sorted(found, key=lambda one: (-one.days, one.column.id))
