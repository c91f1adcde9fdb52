"""Meetings, the people expected at them, and their check-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args


class MeetingKind(StrEnum):
    """facts/domain §6.2 meeting_type."""

    MEMBER_MEETING = "member_meeting"
    BRANCH_COMMITTEE = "branch_committee"
    GROUP_MEETING = "group_meeting"
    PARTY_LECTURE = "party_lecture"
    THEME_DAY = "theme_day"
    ORGANIZATIONAL_LIFE = "organizational_life"
    APPRAISAL = "appraisal"
    DEMOCRATIC_LIFE = "democratic_life"
    CENTRAL_GROUP = "central_group"
    ELECTION = "election"
    COMMITTEE_MEETING = "committee_meeting"
    SEMINAR = "seminar"
    TRAINING = "training"
    OTHER = "other"


class Way(StrEnum):
    """How a person signed in. All ways are equal; none asks for place, photo or face (facts/domain §7.3)."""

    SCAN = "scan"
    HAND_CODE = "hand_code"
    KEPT_SCAN = "kept_scan"
    RECORDER = "recorder"


class Meeting(Base):
    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(enum_column(MeetingKind))
    title: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(100), default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    check_in_from: Mapped[datetime] = mapped_column(UTCDateTime)
    check_in_until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    scene: Mapped[str] = mapped_column(String(32), unique=True)
    hand_code: Mapped[str] = mapped_column(String(6), index=True)
    ticket_url: Mapped[str | None] = mapped_column(String(255))
    ticket_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Expected(Base):
    """应到: a person of the roster on the day when the meeting was announced."""

    __tablename__ = "meeting_expected"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    votes: Mapped[bool]


class CheckIn(Base):
    __tablename__ = "check_in"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    checked_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    way: Mapped[Way] = mapped_column(enum_column(Way))


class KeptScan(Base):
    """A scan by somebody whom we do not know yet; it counts from its own time once they bind."""

    __tablename__ = "kept_scan"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "identity_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identity.id", ondelete="CASCADE"), index=True)
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RefusedCheckIn(Base):
    """An attempt that did not count, with its reason, for the recorder to settle."""

    __tablename__ = "refused_check_in"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "member_id", "reason"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    reason: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
