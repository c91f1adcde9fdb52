"""What a notice is filled with: its own fields, and what it shares with all others of its announcement."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select

from app.core.clock import local_text
from app.core.db import Session
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.organizations.models import Organization

MOMENT: Final = "%Y年%m月%d日 %H:%M"
"""As the platform's `time` fields want it (facts/wechat.md §3.7)."""


def shared(
    session: Session, announcement_ids: Collection[int], *, now: datetime
) -> dict[int, dict[str, str]]:
    """The common fields of each of these announcements."""
    if not announcement_ids:
        return {}
    rows = session.execute(
        select(
            Announcement.id,
            Announcement.title,
            Announcement.send_at,
            Announcement.confirm_until,
            Organization.short_name,
        )
        .join(Organization, Organization.id == Announcement.organization_id)
        .where(Announcement.id.in_(announcement_ids))
    )
    return {
        row.id: {
            "announcement": str(row.id),
            "title": row.title,
            "organization": row.short_name,
            "time": local_text(row.send_at or now, MOMENT),
            "until": local_text(row.confirm_until, MOMENT) if row.confirm_until else "",
        }
        for row in rows
    }


def withdrawn(session: Session, announcement_ids: Collection[int]) -> frozenset[int]:
    """Those of them that nobody is told any more."""
    if not announcement_ids:
        return frozenset()
    taken_back = (
        Announcement.id.in_(announcement_ids),
        Announcement.state == AnnouncementState.WITHDRAWN,
    )
    return frozenset(session.scalars(select(Announcement.id).where(*taken_back)))


def filled(own: str, common: Mapping[str, str]) -> dict[str, str]:
    """Its own fields win over the common ones."""
    return {**common, **json.loads(own)}
