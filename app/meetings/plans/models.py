"""Recurring plans of a branch, and the dates that it leaves out."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.meetings.models import MeetingKind


class Frequency(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Plan(Base):
    """A meeting that comes again: the `nth` `weekday` (Monday 0), or the day `month_day`, of the `month` of its period.

    `month` counts within the period, from 1. `nth` -1 is the last. `starts_minute`: minutes after midnight in China.
    """

    __tablename__ = "meeting_plan"
    __table_args__ = table_args(
        CheckConstraint("(month_day IS NULL) = (weekday IS NOT NULL)", name="one_rule"),
        CheckConstraint("(weekday IS NULL) = (nth IS NULL)", name="which_weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(enum_column(MeetingKind))
    title: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(100), default="")
    chair: Mapped[str] = mapped_column(String(50), default="")
    recorder: Mapped[str] = mapped_column(String(50), default="")
    agenda: Mapped[str] = mapped_column(String(2000), default="")
    frequency: Mapped[Frequency] = mapped_column(enum_column(Frequency))
    month: Mapped[int] = mapped_column(default=1)
    month_day: Mapped[int | None]
    nth: Mapped[int | None]
    weekday: Mapped[int | None]
    starts_minute: Mapped[int]
    minutes: Mapped[int]
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Skip(Base):
    """A date of a plan on which, for a reason, nothing is held."""

    __tablename__ = "meeting_plan_skip"
    __table_args__ = table_args(UniqueConstraint("plan_id", "planned_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("meeting_plan.id"))
    planned_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200))
    skipped_by: Mapped[str] = mapped_column(String(64))
    skipped_at: Mapped[datetime] = mapped_column(UTCDateTime)
