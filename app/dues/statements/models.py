"""WeChat's daily trade bills, matched line by line with our orders, and the differences that people settle."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.dues.columns import Fen, Moment
from app.dues.ports import StatementKind


class StatementState(StrEnum):
    WANTED = "wanted"
    READ = "read"
    MATCHED = "matched"
    NONE = "none"
    """WeChat has none for that day, and we have no payment of that day either."""


class TradeStatement(Base):
    """One merchant's day (China). Read again it replaces its lines; cases stay."""

    __tablename__ = "dues_statement"
    __table_args__ = table_args(UniqueConstraint("mchid", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    mchid: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[StatementState] = mapped_column(enum_column(StatementState))
    digest: Mapped[str] = mapped_column(String(40), default="")
    count: Mapped[int] = mapped_column(default=0)
    total_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    fees_fen: Mapped[Fen] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    ask_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    matched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(200), default="")


class TradeLine(Base):
    __tablename__ = "dues_statement_line"
    __table_args__ = table_args(
        UniqueConstraint("statement_id", "number"),
        Index("ix_dues_statement_line_out_trade_no", "out_trade_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("dues_statement.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[Moment]
    kind: Mapped[StatementKind] = mapped_column(enum_column(StatementKind))
    app_id: Mapped[str] = mapped_column(String(32))
    transaction_id: Mapped[str] = mapped_column(String(64))
    out_trade_no: Mapped[str] = mapped_column(String(64))
    out_refund_no: Mapped[str] = mapped_column(String(64), default="")
    refund_id: Mapped[str] = mapped_column(String(64), default="")
    amount_fen: Mapped[Fen]
    """Paid, or given back."""
    fee_fen: Mapped[Fen]
    state: Mapped[str] = mapped_column(String(24))


class CaseKind(StrEnum):
    AMOUNT = "amount"
    """WeChat's amount is not our order's."""
    STRANGER = "stranger"
    """Merchant, app or payer are not our order's."""
    UNKNOWN_ORDER = "unknown_order"
    """Money for an order that we do not have."""
    UNKNOWN_REFUND = "unknown_refund"
    NOT_BOOKED = "not_booked"
    """In the bill, not in our books, and asking WeChat did not settle it."""
    NOT_IN_BILL = "not_in_bill"
    """In our books, not in the bill of its day."""
    BAD_BILL = "bad_bill"
    NO_BILL = "no_bill"
    REFUND_ABNORMAL = "refund_abnormal"
    REFUND_CLOSED = "refund_closed"
    REFUND_REFUSED = "refund_refused"
    """WeChat refuses to give back, for instance because the balance is too small."""
    PAID_TWICE = "paid_twice"
    """What is surplus was kept as advance or is on its way back; a person is told."""


class CaseState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


class Case(Base):
    """A difference for a person. `key` names it, so that it is opened once however often it is seen."""

    __tablename__ = "dues_case"
    __table_args__ = table_args(Index("ix_dues_case_state_opened_at", "state", "opened_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[CaseKind] = mapped_column(enum_column(CaseKind))
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState), default=CaseState.OPEN)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    mchid: Mapped[str] = mapped_column(String(32), default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("dues_order.id"), index=True)
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("dues_statement.id"))
    ours_fen: Mapped[int | None] = mapped_column(BigInteger)
    theirs_fen: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[Moment]
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
