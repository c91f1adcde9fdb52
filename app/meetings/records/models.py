"""The record of a meeting in versions, and an organisation's own forms."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText, UTCDateTime, enum_column, table_args
from app.meetings.records.states import RecordState


class Record(Base):
    """One version. `content` is JSON (app/meetings/records/content.py). From the second on, `reason` says why."""

    __tablename__ = "meeting_record"
    __table_args__ = table_args(
        UniqueConstraint("meeting_id", "version"),
        CheckConstraint("version = 1 OR reason <> ''", name="amended_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    version: Mapped[int]
    state: Mapped[RecordState] = mapped_column(enum_column(RecordState))
    content: Mapped[str] = mapped_column(LongText)
    reason: Mapped[str] = mapped_column(String(200), default="")
    edited_by: Mapped[str] = mapped_column(String(64))
    edited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PaperKind(StrEnum):
    """What is printed from a meeting or a year."""

    RECORD = "record"
    ATTENDANCE = "attendance"
    PUBLIC = "public"
    QUARTER = "quarter"


class Form(Base):
    """An organisation's own Word form of a paper; the branches below use it too."""

    __tablename__ = "paper_form"
    __table_args__ = table_args(UniqueConstraint("organization_id", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[PaperKind] = mapped_column(enum_column(PaperKind))
    filename: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"))
    uploaded_by: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
