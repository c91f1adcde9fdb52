"""Orders at WeChat Pay, what each is for, and refunds."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.dues.books.models import Account
from app.dues.columns import Fen, Moment, Month
from app.dues.orders.states import OrderState, RefundState


class LineKind(StrEnum):
    BILL = "bill"
    ADVANCE = "advance"
    """A month to come, which has no bill yet."""
    EXTRA = "extra"
    """More than is due, of one's own free will."""


class Order(Base):
    """`open_member_id` is the member while the order may be paid and is wanted: one such order a member.

    `content_key`: SHA-256 of what is paid and by whom, so that the same wish finds the same order.
    """

    __tablename__ = "dues_order"
    __table_args__ = table_args(
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= amount_fen", name="refunded"),
        CheckConstraint("(state = 'paid') = (transaction_id IS NOT NULL)", name="paid"),
        CheckConstraint("open_member_id IS NULL OR state IN ('created', 'pending')", name="open"),
        Index("ix_dues_order_ask_at", "ask_at"),
        Index("ix_dues_order_mchid_paid_at", "mchid", "paid_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    out_trade_no: Mapped[str] = mapped_column(String(32), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    committee_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    mchid: Mapped[str] = mapped_column(String(32))
    app_id: Mapped[str] = mapped_column(String(32))
    openid: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(127))
    amount_fen: Mapped[Fen]
    content_key: Mapped[str] = mapped_column(String(64))
    open_member_id: Mapped[int | None] = mapped_column(unique=True)
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState))
    prepay_id: Mapped[str | None] = mapped_column(String(64))
    prepaid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ask_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When WeChat is next asked about it; empty when there is nothing left to ask."""
    asked: Mapped[int] = mapped_column(default=0)
    transaction_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    """Given back, or promised to be."""


class OrderLine(Base):
    __tablename__ = "dues_order_line"
    __table_args__ = table_args(
        UniqueConstraint("order_id", "bill_id"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(kind = 'bill') = (bill_id IS NOT NULL)", name="bills"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dues_order.id"), index=True)
    kind: Mapped[LineKind] = mapped_column(enum_column(LineKind))
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("dues_bill.id"))
    month: Mapped[Month | None]
    amount_fen: Mapped[Fen]


class RefundCause(StrEnum):
    TWICE = "twice"
    """Paid for what was paid already; decided by the policy, so that nobody need approve it."""
    TOO_MUCH = "too_much"
    ASKED = "asked"


class Refund(Base):
    """`key` says what it gives back, so that nothing is given back twice."""

    __tablename__ = "dues_refund"
    __table_args__ = table_args(
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(taken_from = 'receivable') = (bill_id IS NOT NULL)", name="bills"),
        Index("ix_dues_refund_ask_at", "ask_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dues_order.id"), index=True)
    out_refund_no: Mapped[str] = mapped_column(String(64), unique=True)
    amount_fen: Mapped[Fen]
    cause: Mapped[RefundCause] = mapped_column(enum_column(RefundCause))
    reason: Mapped[str] = mapped_column(String(80))
    taken_from: Mapped[Account] = mapped_column(enum_column(Account))
    """Where the money was booked: RECEIVABLE (of `bill_id`), ADVANCE, EXTRA; or REFUNDS, where it was owed already."""
    bill_id: Mapped[int | None] = mapped_column(ForeignKey("dues_bill.id"))
    state: Mapped[RefundState] = mapped_column(enum_column(RefundState))
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[Moment]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ask_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked: Mapped[int] = mapped_column(default=0)
    refund_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    error: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
