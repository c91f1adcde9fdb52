"""Signed-in member pages. A session is its chat's: it goes with the chat, and with what the chat was bound to."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.core.db import AnyRow, Session, rows_changed
from app.members.models import GONE, Member, PageSession, WeChatIdentity
from app.organizations.models import Organization

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=10)
"""How exact idleness is kept. Coarse on purpose: it ends sessions, and is no record of who looked when."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose page it is. `member_id` is None where the chat is not bound. `stale`: the last sign of life is old."""

    session_id: int
    identity_id: int
    member_id: int | None
    name: str
    organization_name: str
    bound_at: datetime | None
    stale: bool


def start(session: Session, *, identity_id: int, lifetime: timedelta, now: datetime) -> str:
    """The token for the cookie. What this person has left to run out elsewhere is cleared away."""
    old = delete(PageSession).where(PageSession.identity_id == identity_id, PageSession.expires_at <= now)
    rows_changed(session, old)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        PageSession(
            token_hash=_hash(token),
            identity_id=identity_id,
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def resume(session: Session, *, token: str, idle: timedelta, now: datetime) -> Visitor | None:
    """None where the session has ended, run out or lain idle."""
    row = session.execute(
        select(
            PageSession.id.label("session_id"),
            PageSession.seen_at,
            PageSession.identity_id,
            Member.id.label("member_id"),
            Member.name,
            Organization.short_name,
            WeChatIdentity.bound_at,
        )
        .join(WeChatIdentity, WeChatIdentity.id == PageSession.identity_id)
        .outerjoin(Member, (Member.id == WeChatIdentity.member_id) & Member.status.not_in(GONE))
        .outerjoin(Organization, Organization.id == Member.organization_id)
        .where(
            PageSession.token_hash == _hash(token),
            PageSession.expires_at > now,
            PageSession.seen_at > now - idle,
        )
    ).one_or_none()
    return _visitor(row, now) if row else None


def _visitor(row: AnyRow, now: datetime) -> Visitor:
    bound = row.member_id is not None
    return Visitor(
        session_id=row.session_id,
        identity_id=row.identity_id,
        member_id=row.member_id,
        name=row.name or "",
        organization_name=row.short_name or "",
        bound_at=row.bound_at if bound else None,
        stale=row.seen_at <= now - SEEN_EVERY,
    )


def touch(session: Session, *, session_id: int, now: datetime) -> None:
    seen = update(PageSession).where(PageSession.id == session_id, PageSession.seen_at < now)
    rows_changed(session, seen.values(seen_at=now))


def end(session: Session, *, token: str) -> None:
    """Safe to call any number of times."""
    rows_changed(session, delete(PageSession).where(PageSession.token_hash == _hash(token)))


def end_of_members(session: Session, *, member_ids: Sequence[int], only_identity: int | None = None) -> None:
    """Sign members out of all their chats' pages, or of one's."""
    chats = select(WeChatIdentity.id).where(WeChatIdentity.member_id.in_(member_ids))
    if only_identity is not None:
        chats = chats.where(WeChatIdentity.id == only_identity)
    rows_changed(session, delete(PageSession).where(PageSession.identity_id.in_(chats)))


def clear_ended(session: Session, *, now: datetime) -> int:
    """Rows of sessions that have run out; how many there were."""
    return rows_changed(session, delete(PageSession).where(PageSession.expires_at <= now))
