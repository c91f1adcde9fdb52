"""People of the registry and the WeChat identities that speak for them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args


class MemberKind(StrEnum):
    """facts/domain §6.2 member_kind and the tracks of those who are not members."""

    FULL = "full"
    PROBATIONARY = "probationary"
    TARGET = "target"
    ACTIVIST = "activist"
    APPLICANT = "applicant"
    MASSES = "masses"


PARTY_MEMBERS = frozenset({MemberKind.FULL, MemberKind.PROBATIONARY})


class PartyStatus(StrEnum):
    """facts/domain §6.2 party_status. Only a recorded human decision changes it."""

    NORMAL = "normal"
    SUSPENDED = "suspended"
    RECTIFYING = "rectifying"
    UNDER_OBSERVATION = "under_observation"
    TRANSFERRED = "transferred"
    LEFT = "left"
    DECEASED = "deceased"


GONE = frozenset({PartyStatus.TRANSFERRED, PartyStatus.LEFT, PartyStatus.DECEASED})


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Member(Base):
    """A person of the registry, with no more fields than the work needs (facts/domain §6.1)."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
    name_pinyin: Mapped[str] = mapped_column(String(120), default="")
    gender: Mapped[Gender | None] = mapped_column(enum_column(Gender))
    birth_year: Mapped[int | None]
    education: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[MemberKind] = mapped_column(enum_column(MemberKind), index=True)
    status: Mapped[PartyStatus] = mapped_column(
        enum_column(PartyStatus), default=PartyStatus.NORMAL, index=True
    )
    joined_on: Mapped[date | None] = mapped_column(Date)
    converted_on: Mapped[date | None] = mapped_column(Date)
    department: Mapped[str] = mapped_column(String(100), default="")
    post: Mapped[str] = mapped_column(String(50), default="")
    phone_sealed: Mapped[str | None] = mapped_column(String(120))
    phone_index: Mapped[str | None] = mapped_column(String(32), index=True)
    id_number_index: Mapped[str | None] = mapped_column(String(32), unique=True)
    id_number_tail: Mapped[str | None] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_on: Mapped[date | None] = mapped_column(Date)


class WeChatIdentity(Base):
    """One person's OpenID at one of our apps, and where that chat stands."""

    __tablename__ = "wechat_identity"
    __table_args__ = table_args(UniqueConstraint("app_id", "openid"), UniqueConstraint("app_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[str] = mapped_column(String(32))
    openid: Mapped[str] = mapped_column(String(64))
    unionid: Mapped[str | None] = mapped_column(String(64))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    bound_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    followed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    wrote_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    topic: Mapped[str | None] = mapped_column(String(24))
    topic_data: Mapped[str | None] = mapped_column(Text)
    topic_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    binding_failures: Mapped[int] = mapped_column(default=0)
    binding_locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    menu_wanted: Mapped[bool] = mapped_column(default=False, index=True)


class PageSession(Base):
    """One person's pages inside WeChat; the cookie holds the token, the table only its SHA-256."""

    __tablename__ = "page_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identity.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class BindingCode(Base):
    """A one-time code that the secretary hands to a person; only its blind index is kept."""

    __tablename__ = "binding_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    code_index: Mapped[str] = mapped_column(String(32), index=True)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    issued_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    wrong_names: Mapped[int] = mapped_column(default=0, server_default="0")
