"""Walking the audit chain from its first entry to its head."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from app.core.db import Session
from app.staff.audit import digest
from app.staff.models import AUDIT_HEAD, GENESIS, AuditEntry, AuditHead

BATCH = 1000
COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.organization_id,
    AuditEntry.details,
    AuditEntry.previous_hash,
    AuditEntry.hash,
)


class Fault(StrEnum):
    CHANGED = "changed"
    """The entry does not say what its hash covers."""
    MISLINKED = "mislinked"
    """Before this entry one is missing, added or out of order."""
    TRUNCATED = "truncated"
    """After this entry the end of the chain is missing."""
    UNANNOUNCED = "unannounced"
    """From some entry on, up to this one, the head does not know of them."""
    HEAD_CHANGED = "head_changed"
    """All entries are there, but the head names another end."""
    HEAD_MISSING = "head_missing"


@dataclass(frozen=True)
class Verified:
    """`last_hash` noted outside the database proves later that this much was there today."""

    count: int
    last_hash: str


@dataclass(frozen=True)
class Broken:
    entry_id: int | None
    why: Fault


@dataclass
class _Walk:
    count: int = 0
    last_id: int = 0
    last_hash: str = GENESIS


def verify(session: Session) -> Verified | Broken:
    """Entries may be added meanwhile; the head is read before them, so that it never runs ahead of them."""
    walk = _Walk()
    known = -1
    while (head := _head(session)) is not None:
        if fault := _walk_on(session, walk):
            return fault
        if walk.count <= head[0]:
            return _at_the_end(walk, *head)
        if head[0] == known:
            return Broken(walk.last_id, Fault.UNANNOUNCED)
        known = head[0]
    return Broken(None, Fault.HEAD_MISSING)


def _head(session: Session) -> tuple[int, str] | None:
    row = session.execute(
        select(AuditHead.count, AuditHead.last_hash).where(AuditHead.id == AUDIT_HEAD)
    ).first()
    return row and (row[0], row[1])


def _walk_on(session: Session, walk: _Walk) -> Broken | None:
    statement = select(*COLUMNS).where(AuditEntry.id > walk.last_id).order_by(AuditEntry.id)
    with session.execute(statement.execution_options(yield_per=BATCH)) as rows:
        for row in rows:
            if row.previous_hash != walk.last_hash:
                return Broken(row.id, Fault.MISLINKED)
            if _own_hash(row) != row.hash:
                return Broken(row.id, Fault.CHANGED)
            walk.count, walk.last_id, walk.last_hash = walk.count + 1, row.id, row.hash
    return None


def _own_hash(row: Row[*tuple[Any, ...]]) -> str:
    values = row._asdict()
    return digest({name: values[name] for name in values if name not in ("id", "hash")})


def _at_the_end(walk: _Walk, count: int, last_hash: str) -> Verified | Broken:
    if walk.count < count:
        return Broken(walk.last_id or None, Fault.TRUNCATED)
    if walk.last_hash != last_hash:
        return Broken(walk.last_id or None, Fault.HEAD_CHANGED)
    return Verified(walk.count, walk.last_hash)


def in_words(verdict: Verified | Broken) -> str:
    """One line for the operator's shell."""
    if isinstance(verdict, Verified):
        return f"whole: {verdict.count} entries, last hash {verdict.last_hash}"
    return f"BROKEN at entry {verdict.entry_id or '-'}: {verdict.why}"
