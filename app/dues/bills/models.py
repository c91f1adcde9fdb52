"""A member's bill for one month, and the runs that make them."""

from datetime import date
from typing import Final

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, enum_column, table_args
from app.dues.bills.states import BillState
from app.dues.columns import Fen, Moment, Month, Username
from app.members.models import GONE, PartyStatus

NOT_BILLED: Final = GONE | {PartyStatus.SUSPENDED}
"""Whose membership is suspended owes nothing meanwhile; what they make good later, the branch decides."""


class Bill(Base):
    """What one member owes for one month. `organization_id`: their branch then; `committee_id`: who keeps the books.

    `live` is 1, and empty once reversed: one bill that stands for each member and month.
    """

    __tablename__ = "dues_bill"
    __table_args__ = table_args(
        UniqueConstraint("member_id", "month", "live"),
        Index("ix_dues_bill_organization_id_month", "organization_id", "month"),
        Index("ix_dues_bill_committee_id_month_state", "committee_id", "month", "state"),
        CheckConstraint("amount_fen >= 0 AND paid_fen >= 0 AND paid_fen <= amount_fen", name="amounts"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    month: Mapped[Month]
    amount_fen: Mapped[Fen]
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[BillState] = mapped_column(enum_column(BillState))
    due_on: Mapped[date] = mapped_column(Date)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("dues_assessment.id"))
    relief_id: Mapped[int | None] = mapped_column(ForeignKey("dues_relief.id"))
    live: Mapped[int | None] = mapped_column(default=1)
    created_at: Mapped[Moment]


class BillRun(Base):
    """A committee's month: when its bills were last made, and how many members had no amount."""

    __tablename__ = "dues_bill_run"
    __table_args__ = table_args(UniqueConstraint("committee_id", "month"))

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    month: Mapped[Month]
    made_at: Mapped[Moment]
    made_by: Mapped[Username]
    bills: Mapped[int]
    total_fen: Mapped[Fen]
    without_amount: Mapped[int]
