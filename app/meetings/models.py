"""Meetings, the people expected at them, and their check-ins."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.meetings.states import LeaveState


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
    LINK = "link"
    MINI_PROGRAM = "mini_program"
    HAND_CODE = "hand_code"
    CARD = "card"
    KEPT_SCAN = "kept_scan"
    RECORDER = "recorder"


class Standing(StrEnum):
    """In what standing a person is on the list: who counts, and who votes (facts/domain §2.3)."""

    VOTING = "voting"
    NON_VOTING = "non_voting"
    NOT_COUNTED = "not_counted"
    INVITED = "invited"


class Ground(StrEnum):
    """Why somebody is not counted: only by the superior's consent and the meeting's vote (facts/domain §2.3)."""

    ILLNESS = "illness"
    ABROAD = "abroad"
    SENTENCE = "sentence"
    OLD_OR_BEDRIDDEN = "old_or_bedridden"
    RELATION_NOT_MOVED = "relation_not_moved"
    RETIRED_HOME = "retired_home"


class LeaveKind(StrEnum):
    """facts/domain §6.2 attendance: 请假(因公/病/事/倒班)."""

    DUTY = "duty"
    SICK = "sick"
    PERSONAL = "personal"
    SHIFT = "shift"


class Meeting(Base):
    """`hand_code` is kept only while somebody may still type it; `roster_at`: when 应到 was last taken.

    `late_reason` marks a late entry (补录). `revision` grows with each move, for calendars.
    """

    __tablename__ = "meeting"
    __table_args__ = table_args(
        UniqueConstraint("plan_id", "planned_on"),
        UniqueConstraint("organization_id", "record_year", "record_number"),
    )

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
    hand_code: Mapped[str | None] = mapped_column(String(6), unique=True)
    ticket_url: Mapped[str | None] = mapped_column(String(255))
    ticket_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    moved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    chair: Mapped[str] = mapped_column(String(50), default="", server_default="")
    recorder: Mapped[str] = mapped_column(String(50), default="", server_default="")
    agenda: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    roster_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late_reason: Mapped[str | None] = mapped_column(String(200))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_plan.id"))
    planned_on: Mapped[date | None] = mapped_column(Date)
    record_year: Mapped[int | None]
    record_number: Mapped[int | None]


class MeetingOrganization(Base):
    """A branch that takes part in a joint meeting, beside the one that holds it."""

    __tablename__ = "meeting_organization"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "organization_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)


class Expected(Base):
    """应到 and who sits in: a person of the roster, in the organisation of that day."""

    __tablename__ = "meeting_expected"
    __table_args__ = table_args(
        UniqueConstraint("meeting_id", "member_id"),
        CheckConstraint(
            "(standing = 'not_counted') = (ground IS NOT NULL AND approval_no IS NOT NULL)", name="approved"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    standing: Mapped[Standing] = mapped_column(enum_column(Standing))
    ground: Mapped[Ground | None] = mapped_column(enum_column(Ground))
    approval_no: Mapped[str | None] = mapped_column(String(60))


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
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HandCodeTries(Base):
    """Wrong six digits of one chat, counted until the cool-down ends; here, because Redis may vanish."""

    __tablename__ = "hand_code_tries"

    identity_id: Mapped[int] = mapped_column(
        ForeignKey("wechat_identity.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    wrong: Mapped[int]
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Leave(Base):
    """One person's leave from one meeting. Who is on leave still counts in 应到."""

    __tablename__ = "meeting_leave"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[LeaveKind] = mapped_column(enum_column(LeaveKind))
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[LeaveState] = mapped_column(enum_column(LeaveState))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[str] = mapped_column(String(64), default="")
    answer: Mapped[str] = mapped_column(String(200), default="")


class MakeUp(Base):
    """补课: somebody who was away caught up later. It is never presence."""

    __tablename__ = "meeting_make_up"
    __table_args__ = table_args(UniqueConstraint("meeting_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    done_on: Mapped[date] = mapped_column(Date)
    way: Mapped[str] = mapped_column(String(100), default="")
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CalendarFeed(Base):
    """A person's own .ics address; only the token's SHA-256 is kept, and the row goes when it is revoked."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
