"""Signed-in browsers. The cookie holds a random token; the table knows only its SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from app.core.db import Session, rows_changed
from app.staff.models import StaffAccount, StaffSession

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)
"""How exact idleness is kept: a click a second need not be a write a second."""


@dataclass(frozen=True)
class Resumed:
    """A session that holds. `stale`: its last sign of life is old enough to be written again."""

    session_id: int
    account_id: int
    stale: bool


def start(session: Session, *, account_id: int, lifetime: timedelta, now: datetime) -> str:
    """The token for the cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        StaffSession(
            token_hash=_hash(token),
            account_id=account_id,
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def resume(session: Session, *, token: str, idle: timedelta, now: datetime) -> Resumed | None:
    """None where the session has ended, run out or lain idle, or where its account is closed."""
    row = session.scalar(
        select(StaffSession)
        .join(StaffAccount, StaffAccount.id == StaffSession.account_id)
        .where(
            StaffSession.token_hash == _hash(token),
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
            StaffSession.seen_at > now - idle,
            StaffAccount.active,
        )
    )
    if row is None:
        return None
    return Resumed(row.id, row.account_id, stale=row.seen_at <= now - SEEN_EVERY)


def touch(session: Session, *, session_id: int, now: datetime) -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.seen_at < now)
        .values(seen_at=now)
    )


def end(session: Session, *, token: str, now: datetime) -> None:
    """Safe to call any number of times."""
    _end(session, StaffSession.token_hash == _hash(token), now)


def end_all(session: Session, *, account_id: int, now: datetime, but: int | None = None) -> int:
    """Signs the account out everywhere, except in session `but`. Returns how many sessions ended."""
    return _end(session, (StaffSession.account_id == account_id) & (StaffSession.id != (but or 0)), now)


def _end(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    still_open = update(StaffSession).where(which, StaffSession.ended_at.is_(None))
    return rows_changed(session, still_open.values(ended_at=now))
