"""The double-entry ledger of a committee's dues. Every entry takes from one account and gives to another, so that the
sum over all accounts is zero whatever is written."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.dues.columns import Fen, Moment, Month, Username
from app.staff.deciding import Proposed, two_people


class Account(StrEnum):
    RECEIVABLE = "receivable"
    WECHAT = "wechat"
    CASH = "cash"
    BANK = "bank"
    DUES = "dues"
    EXTRA = "extra"
    INTEREST = "interest"
    ADVANCE = "advance"
    REFUNDS = "refunds"
    LARGE = "large"
    SUSPENSE = "suspense"
    REMITTED = "remitted"
    USED = "used"
    CHARGES = "charges"
    OPENING = "opening"


class JournalKind(StrEnum):
    BILLED = "billed"
    PAID = "paid"
    ADVANCE_USED = "advance_used"
    REFUND_OWED = "refund_owed"
    REFUNDED = "refunded"
    HANDED_OVER = "handed_over"
    LARGE = "large"
    REMITTED = "remitted"
    BOOKED = "booked"
    """By hand, from a draft that two people approved."""
    REVERSAL = "reversal"


class PeriodState(StrEnum):
    OPEN = "open"
    LOCKED = "locked"


class Period(Base):
    """A committee's month of bookkeeping. `vouchers` is the last number given; raising it takes the row's lock."""

    __tablename__ = "dues_period"
    __table_args__ = table_args(UniqueConstraint("committee_id", "month"))

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    month: Mapped[Month]
    state: Mapped[PeriodState] = mapped_column(enum_column(PeriodState), default=PeriodState.OPEN)
    vouchers: Mapped[int] = mapped_column(default=0)
    locked_by: Mapped[str | None] = mapped_column(String(64))
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Reopening(Base, Proposed):
    """Opening a locked month again: a reason, and a second person."""

    __tablename__ = "dues_reopening"
    __table_args__ = table_args(CheckConstraint("reason <> ''", name="reason"), two_people())

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("dues_period.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))


class Journal(Base):
    """One voucher. `external_key` says what it books: nothing is booked twice. A reversal needs two people."""

    __tablename__ = "dues_journal"
    __table_args__ = table_args(
        UniqueConstraint("committee_id", "month", "number"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversals_reverse"),
        CheckConstraint(
            "kind NOT IN ('reversal', 'booked') OR (approved_by <> '' AND approved_by <> made_by AND reason <> '')",
            name="by_two_people",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    month: Mapped[Month]
    number: Mapped[int]
    kind: Mapped[JournalKind] = mapped_column(enum_column(JournalKind))
    external_key: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[Moment]
    made_by: Mapped[Username]
    approved_by: Mapped[Username] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)


class Entry(Base):
    """`amount_fen` from `credit` to `debit`. Rows are only ever added."""

    __tablename__ = "dues_entry"
    __table_args__ = table_args(
        Index("ix_dues_entry_debit", "debit_organization_id", "debit"),
        Index("ix_dues_entry_credit", "credit_organization_id", "credit"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(
            "debit <> credit OR debit_organization_id <> credit_organization_id", name="two_accounts"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("dues_journal.id"), index=True)
    debit: Mapped[Account] = mapped_column(enum_column(Account, name="debit"))
    debit_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    credit: Mapped[Account] = mapped_column(enum_column(Account, name="credit"))
    credit_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    amount_fen: Mapped[Fen]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("dues_bill.id"), index=True)


class DraftKind(StrEnum):
    """What is booked by hand."""

    OPENING = "opening"
    INTEREST = "interest"
    CHARGE = "charge"
    SETTLED = "settled"
    """WeChat paid its balance out to the bank account."""
    USE = "use"
    SUSPENSE = "suspense"
    """Money of unknown origin is given to a member's advance, or back."""
    FOUND_WECHAT = "found_wechat"
    """Money of unknown origin that WeChat holds."""
    FOUND_BANK = "found_bank"
    """〃 that came to the bank account."""
    GIVEN_BACK = "given_back"
    """What was owed to a member went back another way than by WeChat."""
    GIVEN_BACK_WECHAT = "given_back_wechat"
    """〃 went back at WeChat's own merchant site, past us."""
    ADVANCE_BACK = "advance_back"
    """What a member paid ahead and no bill met went back from the bank account, to them or their heirs."""
    BILL = "bill"
    """Takes a bill back on which nothing is paid, so that it can be made anew."""
    REVERSAL = "reversal"


class UseItem(StrEnum):
    """The five uses of 2008 (facts/domain §1.6)."""

    TRAINING = "training"
    MATERIALS = "materials"
    COMMENDATION = "commendation"
    HARDSHIP = "hardship"
    DISASTER = "disaster"


class Draft(Base, Proposed):
    """An entry by hand that waits for a second person; approving it books it."""

    __tablename__ = "dues_draft"
    __table_args__ = table_args(
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(kind = 'use') = (item IS NOT NULL)", name="uses_have_items"),
        CheckConstraint("(kind = 'bill') = (bill_id IS NOT NULL)", name="bills"),
        CheckConstraint(
            "kind NOT IN ('given_back', 'given_back_wechat', 'advance_back') OR member_id IS NOT NULL",
            name="given_to",
        ),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversals_reverse"),
        two_people(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[DraftKind] = mapped_column(enum_column(DraftKind))
    month: Mapped[Month | None]
    """The month that it belongs to; empty: that of the day it is booked."""
    amount_fen: Mapped[Fen]
    item: Mapped[UseItem | None] = mapped_column(enum_column(UseItem))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(String(200))
    document_no: Mapped[str] = mapped_column(String(60), default="")
    decided_on: Mapped[date | None] = mapped_column(Date)
    """The day of the collective discussion that a use needs (facts/domain §1.6)."""
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("dues_bill.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"))
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
