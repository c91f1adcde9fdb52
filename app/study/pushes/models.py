"""An item that is told to people on a day: by the notices, under their budget and their switches."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText, UTCDateTime, enum_column, table_args
from app.notices.models import Urgency
from app.study.pushes.states import PushState


class StudyPush(Base):
    """`audience` is the JSON of `notices.announcements.audience.Audience`; `urgency` is DIGEST or OWN_PUSH.

    `waiting` is 1 until it is sent or withdrawn: an organisation schedules an item once at a time.
    """

    __tablename__ = "study_push"
    __table_args__ = table_args(
        UniqueConstraint("item_id", "organization_id", "waiting"),
        Index("ix_study_push_state_send_at", "state", "send_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    audience: Mapped[str] = mapped_column(LongText)
    urgency: Mapped[Urgency] = mapped_column(enum_column(Urgency))
    send_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[PushState] = mapped_column(enum_column(PushState))
    waiting: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
