"""A paper as it is kept, as it is shown before it is handed in, and as its taker may look at it then."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.study.quizzes.models import QuestionKind, Quiz, QuizPaper
from app.study.quizzes.rules import Given, QuestionContent, is_right


@dataclass(frozen=True, slots=True)
class Shown:
    """One question before handing in: it has no field that could tell the answer."""

    number: int
    kind: QuestionKind
    words: str
    choices: tuple[str, ...]
    blanks: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """`mark` comes back with the answers: it says which drawing they belong to, and nothing else."""

    paper_id: int
    mark: str
    quiz_id: int
    title: str
    about: str
    contest: bool
    closes_at: datetime
    questions: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer`: positions from 0, as `given`; of a FILL the `blanks` say what is accepted in each."""

    number: int
    kind: QuestionKind
    words: str
    choices: tuple[str, ...]
    given: Given
    answer: tuple[int, ...]
    blanks: tuple[tuple[str, ...], ...]
    right: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Result:
    """For the taker alone. `answered` is empty once the quiz is closed, and while new questions are being answered."""

    paper_id: int
    quiz_id: int
    title: str
    contest: bool
    asked: int
    correct: int
    submitted_at: datetime
    answered: tuple[Answered, ...]


def frozen(questions: Sequence[QuestionContent]) -> str:
    """For `QuizPaper.questions`: as asked, and no trace of which row of the bank each was."""
    asked = [
        {
            "kind": one.kind.value,
            "words": one.words,
            "choices": one.choices,
            "answer": one.answer,
            "blanks": one.blanks,
            "explanation": one.explanation,
        }
        for one in questions
    ]
    return json.dumps(asked, ensure_ascii=False)


def thawed(paper: QuizPaper) -> list[QuestionContent]:
    return [
        QuestionContent(
            kind=QuestionKind(one["kind"]),
            words=one["words"],
            choices=tuple(one["choices"]),
            answer=tuple(one["answer"]),
            blanks=tuple(tuple(accepted) for accepted in one["blanks"]),
            explanation=one["explanation"],
        )
        for one in json.loads(paper.questions)
    ]


def written(given: Sequence[Given]) -> str:
    """For `QuizPaper.answers`."""
    return json.dumps(given, ensure_ascii=False)


def mark_of(paper: QuizPaper) -> str:
    return f"{paper.drawn_at:%Y%m%d%H%M%S%f}"


def sheet(quiz: Quiz, paper: QuizPaper) -> Sheet:
    shown = [
        Shown(number, one.kind, one.words, one.choices, len(one.blanks))
        for number, one in enumerate(thawed(paper), 1)
    ]
    return Sheet(
        paper_id=paper.id,
        mark=mark_of(paper),
        quiz_id=quiz.id,
        title=quiz.title,
        about=quiz.about,
        contest=quiz.contest,
        closes_at=quiz.closes_at,
        questions=tuple(shown),
    )


def result(quiz: Quiz, paper: QuizPaper) -> Result:
    """Of a paper that was handed in."""
    if paper.submitted_at is None or paper.correct is None:
        raise ValueError("nothing was handed in")
    return Result(
        paper_id=paper.id,
        quiz_id=quiz.id,
        title=quiz.title,
        contest=quiz.contest,
        asked=paper.asked,
        correct=paper.correct,
        submitted_at=paper.submitted_at,
        answered=tuple(_answered(paper)) if paper.answers else (),
    )


def _answered(paper: QuizPaper) -> list[Answered]:
    given: list[Given] = [tuple(one) for one in json.loads(paper.answers)]
    return [
        Answered(
            number=number,
            kind=one.kind,
            words=one.words,
            choices=one.choices,
            given=answer,
            answer=one.answer,
            blanks=one.blanks,
            right=is_right(one, answer),
            explanation=one.explanation,
        )
        for number, (one, answer) in enumerate(zip(thawed(paper), given, strict=True), 1)
    ]
