"""What a branch says of a duty that no meeting answers, and when its committee's term ends."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args


class Duty(StrEnum):
    """facts/domain §2.2 and §2.1 (term)."""

    MEMBER_MEETING = "member_meeting"
    BRANCH_COMMITTEE = "branch_committee"
    GROUP_MEETING = "group_meeting"
    PARTY_LECTURE = "party_lecture"
    THEME_DAY = "theme_day"
    ORGANIZATIONAL_LIFE = "organizational_life"
    APPRAISAL = "appraisal"
    RENEWAL = "renewal"


class Statement(StrEnum):
    """迎检自查: 说明 or 不适用, where nothing was held."""

    EXPLAINED = "explained"
    NOT_APPLICABLE = "not_applicable"


class DutyStatement(Base):
    """`period`: 2026, 2026-Q1 or 2026-03, as the duty's frequency is."""

    __tablename__ = "duty_statement"
    __table_args__ = table_args(UniqueConstraint("organization_id", "duty", "period"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    duty: Mapped[Duty] = mapped_column(enum_column(Duty))
    period: Mapped[str] = mapped_column(String(7))
    statement: Mapped[Statement] = mapped_column(enum_column(Statement))
    text: Mapped[str] = mapped_column(String(300))
    stated_by: Mapped[str] = mapped_column(String(64))
    stated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Term(Base):
    """The sitting committee's (or secretary's) term: when it was elected, and when it ends (facts/domain §2.1)."""

    __tablename__ = "organization_term"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, autoincrement=False
    )
    elected_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    has_committee: Mapped[bool] = mapped_column(default=True)
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
