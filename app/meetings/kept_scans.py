"""Scans by chats that are not bound yet: the first of each meeting, kept until its person is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from app.core.db import Driver
from app.core.prepared import Prepared
from app.meetings.models import KeptScan

_KEEP = Prepared(
    insert(KeptScan).values({name: bindparam(name) for name in ("meeting_id", "identity_id", "scanned_at")})
)
_KEPT = Prepared(
    select(KeptScan.meeting_id, KeptScan.scanned_at)
    .where(KeptScan.identity_id == bindparam("identity_id"))
    .order_by(KeptScan.scanned_at, KeptScan.id)
)
_FORGET = Prepared(delete(KeptScan).where(KeptScan.identity_id == bindparam("identity_id")))


def keep(driver: Driver, *, meeting_id: int, identity_id: int, at: datetime) -> None:
    _KEEP.once(driver, meeting_id=meeting_id, identity_id=identity_id, scanned_at=at)


def take(driver: Driver, *, identity_id: int) -> Sequence[Any]:
    """(meeting_id, scanned_at), the oldest first; they are gone afterwards."""
    kept = _KEPT.all(driver, identity_id=identity_id)
    forget(driver, identity_id=identity_id)
    return kept


def forget(driver: Driver, *, identity_id: int) -> None:
    _FORGET.change(driver, identity_id=identity_id)
