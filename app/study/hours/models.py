"""学时: how many a year asks for, meetings that give them, and what a member says was done elsewhere."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Date,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    event,
    insert,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.staff.deciding import Proposed, two_people
from app.study.hours.shipped import ROWS
from app.study.hours.states import DeclarationState


class HoursFigure(StrEnum):
    """What a dated figure is about (facts/domain §3)."""

    MEMBER_YEAR = "member_year"
    LEADER_YEAR = "leader_year"
    """Of a secretary and of the members of a branch's committee."""
    FULL_DAY = "full_day"
    HALF_DAY = "half_day"
    CLOCK_HOUR = "clock_hour"


class HoursUnit(StrEnum):
    """How a session's 学时 are reckoned: by the custom table, or by its clock."""

    FULL_DAY = "full_day"
    HALF_DAY = "half_day"
    CLOCK = "clock"


class HoursRule(Base, Proposed):
    """`minutes`: of 学时, 60 to one. `standing` is 1 while approved, else empty: one a figure and date."""

    __tablename__ = "study_hours_rule"
    __table_args__ = table_args(
        UniqueConstraint("figure", "effective_from", "standing"),
        CheckConstraint("minutes BETWEEN 0 AND 30000", name="minutes"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    figure: Mapped[HoursFigure] = mapped_column(enum_column(HoursFigure))
    effective_from: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    clause: Mapped[str] = mapped_column(String(300))
    standing: Mapped[int | None]


@event.listens_for(HoursRule.__table__, "after_create")
def _ship(table: Table, connection: Connection, **_: Any) -> None:
    connection.execute(insert(table), list(ROWS))


class StudySession(Base):
    """A meeting at which something was studied. Who signed in gets `minutes` once somebody has confirmed the list;
    `confirmed_at` empty: nobody gets anything yet. `made_by` wrote it last; `note`: why a confirmation was taken back.
    """

    __tablename__ = "study_session"
    __table_args__ = table_args(CheckConstraint("minutes BETWEEN 15 AND 4800", name="minutes"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("study_plan_entry.id"))
    topic: Mapped[str] = mapped_column(String(100))
    unit: Mapped[HoursUnit] = mapped_column(enum_column(HoursUnit))
    minutes: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=1)


class Declaration(Base):
    """自主申报: what a member studied elsewhere, in their own words, accepted by the branch or sent back.

    `declared_at` stays when it is corrected; `note` is the branch's.
    """

    __tablename__ = "study_declaration"
    __table_args__ = table_args(
        UniqueConstraint("member_id", "held_on", "topic"),
        CheckConstraint("minutes BETWEEN 15 AND 4800", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    held_on: Mapped[date] = mapped_column(Date)
    topic: Mapped[str] = mapped_column(String(100))
    held_by: Mapped[str] = mapped_column(String(80))
    unit: Mapped[HoursUnit] = mapped_column(enum_column(HoursUnit))
    minutes: Mapped[int]
    state: Mapped[DeclarationState] = mapped_column(enum_column(DeclarationState))
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=1)
