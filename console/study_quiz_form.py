"""What stands in the form of a quiz, and what is missing in it."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import request

from app.core.clock import local_day, local_text
from app.study.library.models import StudyReach
from app.study.quizzes.content import ABOUT_LIMIT, MOST_DRAWN, TITLE_LIMIT, QuizContent, drawn_of
from app.study.quizzes.models import QuestionKind, Quiz
from app.study.quizzes.questions import SUBJECT_LIMIT
from console import fields

YES = "yes"
MOMENT_WRONG = "请填好日期和时间。"


@dataclass(frozen=True)
class TypedQuiz:
    """Of a new quiz, of a draft, or what was sent and refused. Times as browsers' fields have them."""

    organization: int | None = None
    title: str = ""
    about: str = ""
    subject: str = ""
    contest: bool = False
    reach: StudyReach | None = StudyReach.BELOW
    drawn: dict[QuestionKind, int] = field(default_factory=lambda: dict.fromkeys(QuestionKind, 0))
    opens_day: str = ""
    opens_time: str = ""
    closes_day: str = ""
    closes_time: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    revision: int = 0

    @classmethod
    def of(cls, kept: Quiz) -> "TypedQuiz":
        return cls(
            organization=kept.organization_id,
            title=kept.title,
            about=kept.about,
            subject=kept.subject,
            contest=kept.contest,
            reach=kept.reach,
            drawn=drawn_of(kept.drawn),
            opens_day=local_day(kept.opens_at).isoformat(),
            opens_time=local_text(kept.opens_at, "%H:%M"),
            closes_day=local_day(kept.closes_at).isoformat(),
            closes_time=local_text(kept.closes_at, "%H:%M"),
            opens_at=kept.opens_at,
            closes_at=kept.closes_at,
            revision=kept.revision,
        )

    @classmethod
    def sent(cls) -> "TypedQuiz":
        return cls(
            organization=fields.number("organization"),
            title=fields.line("title", most=TITLE_LIMIT + 1),
            about=fields.line("about", most=ABOUT_LIMIT + 1),
            subject=fields.line("subject", most=SUBJECT_LIMIT + 1),
            contest=request.form.get("contest") == YES,
            reach=fields.choice("reach", StudyReach),
            drawn={kind: fields.number(f"drawn_{kind}") or 0 for kind in QuestionKind},
            opens_day=fields.line("opens_day", most=10),
            opens_time=fields.line("opens_time", most=8),
            closes_day=fields.line("closes_day", most=10),
            closes_time=fields.line("closes_time", most=8),
            opens_at=fields.moment("opens_day", "opens_time"),
            closes_at=fields.moment("closes_day", "closes_time"),
            revision=fields.number("revision") or 0,
        )

    def faults(self) -> dict[str, str]:
        """What is missing or too much, by field."""
        total = sum(self.drawn.values())
        tried = {
            "organization": (self.organization, "请选择由哪个组织出题。"),
            "title": (self.title and len(self.title) <= TITLE_LIMIT, f"请写名称，最多 {TITLE_LIMIT} 个字。"),
            "about": (len(self.about) <= ABOUT_LIMIT, f"说明最多 {ABOUT_LIMIT} 个字。"),
            "subject": (len(self.subject) <= SUBJECT_LIMIT, f"分类最多 {SUBJECT_LIMIT} 个字。"),
            "reach": (self.reach, "请选择谁可以参加。"),
            "drawn": (0 < total <= MOST_DRAWN, f"每份卷要有 1 到 {MOST_DRAWN} 题。"),
            "opens": (self.opens_at, MOMENT_WRONG),
            "closes": (self.closes_at, MOMENT_WRONG),
        }
        return {name: text for name, (fits, text) in tried.items() if not fits}

    def content(self) -> QuizContent:
        """Of a form without faults."""
        if self.reach is None or self.opens_at is None or self.closes_at is None:
            raise ValueError("faults first")
        return QuizContent(
            title=self.title,
            reach=self.reach,
            drawn=self.drawn,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            about=self.about,
            subject=self.subject,
            contest=self.contest,
        )
