"""How a committee collects: by which ways, into which account, rounded how. Two people put it in force."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, enum_column, table_args
from app.dues.columns import Month
from app.staff.deciding import Proposed, two_people


class Twice(StrEnum):
    """What becomes of money that was paid a second time for the same thing."""

    REFUND = "refund"
    ADVANCE = "advance"


class Publishing(StrEnum):
    """How often totals are published to members (facts/domain §1.6: at least once a year)."""

    QUARTER = "quarter"
    YEAR = "year"


class DuesPolicy(Base, Proposed):
    """A committee's rule for itself and what is below it, until one below has its own. That committee keeps the books.

    No payroll deduction, payment by the organisation or "mark all paid" can be switched on (facts/domain §1.4).
    """

    __tablename__ = "dues_policy"
    __table_args__ = table_args(
        UniqueConstraint("organization_id", "effective_from", "standing"),
        CheckConstraint("round_to_fen IN (1, 10, 100)", name="round_to"),
        CheckConstraint("due_day BETWEEN 1 AND 28", name="due_day"),
        CheckConstraint("base_month BETWEEN 1 AND 12", name="base_month"),
        CheckConstraint("advance_months BETWEEN 1 AND 6", name="advance_months"),
        CheckConstraint("retired_permille BETWEEN 1 AND 1000", name="retired_permille"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    effective_from: Mapped[Month]
    by_wechat: Mapped[bool]
    by_cash: Mapped[bool]
    by_transfer: Mapped[bool]
    mchid: Mapped[str] = mapped_column(String(32), default="")
    """The merchant account of this very committee; empty where nothing is paid by WeChat."""
    account_name: Mapped[str] = mapped_column(String(100), default="")
    account_bank: Mapped[str] = mapped_column(String(100), default="")
    account_number: Mapped[str] = mapped_column(String(40), default="")
    cash_day: Mapped[str] = mapped_column(String(50), default="主题党日")
    due_day: Mapped[int] = mapped_column(default=10)
    base_month: Mapped[int] = mapped_column(default=1)
    round_to_fen: Mapped[int] = mapped_column(default=1)
    retired_permille: Mapped[int] = mapped_column(default=1000)
    advance_months: Mapped[int] = mapped_column(default=3)
    twice: Mapped[Twice] = mapped_column(enum_column(Twice), default=Twice.REFUND)
    proxy: Mapped[bool] = mapped_column(default=True)
    """Whether a relative or another member may hand in cash for somebody, named, with their consent."""
    publishing: Mapped[Publishing] = mapped_column(enum_column(Publishing), default=Publishing.QUARTER)
    standing: Mapped[int | None]
