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
            kept.organization_id,
            kept.title,
            kept.about,
            kept.subject,
            kept.contest,
            kept.reach,
            drawn_of(kept.drawn),
            *_fields_of(kept.opens_at),
            *_fields_of(kept.closes_at),
            kept.opens_at,
            kept.closes_at,
            kept.revision,
        )

    @classmethod
    def sent(cls) -> "TypedQuiz":
        return cls(
            fields.number("organization"),
            fields.line("title", most=TITLE_LIMIT + 1),
            fields.line("about", most=ABOUT_LIMIT + 1),
            fields.line("subject", most=SUBJECT_LIMIT + 1),
            request.form.get("contest") == YES,
            fields.choice("reach", StudyReach),
            {kind: fields.number(f"drawn_{kind}") or 0 for kind in QuestionKind},
            *(
                fields.line(name, most=10)
                for name in ("opens_day", "opens_time", "closes_day", "closes_time")
            ),
            fields.moment("opens_day", "opens_time"),
            fields.moment("closes_day", "closes_time"),
            fields.number("revision") or 0,
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


def _fields_of(moment: datetime) -> tuple[str, str]:
    return local_day(moment).isoformat(), local_text(moment, "%H:%M")
