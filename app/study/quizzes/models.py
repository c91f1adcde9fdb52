"""Questions, quizzes and contests, and the papers of who takes part. Voluntary; a result is the taker's alone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, LongText, UTCDateTime, enum_column, table_args
from app.study.library.models import StudyReach
from app.study.quizzes.states import QuizState


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL = "fill"


class Question(Base):
    """`choices` and `answer` are JSON (`questions.py`). `digest` is of kind, words and choices: the same one once."""

    __tablename__ = "study_question"
    __table_args__ = table_args(UniqueConstraint("organization_id", "digest"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind))
    subject: Mapped[str] = mapped_column(String(20), default="", index=True)
    words: Mapped[str] = mapped_column(String(500))
    choices: Mapped[str] = mapped_column(Text, default="[]")
    answer: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Quiz(Base):
    """`drawn` is JSON: how many of each kind; `subject` empty: of all subjects. A contest asks for a sign-up first."""

    __tablename__ = "study_quiz"
    __table_args__ = table_args(CheckConstraint("closes_at > opens_at", name="opening"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(500), default="")
    reach: Mapped[StudyReach] = mapped_column(enum_column(StudyReach))
    subject: Mapped[str] = mapped_column(String(20), default="")
    drawn: Mapped[str] = mapped_column(Text)
    contest: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[QuizState] = mapped_column(enum_column(QuizState), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    results_by: Mapped[str | None] = mapped_column(String(64))
    results_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class QuizPaper(Base):
    """One person's drawn questions, frozen as they were shown, and the answers until the quiz is closed.

    `answers` is empty while nothing is handed in of these questions; `submitted_at` is of the last that was.
    `correct` of `asked` is read by the taker alone, unless a contest's taker consents to its publication.
    """

    __tablename__ = "study_quiz_paper"
    __table_args__ = table_args(UniqueConstraint("quiz_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("study_quiz.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    questions: Mapped[str] = mapped_column(LongText)
    answers: Mapped[str] = mapped_column(LongText, default="")
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked: Mapped[int]
    correct: Mapped[int | None]


class ContestEntry(Base):
    """报名. `consents`: to their name and result being published with the others who consent."""

    __tablename__ = "study_contest_entry"
    __table_args__ = table_args(UniqueConstraint("quiz_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("study_quiz.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    consents: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
