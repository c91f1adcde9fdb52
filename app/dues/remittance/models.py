"""What goes upward by which rule, and the totals that members read."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, enum_column, table_args
from app.dues.columns import Fen, Moment, Month, Username
from app.staff.deciding import Proposed, two_people


class RemitEvery(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class RemitRule(Base, Proposed):
    """A share of what was really received, without 大额党费; set by each system (facts/domain §1.5)."""

    __tablename__ = "dues_remit_rule"
    __table_args__ = table_args(
        UniqueConstraint("organization_id", "effective_from", "standing"),
        CheckConstraint("ratio_bp BETWEEN 1 AND 10000", name="ratio"),
        CheckConstraint("due_days BETWEEN 1 AND 366", name="due_days"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    to_name: Mapped[str] = mapped_column(String(100))
    ratio_bp: Mapped[int]
    """Hundredths of a percent."""
    every: Mapped[RemitEvery] = mapped_column(enum_column(RemitEvery))
    due_days: Mapped[int]
    """Days after the end of the period."""
    clause: Mapped[str] = mapped_column(String(200))
    effective_from: Mapped[Month]
    standing: Mapped[int | None]


class Remittance(Base, Proposed):
    """One sheet: what was received in the period, the share, and the voucher once it was sent."""

    __tablename__ = "dues_remittance"
    __table_args__ = table_args(
        UniqueConstraint("organization_id", "from_month", "standing"),
        CheckConstraint("amount_fen > 0 AND received_fen >= amount_fen", name="amounts"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("dues_remit_rule.id"))
    from_month: Mapped[Month]
    until_month: Mapped[Month]
    received_fen: Mapped[Fen]
    amount_fen: Mapped[Fen]
    document_no: Mapped[str] = mapped_column(String(60), default="")
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
    standing: Mapped[int | None]
    """1 while proposed or approved: one sheet a period."""


class Publication(Base):
    """Totals that an organisation's members read, as the JSON of `remittance.publicity.Totals`: no name in it."""

    __tablename__ = "dues_publication"
    __table_args__ = table_args(
        UniqueConstraint(
            "organization_id", "from_month", "until_month", "version", name="uq_dues_publication_period"
        )
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    from_month: Mapped[Month]
    until_month: Mapped[Month]
    version: Mapped[int]
    totals: Mapped[str] = mapped_column(Text)
    published_by: Mapped[Username]
    published_at: Mapped[Moment]
