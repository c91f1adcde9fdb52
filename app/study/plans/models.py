"""Who studies what in a year, what each may choose, and what is asked for."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.study.plans.states import PlanState, WishState


class Learner(StrEnum):
    """For whom a plan is (facts/domain §3: differentiated by role)."""

    EVERYBODY = "everybody"
    LEADER = "leader"
    """Secretaries and members of branch committees."""
    PROBATIONARY = "probationary"


class Slot(StrEnum):
    """The monthly rhythm: a course, a film, a case (facts/domain §3, S14c)."""

    COURSE = "course"
    FILM = "film"
    CASE = "case"
    READING = "reading"


class StudyPlan(Base):
    """For the organisation and all below it. `standing` is 1 from publication to the end: one a year and learner.

    `revision` counts what was done to the plan and its entries: who writes on what they have not seen is told so.
    """

    __tablename__ = "study_plan"
    __table_args__ = table_args(
        UniqueConstraint("organization_id", "year", "learner", "standing"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int]
    learner: Mapped[Learner] = mapped_column(enum_column(Learner))
    title: Mapped[str] = mapped_column(String(60))
    state: Mapped[PlanState] = mapped_column(enum_column(PlanState))
    revision: Mapped[int] = mapped_column(default=1)
    standing: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PlanEntry(Base):
    """Something to study in a month of the plan. `item_id` empty: only named, and still to be offered."""

    __tablename__ = "study_plan_entry"
    __table_args__ = table_args(CheckConstraint("month BETWEEN 1 AND 12", name="month"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("study_plan.id", ondelete="CASCADE"), index=True)
    month: Mapped[int]
    slot: Mapped[Slot] = mapped_column(enum_column(Slot))
    title: Mapped[str] = mapped_column(String(60))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("study_item.id"), index=True)
    suggested_by: Mapped[date] = mapped_column(Date)
    """A reasonable day, never a deadline with consequences."""


class Choice(Base):
    """自助式: a column that a member wants to see first. Only the member reads it."""

    __tablename__ = "study_choice"
    __table_args__ = table_args(UniqueConstraint("member_id", "column_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    column_id: Mapped[int] = mapped_column(ForeignKey("study_column.id", ondelete="CASCADE"))


class Wish(Base):
    """点播: what a member asks the branch to offer. Who asked is shown to nobody but the member.

    `key` names it to the branch: a number that grows would tell in which order people asked. `place` is 1, 2 or 3
    while it is open, so that a person has three open ones at most, and empty afterwards.
    """

    __tablename__ = "study_wish"
    __table_args__ = table_args(
        UniqueConstraint("member_id", "place"), CheckConstraint("place BETWEEN 1 AND 3", name="place")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(16), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    place: Mapped[int | None]
    text: Mapped[str] = mapped_column(String(200))
    state: Mapped[WishState] = mapped_column(enum_column(WishState))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("study_item.id"))
    answer: Mapped[str] = mapped_column(String(200), default="")
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
