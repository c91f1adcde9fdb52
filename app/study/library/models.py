"""What can be studied: columns, items, their versions with three reviews, and the files beside them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.core.db import Base, LongBinary, LongText, UTCDateTime, enum_column, table_args
from app.study.library.states import VersionState


class ItemKind(StrEnum):
    ARTICLE = "article"
    DOCUMENT = "document"
    """A regulation or a file as it was issued."""
    VIDEO = "video"
    """At an address elsewhere: we keep no films."""
    LINK = "link"
    HANDOUT = "handout"
    """讲义: files for a lecture."""


class StudyReach(StrEnum):
    """Who may read it."""

    EVERYBODY = "everybody"
    BELOW = "below"
    """The organisation and all below it."""
    OWN = "own"
    """That organisation's own people alone."""


class Rights(StrEnum):
    """On what ground it may be shown here (facts/domain §3, S29). News of others is only linked to."""

    OWN_WORK = "own_work"
    REGULATION = "regulation"
    PERMITTED = "permitted"
    LINKED = "linked"


class ReviewVerdict(StrEnum):
    PASSED = "passed"
    RETURNED = "returned"


class StudyColumn(Base):
    """栏目. `owner` sees to it that something new comes (facts/domain §7.3 FR16)."""

    __tablename__ = "study_column"
    __table_args__ = table_args(UniqueConstraint("organization_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(200), default="")
    owner: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_by: Mapped[str | None] = mapped_column(String(64))


class StudyItem(Base):
    """`published_at`: of the version that readers see; empty before the third review, and once withdrawn."""

    __tablename__ = "study_item"
    __table_args__ = table_args(
        Index("ix_study_item_column_id_published_at", "column_id", "published_at"),
        Index("ix_study_item_published_at", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("study_column.id"))
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind))
    reach: Mapped[StudyReach] = mapped_column(enum_column(StudyReach))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StudyVersion(Base):
    """`body` is sanitised HTML. `round` grows each time it is submitted.

    `open_item_id` is the item's id while the version is a draft or in review, `published_item_id` while readers see
    it: one of each at most.
    """

    __tablename__ = "study_version"
    __table_args__ = table_args(UniqueConstraint("item_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id", ondelete="CASCADE"))
    number: Mapped[int]
    open_item_id: Mapped[int | None] = mapped_column(unique=True)
    published_item_id: Mapped[int | None] = mapped_column(unique=True)
    state: Mapped[VersionState] = mapped_column(enum_column(VersionState), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(60))
    summary: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(LongText)
    url: Mapped[str] = mapped_column(String(500), default="")
    source_name: Mapped[str] = mapped_column(String(80))
    source_url: Mapped[str] = mapped_column(String(500), default="")
    rights: Mapped[Rights] = mapped_column(enum_column(Rights))
    rights_note: Mapped[str] = mapped_column(String(200), default="")
    author: Mapped[str] = mapped_column(String(64))
    author_name: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    end_reason: Mapped[str] = mapped_column(String(200), default="")


class StudyWriter(Base):
    """Everybody who has changed this version: none of them reviews it. `StudyVersion.author` wrote last."""

    __tablename__ = "study_writer"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("study_version.id", ondelete="CASCADE"), primary_key=True
    )
    writer: Mapped[str] = mapped_column(String(64), primary_key=True)


class StudyTag(Base):
    """A word under which a version is found."""

    __tablename__ = "study_tag"
    __table_args__ = table_args(UniqueConstraint("version_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("study_version.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(12), index=True)


class StudyReview(Base):
    """三审: three stages by three people, none of them the author (facts/domain §3, S29)."""

    __tablename__ = "study_review"
    __table_args__ = table_args(
        UniqueConstraint("version_id", "round", "stage"),
        UniqueConstraint("version_id", "round", "reviewer"),
        CheckConstraint("stage BETWEEN 1 AND 3", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("study_version.id", ondelete="CASCADE"))
    round: Mapped[int]
    stage: Mapped[int]
    verdict: Mapped[ReviewVerdict] = mapped_column(enum_column(ReviewVerdict))
    reviewer: Mapped[str] = mapped_column(String(64))
    reviewer_name: Mapped[str] = mapped_column(String(50))
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class StudyFile(Base):
    """`media_type` is what the first bytes say, never what the browser said."""

    __tablename__ = "study_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("study_version.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LongBinary, nullable=False))
