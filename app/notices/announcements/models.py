"""Announcements, their attachments, and who has confirmed those that ask for it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.core.db import Base, LongBinary, LongText, UTCDateTime, enum_column, table_args
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Urgency


class Announcement(Base):
    """`body` is sanitised HTML. `audience` is the JSON of `audience.Audience`.

    `confirmation_basis` names the document that asks for 已知晓; empty: nobody is asked to confirm.
    """

    __tablename__ = "announcement"
    __table_args__ = table_args(Index("ix_announcement_state_send_at", "state", "send_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(LongText)
    audience: Mapped[str] = mapped_column(LongText)
    urgency: Mapped[Urgency] = mapped_column(enum_column(Urgency))
    confirmation_basis: Mapped[str] = mapped_column(String(120), default="")
    confirm_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminders: Mapped[int] = mapped_column(default=0)
    state: Mapped[AnnouncementState] = mapped_column(enum_column(AnnouncementState))
    revision: Mapped[int] = mapped_column(default=1)
    author: Mapped[str] = mapped_column(String(64))
    author_name: Mapped[str] = mapped_column(String(50))
    reviewer: Mapped[str | None] = mapped_column(String(64))
    review_note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    prepared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Attachment(Base):
    """`media_type` is what the first bytes say, never what the browser said."""

    __tablename__ = "announcement_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LongBinary, nullable=False))


class Confirmation(Base):
    """已知晓: said once by the person, or ticked by the branch after a talk (`recorded_by`)."""

    __tablename__ = "announcement_confirmation"
    __table_args__ = table_args(UniqueConstraint("announcement_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str | None] = mapped_column(String(64))


class ReviewDuty(Base):
    """In this organisation and below, somebody else approves what is sent."""

    __tablename__ = "review_duty"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
