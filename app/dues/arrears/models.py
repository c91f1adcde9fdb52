"""Talking about what is not paid: reminders, talks, and reasons that hold. Nothing here changes anybody's standing."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.dues.columns import Moment, Month, Username


class ReminderStep(StrEnum):
    """Once to the member after the collecting day; to the branch's people at months 2, 4, 5 (facts/domain §1.4)."""

    MEMBER = "member"
    MONTH_2 = "month_2"
    MONTH_4 = "month_4"
    MONTH_5 = "month_5"


class DuesReminder(Base):
    """That somebody was reminded about a member's month: said once, and shown in the evidence pack."""

    __tablename__ = "dues_reminder"
    __table_args__ = table_args(UniqueConstraint("member_id", "month", "step"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    month: Mapped[Month]
    step: Mapped[ReminderStep] = mapped_column(enum_column(ReminderStep))
    at: Mapped[Moment]


class Talk(Base):
    """The branch talked with a member about arrears and set a date (facts/domain §1.4 Late payer)."""

    __tablename__ = "dues_talk"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    talked_on: Mapped[date] = mapped_column(Date)
    talked_by: Mapped[str] = mapped_column(String(50))
    deadline_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), default="")
    kept_by: Mapped[Username]
    kept_at: Mapped[Moment]


class Excuse(Base):
    """正当理由 of a member for months that they did not pay; sealed, since it may be about health."""

    __tablename__ = "dues_excuse"
    __table_args__ = table_args(
        Index("ix_dues_excuse_member_id", "member_id"),
        CheckConstraint("until_month >= from_month", name="months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    from_month: Mapped[Month]
    until_month: Mapped[Month]
    reason_sealed: Mapped[str] = mapped_column(String(1000))
    kept_by: Mapped[Username]
    kept_at: Mapped[Moment]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
