"""Everything that arrived from outside, with what we answered."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, LongText, UTCDateTime, enum_column, table_args
from app.inbox.states import InboxState


class InboundEvent(Base):
    """One message or event. `external_key` is unique: the database decides what was seen before."""

    __tablename__ = "inbound_event"
    # Nearly every row is handled; only the others are ever looked for by state (MySQL indexes them all).
    __table_args__ = table_args(
        Index(
            "ix_inbound_event_state_received_at",
            "state",
            "received_at",
            sqlite_where=text("state != 'handled'"),
            postgresql_where=text("state != 'handled'"),
        )
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    external_key: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(64))
    openid: Mapped[str | None] = mapped_column(String(64), index=True)
    body: Mapped[str | None] = mapped_column(LongText)
    state: Mapped[InboxState] = mapped_column(enum_column(InboxState))
    reply: Mapped[str | None] = mapped_column(LongText)
    error: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
