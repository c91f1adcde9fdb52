"""What stands in the form of a question."""

from dataclasses import dataclass, replace

from flask import request

from app.study.quizzes.models import Question, QuestionKind
from app.study.quizzes.questions import (
    CHOICE_LIMIT,
    MOST_CHOICES,
    SUBJECT_LIMIT,
    WORDS_LIMIT,
    Part,
    QuestionWrong,
    content_of,
)
from app.study.quizzes.rules import TRUE_OR_FALSE, QuestionContent
from app.study.quizzes.workbook import BETWEEN_ACCEPTED, LETTERS
from console import fields

BLANKS_LENGTH = 4_000
PARTS = {
    Part.KIND: "题型",
    Part.WORDS: "题干",
    Part.CHOICES: "选项",
    Part.ANSWER: "答案",
    Part.EXPLANATION: "解析",
    Part.SUBJECT: "分类",
}


@dataclass(frozen=True)
class TypedQuestion:
    """Of a new question, of a kept one, or what was sent and refused. `blanks`: a line for each blank."""

    kind: QuestionKind
    organization: int | None = None
    words: str = ""
    choices: tuple[str, ...] = ()
    answer: tuple[int, ...] = ()
    blanks: str = ""
    explanation: str = ""
    subject: str = ""
    revision: int = 0

    @classmethod
    def of(cls, kept: Question) -> "TypedQuestion":
        content = content_of(kept)
        return cls(
            kept.kind,
            kept.organization_id,
            content.words,
            content.choices,
            content.answer,
            "\n".join("|".join(accepted) for accepted in content.blanks),
            content.explanation,
            content.subject,
            kept.revision,
        )

    @classmethod
    def sent(cls, kind: QuestionKind) -> "TypedQuestion":
        """One sign more than fits is let through, so that the domain can say that it is too long."""
        return cls(
            kind,
            fields.number("organization"),
            fields.line("words", most=WORDS_LIMIT + 1),
            _choices() if kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) else (),
            () if kind is QuestionKind.FILL else tuple(dict.fromkeys(fields.numbers("answer"))),
            fields.body("blanks", most=BLANKS_LENGTH) if kind is QuestionKind.FILL else "",
            fields.line("explanation", most=WORDS_LIMIT + 1),
            fields.line("subject", most=SUBJECT_LIMIT + 1),
            fields.number("revision") or 0,
        )

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(letter, choice) for every field of the form; of true and false the two words."""
        if self.kind is QuestionKind.TRUE_FALSE:
            return [("", choice) for choice in TRUE_OR_FALSE]
        kept = (*self.choices, *[""] * MOST_CHOICES)
        return list(zip(LETTERS, kept, strict=False))

    def content(self) -> QuestionContent:
        made = QuestionContent(
            self.kind,
            self.words,
            self.choices,
            self.answer,
            explanation=self.explanation,
            subject=self.subject,
        )
        lines = [line for line in self.blanks.split("\n") if line.strip()]
        return replace(made, blanks=tuple(tuple(BETWEEN_ACCEPTED.split(line)) for line in lines))


def _choices() -> tuple[str, ...]:
    """Without the empty fields at the end."""
    found = [
        fields.tidy(text, most=CHOICE_LIMIT + 1) for text in request.form.getlist("choice")[:MOST_CHOICES]
    ]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def faults(wrong: QuestionWrong) -> dict[str, str]:
    """Beside its field."""
    return {wrong.part.value: f"{PARTS[wrong.part]}：{wrong.reason}。"}
