"""An announcement has been sent when none of its deliveries is open."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, update

from app.core.db import Session, rows_changed
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery
from app.notices.states import OPEN


def end(session: Session, *, announcement_ids: Collection[int] | None = None, now: datetime) -> int:
    """How many announcements ended: of these, or of all.

    In a transaction of its own, after the last results are committed: within theirs, two workers that end
    together would each still see the other's deliveries open.
    """
    waits = exists().where(Delivery.announcement_id == Announcement.id, Delivery.state.in_(OPEN))
    ending = update(Announcement).where(Announcement.state == AnnouncementState.SENDING, ~waits)
    if announcement_ids is not None:
        ending = ending.where(Announcement.id.in_(announcement_ids))
    return rows_changed(session, ending.values(state=AnnouncementState.SENT, ended_at=now))
