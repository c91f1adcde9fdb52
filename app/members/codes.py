"""One-time binding codes: drawn here, handed over on paper, kept only as a blind index."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.members.models import BindingCode, Member

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No two signs that look alike in print or in handwriting: 0 O, 1 I L, 2 Z, 5 S, 8 B."""

LENGTH = 8
FIELD = "binding_code.code"


@dataclass(frozen=True, slots=True)
class Slip:
    """What goes on one paper slip."""

    member_id: int
    name: str
    code: str
    expires_at: datetime


def issue_code(session: Session, *, member: Member, by: str, now: datetime, vault: Vault, days: int) -> str:
    """A fresh code for one person, as XXXX-XXXX. It is readable here and never again."""
    return issue_codes(session, members=[member], by=by, now=now, vault=vault, days=days)[0].code


def issue_codes(
    session: Session, *, members: Sequence[Member], by: str, now: datetime, vault: Vault, days: int
) -> list[Slip]:
    """A slip for each, in their order. Their earlier unused codes end."""
    expires_at = now + timedelta(days=days)
    slips = [Slip(one.id, one.name, _draw(), expires_at) for one in members]
    revoke(session, member_ids=[slip.member_id for slip in slips], now=now)
    rows = [
        {
            "member_id": slip.member_id,
            "code_index": code_index(vault, slip.code),
            "issued_at": now,
            "issued_by": by,
            "expires_at": expires_at,
        }
        for slip in slips
    ]
    if rows:
        session.execute(insert(BindingCode), rows)
    return slips


def _draw() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def code_index(vault: Vault, typed: str) -> str:
    """The blind index of a code, however it was typed: width, case, dashes and spaces do not count."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return vault.index("".join(one for one in folded if one.isalnum()), FIELD)


def revoke(session: Session, *, member_ids: Sequence[int], now: datetime) -> None:
    outstanding = update(BindingCode).where(
        BindingCode.member_id.in_(member_ids), BindingCode.used_at.is_(None), BindingCode.revoked_at.is_(None)
    )
    rows_changed(session, outstanding.values(revoked_at=now))
