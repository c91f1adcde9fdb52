"""One delivery per subject and person, each attempt to make it, and what limits the attempts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UTCDateTime, enum_column, table_args
from app.notices.states import DeliveryState


class Channel(StrEnum):
    """The ways out, beside the person's own list of notices, which always has it."""

    CUSTOMER = "customer"
    TEMPLATE = "template"
    SUBSCRIPTION = "subscription"
    MINI_PROGRAM = "mini_program"


class Urgency(StrEnum):
    """What a push may do (facts/domain §7.3 FR8). `PERSONAL` is the person's own matter, such as an answer."""

    DIGEST = "digest"
    OWN_PUSH = "own_push"
    PERSONAL = "personal"
    EMERGENCY = "emergency"


class Topic(StrEnum):
    """What a person may switch off; the list of notices keeps everything."""

    ANNOUNCEMENTS = "announcements"
    MEETINGS = "meetings"
    DUES = "dues"
    STUDY = "study"
    DIGEST = "digest"


class Delivery(Base):
    """`id` is also WeChat's `client_msg_id`: the platform sends it once, however often we ask within 10 minutes.

    `fields` holds only what is this person's own; what all share is in the announcement. `unsure_since`: when
    the first try began that may have arrived; a repeat is dropped by the platform only for some minutes.
    """

    __tablename__ = "delivery"
    __table_args__ = table_args(
        UniqueConstraint("identity_id", "subject"),
        UniqueConstraint("subject", "member_id"),
        Index("ix_delivery_state_not_before", "state", "not_before"),
        Index("ix_delivery_announcement_id_state", "announcement_id", "state"),
        Index("ix_delivery_member_id_created_at", "member_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("wechat_identity.id", ondelete="SET NULL"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[Urgency] = mapped_column(enum_column(Urgency), default=Urgency.PERSONAL)
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel))
    fields: Mapped[str] = mapped_column(Text)
    state: Mapped[DeliveryState] = mapped_column(enum_column(DeliveryState))
    reason: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    unsure_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeliveryAttempt(Base):
    __tablename__ = "delivery_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str | None] = mapped_column(String(64))
    remote_id: Mapped[str | None] = mapped_column(String(64), index=True)


class EarlyReceipt(Base):
    """The platform's word on a send that is not recorded yet: it waits here for its attempt."""

    __tablename__ = "early_receipt"

    remote_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChannelPause(Base):
    """A channel that nobody may use until then: the platform has stopped the whole account."""

    __tablename__ = "channel_pause"

    channel: Mapped[Channel] = mapped_column(enum_column(Channel), primary_key=True)
    reason: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class SubscriptionGrant(Base):
    """The wallet: how many more notices of one template this person has agreed to."""

    __tablename__ = "subscription_grant"
    __table_args__ = table_args(
        UniqueConstraint("identity_id", "template_id"), CheckConstraint("remaining >= 0", name="remaining")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identity.id", ondelete="CASCADE"))
    template_id: Mapped[str] = mapped_column(String(64))
    remaining: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TopicSwitch(Base):
    """A topic that this person has switched off. No row: on."""

    __tablename__ = "topic_switch"
    __table_args__ = table_args(UniqueConstraint("member_id", "topic"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    topic: Mapped[Topic] = mapped_column(enum_column(Topic))
    off_at: Mapped[datetime] = mapped_column(UTCDateTime)
