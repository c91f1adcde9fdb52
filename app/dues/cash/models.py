"""Receipts, reported transfers, cash on its way up, and gifts that go to the centre whole."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.dues.books.models import Account
from app.dues.cash.states import HandoverState, TransferState
from app.dues.columns import Fen, Moment, Month, Username


class PayWay(StrEnum):
    WECHAT = "wechat"
    CASH = "cash"
    TRANSFER = "transfer"


class ReceiptSeries(Base):
    """The last receipt number of a committee's year: raised in the transaction that uses it; none is left out."""

    __tablename__ = "dues_receipt_series"

    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Receipt(Base):
    """One payment and its number. Cancelled by a reversal, never deleted; a reprint says that it is a copy."""

    __tablename__ = "dues_receipt"
    __table_args__ = table_args(
        UniqueConstraint("committee_id", "year", "number"),
        Index("ix_dues_receipt_organization_id_paid_at", "organization_id", "paid_at"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("payer_name = '' OR (payer_relation <> '' AND payer_consent)", name="proxy"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int]
    number: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    way: Mapped[PayWay] = mapped_column(enum_column(PayWay))
    amount_fen: Mapped[Fen]
    paid_at: Mapped[Moment]
    journal_id: Mapped[int] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("dues_order.id"), unique=True)
    received_by: Mapped[Username] = mapped_column(default="")
    payer_name: Mapped[str] = mapped_column(String(50), default="")
    payer_relation: Mapped[str] = mapped_column(String(20), default="")
    payer_consent: Mapped[bool] = mapped_column(default=False)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
    printed: Mapped[int] = mapped_column(default=0)


class ReceiptLine(Base):
    """What a receipt is for, by the account that it went to: a month's bill, a month to come, or more than is due."""

    __tablename__ = "dues_receipt_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("dues_receipt.id"), index=True)
    account: Mapped[Account] = mapped_column(enum_column(Account), default=Account.RECEIVABLE)
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("dues_bill.id"), index=True)
    month: Mapped[Month | None]
    amount_fen: Mapped[Fen]


class Transfer(Base):
    """A member says that they transferred dues to the account; a person confirms it by the bank's slip."""

    __tablename__ = "dues_transfer"
    __table_args__ = table_args(CheckConstraint("amount_fen > 0", name="amount"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    open_member_id: Mapped[int | None] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    amount_fen: Mapped[Fen]
    paid_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[TransferState] = mapped_column(enum_column(TransferState))
    reported_at: Mapped[Moment]
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(200), default="")
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("dues_receipt.id"), unique=True)


class Handover(Base):
    """Cash from one organisation to the next above, or into the bank: who gives and who takes are two people."""

    __tablename__ = "dues_handover"
    __table_args__ = table_args(
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("received_by IS NULL OR received_by <> handed_by", name="two_people"),
        CheckConstraint(
            "NOT banked OR state <> 'received' OR (slip_number <> '' AND slip_on IS NOT NULL)", name="slip"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    from_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    to_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    banked: Mapped[bool]
    """Paid into the committee's bank account, shown by a slip, instead of handed over as cash."""
    amount_fen: Mapped[Fen]
    state: Mapped[HandoverState] = mapped_column(enum_column(HandoverState))
    handed_by: Mapped[Username]
    handed_at: Mapped[Moment]
    received_by: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    slip_number: Mapped[str] = mapped_column(String(60), default="")
    slip_bank: Mapped[str] = mapped_column(String(60), default="")
    slip_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), default="")
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)


class LargeGift(Base):
    """大额党费: a voluntary single payment of 1,000 yuan or more, wholly to the centre (facts/domain §1.4)."""

    __tablename__ = "dues_large_gift"
    __table_args__ = table_args(
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("passed_by IS NULL OR passed_by <> received_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    way: Mapped[PayWay] = mapped_column(enum_column(PayWay))
    amount_fen: Mapped[Fen]
    received_on: Mapped[date] = mapped_column(Date)
    received_by: Mapped[Username]
    profile: Mapped[str] = mapped_column(String(500))
    journal_id: Mapped[int] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
    passed_by: Mapped[str | None] = mapped_column(String(64))
    passed_on: Mapped[date | None] = mapped_column(Date)
    passed_to: Mapped[str] = mapped_column(String(100), default="")
    passed_journal_id: Mapped[int | None] = mapped_column(ForeignKey("dues_journal.id"), unique=True)
    centre_receipt: Mapped[str] = mapped_column(String(60), default="")
