"""What a member's monthly dues are, from which base, who set it; reliefs, reviews, and the yearly file."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.dues.columns import Fen, Moment, Month
from app.dues.standards.models import DuesCategory
from app.staff.deciding import Proposed, two_people


class Cause(StrEnum):
    """Why a member's amount was set: once a year, or one of the reasoned exceptions (facts/domain §1.1)."""

    YEARLY = "yearly"
    FIRST = "first"
    TRANSFER_IN = "transfer_in"
    RETIREMENT = "retirement"
    JOB_LOSS = "job_loss"
    CATEGORY = "category"
    MONTHLY_PAY = "monthly_pay"
    """年薪制 month by month, and no monthly pay quarter by quarter."""
    REVIEW = "review"
    CORRECTION = "correction"


class Assessment(Base, Proposed):
    """A member's amount from a month on. `base_sealed` holds fen as text and nothing else of a pay slip."""

    __tablename__ = "dues_assessment"
    __table_args__ = table_args(
        UniqueConstraint("member_id", "from_month", "standing"),
        CheckConstraint("amount_fen >= 0 AND computed_fen >= 0", name="amounts"),
        CheckConstraint("cause = 'yearly' OR reason <> ''", name="exceptions_have_reasons"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    from_month: Mapped[Month]
    category: Mapped[DuesCategory] = mapped_column(enum_column(DuesCategory))
    base_sealed: Mapped[str | None] = mapped_column(String(200))
    computed_fen: Mapped[Fen]
    amount_fen: Mapped[Fen]
    """After rounding and ceiling; above `computed_fen` only by rounding or where the member asked to give more."""
    capped: Mapped[bool] = mapped_column(default=False)
    voluntary: Mapped[bool] = mapped_column(default=False)
    cause: Mapped[Cause] = mapped_column(enum_column(Cause))
    reason: Mapped[str] = mapped_column(String(200), default="")
    standard_id: Mapped[int] = mapped_column(ForeignKey("dues_standard.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("dues_policy.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("dues_import.id"), index=True)
    standing: Mapped[int | None]
    """1 while approved and not replaced by another for the same month."""


class ReliefKind(StrEnum):
    EXEMPT = "exempt"
    REDUCED = "reduced"


class Relief(Base, Proposed):
    """减免: the branch studied it, the next higher committee decides (facts/domain §1.1). The reason is sealed."""

    __tablename__ = "dues_relief"
    __table_args__ = table_args(
        Index("ix_dues_relief_member_id", "member_id"),
        CheckConstraint("until_month >= from_month", name="months"),
        CheckConstraint(
            "(kind = 'exempt' AND amount_fen = 0) OR (kind = 'reduced' AND amount_fen > 0)", name="amount"
        ),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[ReliefKind] = mapped_column(enum_column(ReliefKind))
    amount_fen: Mapped[Fen]
    from_month: Mapped[Month]
    until_month: Mapped[Month]
    reason_sealed: Mapped[str] = mapped_column(String(1000))
    studied_on: Mapped[date] = mapped_column(Date)
    document_no: Mapped[str] = mapped_column(String(60), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Review(Base):
    """A member asks why; somebody answers. One open question a member."""

    __tablename__ = "dues_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    open_member_id: Mapped[int | None] = mapped_column(unique=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("dues_assessment.id"))
    question: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[Moment]
    answer: Mapped[str] = mapped_column(String(500), default="")
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BaseLineKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"


class BaseImport(Base, Proposed):
    """One file of members and confirmed bases, read as a difference. Approving it approves its assessments."""

    __tablename__ = "dues_import"
    __table_args__ = table_args(two_people())

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    from_month: Mapped[Month]
    cause: Mapped[Cause] = mapped_column(enum_column(Cause))
    reason: Mapped[str] = mapped_column(String(200), default="")
    filename: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    row_total: Mapped[int]


class BaseLine(Base):
    """One row of the file. `fault` names the cell; the base is dropped once the file is decided."""

    __tablename__ = "dues_import_line"
    __table_args__ = table_args(UniqueConstraint("import_id", "row_number"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("dues_import.id", ondelete="CASCADE"))
    row_number: Mapped[int]
    kind: Mapped[BaseLineKind] = mapped_column(enum_column(BaseLineKind))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    category: Mapped[DuesCategory | None] = mapped_column(enum_column(DuesCategory))
    base_sealed: Mapped[str | None] = mapped_column(String(200))
    computed_fen: Mapped[int | None] = mapped_column(BigInteger)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    was_fen: Mapped[int | None] = mapped_column(BigInteger)
    capped: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[str] = mapped_column(String(200), default="")
