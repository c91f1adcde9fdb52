"""What WeChat Pay told us: kept before anybody acts on it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.core.states import Transitions
from app.dues.columns import Moment


class NotificationState(StrEnum):
    RECEIVED = "received"
    HANDLED = "handled"
    REFUSED = "refused"
    """Genuine, but not about an order of ours as we know it: a case was opened, nothing changed."""


NOTIFICATION: Transitions[NotificationState] = {
    NotificationState.RECEIVED: frozenset({NotificationState.HANDLED, NotificationState.REFUSED}),
    NotificationState.HANDLED: frozenset(),
    NotificationState.REFUSED: frozenset(),
}


class PayNotification(Base):
    """`external_key`: merchant and notification number. `nonce_key` refuses a nonce that comes with other contents."""

    __tablename__ = "dues_notification"
    __table_args__ = table_args(Index("ix_dues_notification_state_received_at", "state", "received_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    external_key: Mapped[str] = mapped_column(String(100), unique=True)
    nonce_key: Mapped[str] = mapped_column(String(64), unique=True)
    event_type: Mapped[str] = mapped_column(String(32))
    out_trade_no: Mapped[str] = mapped_column(String(64), index=True)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[NotificationState] = mapped_column(enum_column(NotificationState))
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[Moment]
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(200), default="")
