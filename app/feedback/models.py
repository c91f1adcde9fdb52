"""Threads and the messages in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.feedback.states import ThreadState


class Side(StrEnum):
    WRITER = "writer"
    OFFICE = "office"


class Thread(Base):
    """`number` is what the writer quotes; it says nothing about how many threads there are."""

    __tablename__ = "feedback_thread"
    __table_args__ = table_args(Index("ix_feedback_thread_state_due_at", "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(
        ForeignKey("wechat_identity.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[ThreadState] = mapped_column(enum_column(ThreadState))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ThreadMessage(Base):
    __tablename__ = "feedback_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("feedback_thread.id"), index=True)
    side: Mapped[Side] = mapped_column(enum_column(Side))
    author: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
