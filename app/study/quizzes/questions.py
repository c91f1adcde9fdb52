"""What a writer fills in for a question, what is refused of it, and how it is kept."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, ClassVar, Final

from app.core.errors import DomainError
from app.study.quizzes.models import Question, QuestionKind
from app.study.quizzes.rules import TRUE_OR_FALSE, QuestionContent, folded, one_line

WORDS_LIMIT: Final = 500
CHOICE_LIMIT: Final = 200
SUBJECT_LIMIT: Final = 20
FEWEST_CHOICES, MOST_CHOICES = 2, 8
FEWEST_OF_MULTIPLE: Final = 2
MOST_BLANKS, MOST_ACCEPTED = 10, 5
ACCEPTED_LIMIT: Final = 50
BLANK: Final = re.compile(r"[_＿]{2,}|[(（]\s*[)）]")
"""As papers mark the place of an answer: ____ or an empty bracket."""


class Part(StrEnum):
    """Of a question: where a fault is."""

    KIND = "kind"
    WORDS = "words"
    CHOICES = "choices"
    ANSWER = "answer"
    EXPLANATION = "explanation"
    SUBJECT = "subject"


class QuestionWrong(DomainError):
    """`reason` is a Chinese half-sentence that fits behind the name of the `part`'s field or cell."""

    code: ClassVar[str] = "question_wrong"

    def __init__(self, part: Part, reason: str) -> None:
        super().__init__(part=part.value, reason=reason)
        self.part = part
        self.reason = reason


def tidied(content: QuestionContent) -> QuestionContent:
    """As it would be kept. Raises QuestionWrong."""
    made = replace(
        content,
        words=one_line(content.words),
        choices=tuple(one_line(choice) for choice in content.choices),
        blanks=tuple(tuple(one_line(one) for one in accepted) for accepted in content.blanks),
        explanation=one_line(content.explanation),
        subject=one_line(content.subject),
    )
    _check_texts(made)
    CHECKS[made.kind](made)
    return made if made.kind is QuestionKind.FILL else replace(made, answer=tuple(sorted(made.answer)))


def columns(content: QuestionContent) -> dict[str, Any]:
    """The columns of the question, of tidied content."""
    fill = content.kind is QuestionKind.FILL
    return {
        "kind": content.kind,
        "subject": content.subject,
        "words": content.words,
        "choices": _written(content.choices),
        "answer": _written(content.blanks if fill else content.answer),
        "explanation": content.explanation,
        "digest": digest_of(content),
    }


def content_of(row: Question) -> QuestionContent:
    answer = json.loads(row.answer)
    fill = row.kind is QuestionKind.FILL
    return QuestionContent(
        kind=row.kind,
        words=row.words,
        choices=tuple(json.loads(row.choices)),
        answer=() if fill else tuple(answer),
        blanks=tuple(tuple(accepted) for accepted in answer) if fill else (),
        explanation=row.explanation,
        subject=row.subject,
    )


def digest_of(content: QuestionContent) -> str:
    """The same for the same question, however it was typed and whatever order its choices have."""
    choices = sorted(folded(choice) for choice in content.choices)
    asked = _written([content.kind.value, folded(content.words), choices])
    return hashlib.sha256(asked.encode()).hexdigest()


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # escaped, the longest answers would not fit MySQL's TEXT


def _check_texts(made: QuestionContent) -> None:
    if not made.words:
        raise QuestionWrong(Part.WORDS, "没有填写")
    limits = (
        (Part.WORDS, made.words, WORDS_LIMIT),
        (Part.EXPLANATION, made.explanation, WORDS_LIMIT),
        (Part.SUBJECT, made.subject, SUBJECT_LIMIT),
    )
    for part, text, limit in limits:
        if len(text) > limit:
            raise QuestionWrong(part, f"超过{limit}个字")


def _check_choices(made: QuestionContent) -> None:
    if made.blanks:
        raise QuestionWrong(Part.ANSWER, "选择题只能选选项作答案")
    if not FEWEST_CHOICES <= len(made.choices) <= MOST_CHOICES:
        raise QuestionWrong(Part.CHOICES, f"选项要有{FEWEST_CHOICES}至{MOST_CHOICES}个")
    if not all(made.choices):
        raise QuestionWrong(Part.CHOICES, "中间有空着的选项")
    if any(len(choice) > CHOICE_LIMIT for choice in made.choices):
        raise QuestionWrong(Part.CHOICES, f"有选项超过{CHOICE_LIMIT}个字")
    if len({folded(choice) for choice in made.choices}) < len(made.choices):
        raise QuestionWrong(Part.CHOICES, "有两个选项一样")
    _check_places(made.answer, len(made.choices))


def _check_places(answer: Sequence[int], choices: int) -> None:
    if not answer:
        raise QuestionWrong(Part.ANSWER, "没有填写")
    if not all(0 <= place < choices for place in answer):
        raise QuestionWrong(Part.ANSWER, "里有不存在的选项")
    if len(set(answer)) < len(answer):
        raise QuestionWrong(Part.ANSWER, "里有重复的选项")


def _check_single(made: QuestionContent) -> None:
    _check_choices(made)
    if len(made.answer) != 1:
        raise QuestionWrong(Part.ANSWER, "单选题只能有一个答案")


def _check_multiple(made: QuestionContent) -> None:
    _check_choices(made)
    if len(made.answer) < FEWEST_OF_MULTIPLE:
        raise QuestionWrong(Part.ANSWER, "多选题至少有两个答案，只有一个的请改为单选题")


def _check_true_false(made: QuestionContent) -> None:
    if made.choices or made.blanks:
        raise QuestionWrong(Part.CHOICES, "判断题不用填选项")
    _check_places(made.answer, len(TRUE_OR_FALSE))
    if len(made.answer) != 1:
        raise QuestionWrong(Part.ANSWER, "只能是“正确”或“错误”")


def _check_fill(made: QuestionContent) -> None:
    if made.choices or made.answer:
        raise QuestionWrong(Part.CHOICES, "填空题不用填选项")
    if not made.blanks or not all(accepted and all(accepted) for accepted in made.blanks):
        raise QuestionWrong(Part.ANSWER, "没有填写，或有一空没有答案")
    if len(made.blanks) > MOST_BLANKS or max(len(accepted) for accepted in made.blanks) > MOST_ACCEPTED:
        raise QuestionWrong(Part.ANSWER, f"最多{MOST_BLANKS}空，每空最多{MOST_ACCEPTED}种答案")
    if any(len(one) > ACCEPTED_LIMIT for accepted in made.blanks for one in accepted):
        raise QuestionWrong(Part.ANSWER, f"每个答案最多{ACCEPTED_LIMIT}个字")
    places = len(BLANK.findall(made.words)) or 1
    if places != len(made.blanks):
        raise QuestionWrong(Part.ANSWER, f"题干有{places}空，答案有{len(made.blanks)}个")


CHECKS: Final = {
    QuestionKind.SINGLE: _check_single,
    QuestionKind.MULTIPLE: _check_multiple,
    QuestionKind.TRUE_FALSE: _check_true_false,
    QuestionKind.FILL: _check_fill,
}
