"""The append-only trail: each entry's hash covers the one before it, so nothing changes or vanishes unseen."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.core.db import Session, rows_changed
from app.staff.models import AUDIT_HEAD, GENESIS, AuditEntry, AuditHead


class HeadMissing(RuntimeError):
    """The chain's head row is gone: a person must look, nothing more may be added."""


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    organization_id: int | None,
    details: Mapping[str, object],
    now: datetime,
) -> str:
    """Append one entry and return its hash. Call it last in a transaction: writers queue at the head row."""
    locked = update(AuditHead).where(AuditHead.id == AUDIT_HEAD).values(count=AuditHead.count + 1)
    if not rows_changed(session, locked):
        raise HeadMissing
    previous = session.scalar(select(AuditHead.last_hash).where(AuditHead.id == AUDIT_HEAD)) or GENESIS
    values = {
        "at": now.astimezone(UTC),
        "actor": actor,
        "action": action,
        "subject": subject,
        "organization_id": organization_id,
        "details": canonical(details),
        "previous_hash": previous,
    }
    own = digest(values)
    session.execute(insert(AuditEntry).values(**values, hash=own))
    session.execute(update(AuditHead).where(AuditHead.id == AUDIT_HEAD).values(last_hash=own))
    return own


def canonical(value: Mapping[str, object]) -> str:
    """One text for one meaning: keys sorted, no spaces, times as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def digest(values: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(values).encode()).hexdigest()
