"""What a question is, how questions are drawn for a paper, and whether an answer is right. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import ClassVar, Final
from unicodedata import category, normalize

from app.core.errors import DomainError
from app.study.quizzes.models import QuestionKind

TRUE_OR_FALSE: Final = ("正确", "错误")
"""The choices of every true/false question, in this order."""
TYPED_LIMIT: Final = 200
FEWEST_COUNTED: Final = 5
"""A number of fewer people than this says too much about each of them (design §2)."""
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
IN_ORDER: Final = re.compile(
    r"以上|以下|上述|[前后][一二两三四五]|[都均全]不?(?:对|是|正确|错)|(?<![A-Za-z0-9])(?=[A-H])A?B?C?D?E?F?G?H?(?![A-Za-z0-9])"
)
"""Words by which a choice or its explanation names other choices: these make sense in their own order alone."""

Given = tuple[int, ...] | tuple[str, ...]
"""Positions of choices from 0, or what was typed into each blank."""
Answers = Mapping[int, Sequence[int] | Sequence[str]]
"""By a question's number on the paper, from 1."""


class QuestionLineKind(StrEnum):
    """What one row of an imported file would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    RETIRED = "retired"
    TWICE = "twice"
    FAULTY = "faulty"


class AnswerWrong(DomainError):
    """No such question or choice on this paper, or more than there is room for; nothing is handed in."""

    code: ClassVar[str] = "quiz_answer_wrong"


@dataclass(frozen=True, slots=True)
class QuestionContent:
    """`answer`: positions of the right choices from 0. `blanks`: of each blank what is accepted (FILL alone)."""

    kind: QuestionKind
    words: str
    choices: tuple[str, ...] = ()
    answer: tuple[int, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    explanation: str = ""
    subject: str = ""


def one_line(text: str) -> str:
    """Typed text without what nobody sees; PostgreSQL keeps no NUL, no engine half a character."""
    seen = (sign for sign in normalize("NFC", text) if sign.isspace() or category(sign) not in UNSEEN)
    return " ".join("".join(seen).split())


def folded(text: str) -> str:
    """The same for all ways to type it: width, case and spaces do not count."""
    return normalize("NFKC", "".join(one_line(normalize("NFKC", text)).split()).casefold())


def draw(
    pool: Mapping[QuestionKind, Sequence[int]], wanted: Mapping[QuestionKind, int], chance: Random
) -> list[int]:
    """As many ids of each kind as wanted, or as there are: kind after kind, as on a printed paper."""
    drawn: list[int] = []
    for kind in QuestionKind:
        ids = pool.get(kind, ())
        drawn += chance.sample(ids, min(len(ids), wanted.get(kind, 0)))
    return drawn


def as_asked(question: QuestionContent, chance: Random) -> QuestionContent:
    """As it stands on one paper: its choices in an order of their own, where the words allow for it."""
    if question.kind is QuestionKind.TRUE_FALSE:
        return replace(question, choices=TRUE_OR_FALSE)
    if question.kind is QuestionKind.FILL or _in_order(question):
        return question
    order = chance.sample(range(len(question.choices)), len(question.choices))
    return replace(
        question,
        choices=tuple(question.choices[was] for was in order),
        answer=tuple(now for now, was in enumerate(order) if was in question.answer),
    )


def _in_order(question: QuestionContent) -> bool:
    said = (question.words, question.explanation, *question.choices)
    return any(IN_ORDER.search(normalize("NFKC", text)) for text in said)


def read_answers(questions: Sequence[QuestionContent], answers: Answers) -> list[Given]:
    """Of every question what was given, empty where nothing was. Raises AnswerWrong."""
    if set(answers) - set(range(1, len(questions) + 1)):
        raise AnswerWrong
    return [_given(question, answers.get(number, ())) for number, question in enumerate(questions, 1)]


def _given(question: QuestionContent, given: object) -> Given:
    if not isinstance(given, list | tuple):
        raise AnswerWrong
    return _typed(question, given) if question.kind is QuestionKind.FILL else _chosen(question, given)


def _typed(question: QuestionContent, given: Sequence[object]) -> tuple[str, ...]:
    texts = [one for one in given if isinstance(one, str) and len(one) <= TYPED_LIMIT]
    if len(texts) != len(given) or len(texts) > len(question.blanks):
        raise AnswerWrong
    return tuple(one_line(text) for text in texts)


def _chosen(question: QuestionContent, given: Sequence[object]) -> tuple[int, ...]:
    places = {one for one in given if type(one) is int and 0 <= one < len(question.choices)}
    most = len(question.choices) if question.kind is QuestionKind.MULTIPLE else 1
    if len(places) != len(given) or len(places) > most:
        raise AnswerWrong
    return tuple(sorted(places))


def is_right(question: QuestionContent, given: Given) -> bool:
    """Exactly the right choices, or every blank filled with one of its accepted answers."""
    if question.kind is not QuestionKind.FILL:
        return set(given) == set(question.answer)
    return len(given) == len(question.blanks) and all(
        folded(str(typed)) in {folded(one) for one in accepted}
        for typed, accepted in zip(given, question.blanks, strict=True)
    )


def right_count(questions: Iterable[QuestionContent], given: Iterable[Given]) -> int:
    return sum(is_right(*pair) for pair in zip(questions, given, strict=True))


def shown_number(people: int) -> int | None:
    """None where so few people took part that the number would tell about each."""
    return people if people >= FEWEST_COUNTED else None
