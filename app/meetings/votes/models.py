"""Count sheets of votes taken in the room, on paper or by hand. No ballot is cast here (design §2)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UTCDateTime, enum_column, table_args
from app.meetings.votes.states import VoteState


class Matter(StrEnum):
    """What is voted on; each has its gate and its majority (facts/domain §2.3)."""

    GENERAL = "general"
    ADMISSION = "admission"
    CONVERSION = "conversion"
    DISPOSITION = "disposition"
    COMMITTEE = "committee"
    ELECTION = "election"


class Method(StrEnum):
    BALLOT = "ballot"
    HANDS = "hands"


class Vote(Base):
    """One question, or one election. `due`, `due_voting`, `present_voting`: people, as the count was entered.

    Of ballots: `issued` ≥ `returned` = for + against + abstained + spoiled. Written opinions are counted apart.
    """

    __tablename__ = "meeting_vote"
    __table_args__ = table_args(
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("returned IS NULL OR returned >= 0", name="returned"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int]
    matter: Mapped[Matter] = mapped_column(enum_column(Matter))
    method: Mapped[Method] = mapped_column(enum_column(Method))
    subject: Mapped[str] = mapped_column(String(200))
    seats: Mapped[int] = mapped_column(default=0)
    state: Mapped[VoteState] = mapped_column(enum_column(VoteState))
    due_voting: Mapped[int | None]
    present_voting: Mapped[int | None]
    issued: Mapped[int | None]
    returned: Mapped[int | None]
    in_favour: Mapped[int | None]
    against: Mapped[int | None]
    abstained: Mapped[int | None]
    spoiled: Mapped[int | None]
    written_in_favour: Mapped[int] = mapped_column(default=0)
    written_against: Mapped[int] = mapped_column(default=0)
    written_abstained: Mapped[int] = mapped_column(default=0)
    count_number: Mapped[int] = mapped_column(default=0)
    opened_by: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    counted_by: Mapped[str] = mapped_column(String(64), default="")
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    void_reason: Mapped[str] = mapped_column(String(200), default="")


class Candidate(Base):
    """A person who stands in an election, or whose name was written in (另选他人), and the ballots for them."""

    __tablename__ = "meeting_candidate"
    __table_args__ = table_args(UniqueConstraint("vote_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("meeting_vote.id"))
    name: Mapped[str] = mapped_column(String(50))
    in_favour: Mapped[int | None]
    written_in: Mapped[bool] = mapped_column(default=False)


class WrittenOpinion(Base):
    """That an absent voter handed in an opinion before the meeting; what it says is on the paper alone."""

    __tablename__ = "written_opinion"
    __table_args__ = table_args(UniqueConstraint("vote_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("meeting_vote.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[str] = mapped_column(String(64))


class Teller(Base):
    """A member who counts; each confirms the count of `count_number` on their own phone.

    `paper_reason`: why the recorder entered that they signed the sheet on paper instead (纸质签字).
    """

    __tablename__ = "meeting_teller"
    __table_args__ = table_args(UniqueConstraint("vote_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("meeting_vote.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    confirmed_count: Mapped[int | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paper_reason: Mapped[str | None] = mapped_column(String(200))
