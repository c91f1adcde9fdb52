"""Console accounts, roles, sessions, and the append-only trail of what was done."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Table, Text, UniqueConstraint, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args


class Role(StrEnum):
    """What an account is on one subtree; `app.staff.permissions` says what that allows."""

    SECRETARY = "secretary"
    ORGANIZER = "organizer"
    OFFICE = "office"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    COLLECTOR = "collector"
    RECONCILER = "reconciler"
    ACCOUNTANT = "accountant"


class StaffAccount(Base):
    __tablename__ = "staff_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    password_hash: Mapped[str] = mapped_column(String(255))
    password_temporary: Mapped[bool] = mapped_column(default=False)
    totp_sealed: Mapped[str] = mapped_column(String(255))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StaffRole(Base):
    __tablename__ = "staff_role"
    __table_args__ = table_args(UniqueConstraint("account_id", "role", "organization_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)


class DuesPost(Base):
    """Which of the three posts about money an account has; one alone, wherever it has it (facts/domain §1.6)."""

    __tablename__ = "staff_dues_post"

    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))


class StaffSession(Base):
    """A signed-in browser; the cookie holds the token, the table only its SHA-256."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AuditEntry(Base):
    """One act. `hash` covers the entry and `previous_hash`, so that nothing can be changed or left out unseen."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    subject: Mapped[str] = mapped_column(String(100))
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


GENESIS = "0" * 64
AUDIT_HEAD = 1


class AuditHead(Base):
    """One row, made with the table: the last hash of the chain. Locked while an entry is added."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_hash: Mapped[str] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(BigId, default=0)


@event.listens_for(AuditHead.__table__, "after_create")
def _begin_chain(table: Table, connection: Connection, **_: Any) -> None:
    connection.execute(insert(table).values(id=AUDIT_HEAD, last_hash=GENESIS, count=0))


class FormSubmission(Base):
    """A form that was carried out, and the page it led to: sent twice, it is carried out once."""

    __tablename__ = "form_submission"

    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    location: Mapped[str] = mapped_column(String(255), default="")
