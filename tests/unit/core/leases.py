"""Rows of the lease table, the smallest that has a key and moments."""

from datetime import UTC, datetime

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.core.leases import Lease

PRECISE = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def lease(session: Session, name: str, at: datetime = PRECISE) -> None:
    session.add(Lease(name=name, holder="0", until=at, beat_at=at))


def names(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        return list(session.scalars(select(Lease.name).order_by(Lease.name)))
