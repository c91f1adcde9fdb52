"""Files of questions as writers send them."""

from collections.abc import Sequence
from typing import Any

from app.study.quizzes.workbook import Column
from tests.unit.members.sheets import sheet

HEADER = tuple(column.value for column in Column)
MOST_CHOICES = 8


def row(
    kind: str, words: str, *choices: str, answer: object = "", why: str = "", subject: str = ""
) -> tuple[object, ...]:
    return (kind, words, *choices, *[""] * (MOST_CHOICES - len(choices)), answer, why, subject)


def single(words: str, answer: str = "A", **more: str) -> tuple[object, ...]:
    return row("单选题", words, "甲", "乙", "丙", answer=answer, **more)


def file(*rows: Sequence[object], header: Sequence[str] = HEADER, **how: Any) -> bytes:
    return sheet(*rows, header=header, **how)
