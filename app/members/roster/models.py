"""An imported roster and the changes that it proposes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.members.roster.states import ChangeKind, ChangeState


class RosterImport(Base):
    """One file. `organization_id` is set where it was read for one branch or subtree only."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    complete: Mapped[bool]
    row_total: Mapped[int]
    unchanged: Mapped[int]
    notes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    created_by: Mapped[str] = mapped_column(String(64))
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    applied_by: Mapped[str | None] = mapped_column(String(64))
    reverted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reverted_by: Mapped[str | None] = mapped_column(String(64))


class RosterChange(Base):
    """One line of the preview. `contents` is sealed: names, what would be set, and what stood there before."""

    __tablename__ = "roster_change"
    __table_args__ = table_args(Index("ix_roster_change_import_id_state", "import_id", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id", ondelete="CASCADE"))
    row_number: Mapped[int | None]
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    state: Mapped[ChangeState] = mapped_column(enum_column(ChangeState))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    contents: Mapped[str | None] = mapped_column(Text)
