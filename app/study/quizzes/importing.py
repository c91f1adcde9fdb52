"""A file of questions: shown as a difference from the bank, then taken over; the same file again changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.study.quizzes import bank
from app.study.quizzes.bank import QuestionOvertaken, QuestionThere
from app.study.quizzes.models import Question
from app.study.quizzes.questions import columns, content_of, digest_of
from app.study.quizzes.rules import QuestionContent, QuestionLineKind
from app.study.quizzes.workbook import Row, read

AT_ONCE: Final = 500
L = QuestionLineKind


@dataclass(frozen=True, slots=True)
class Line:
    """What a row would do. `faults`: Chinese sentences that name their cells. `was`: the question of the bank."""

    number: int
    words: str
    kind: QuestionLineKind
    faults: tuple[str, ...]
    content: QuestionContent | None = None
    was: Question | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """Numbers of questions. `left_out`: faulty, retired, or there twice."""

    added: int
    changed: int
    same: int
    left_out: int


def preview(session: Session, *, organization_id: int, content: bytes) -> list[Line]:
    """In the order of the file; nothing is kept. Raises RosterRefused where the file as a whole cannot be read."""
    rows = read(content)
    digests = [digest_of(row.content) for row in rows if row.content]
    there = _there(session, organization_id, digests)
    seen: dict[str, int] = {}
    return [_line(row, there, seen) for row in rows]


def _line(row: Row, there: Mapping[str, Question], seen: dict[str, int]) -> Line:
    if row.content is None:
        return Line(row.number, row.words, L.FAULTY, row.faults)
    digest = digest_of(row.content)
    first = seen.setdefault(digest, row.number)
    if first != row.number:
        return Line(row.number, row.words, L.TWICE, (f"第{row.number}行：与第{first}行是同一道题",))
    was = there.get(digest)
    kind = _kind(row.content, was)
    faults = (f"第{row.number}行：题库里这道题已停用，恢复使用后再导入",) if kind is L.RETIRED else ()
    return Line(row.number, row.words, kind, faults, row.content, was)


def _kind(content: QuestionContent, was: Question | None) -> QuestionLineKind:
    if was is None:
        return L.NEW
    if was.retired_at is not None:
        return L.RETIRED
    return L.SAME if _meaning(content) == _meaning(content_of(was)) else L.CHANGED


def _meaning(content: QuestionContent) -> tuple[object, ...]:
    """What a taker sees or is judged by; the order of the choices is none of it."""
    right = {choice: place in content.answer for place, choice in enumerate(content.choices)}
    plain = replace(content, choices=(), answer=() if content.choices else content.answer)
    return plain, sorted(right.items())


def apply(session: Session, *, organization_id: int, content: bytes, by: str, now: datetime) -> Applied:
    """Take over what the preview shows as new or changed. Raises RosterRefused."""
    lines = preview(session, organization_id=organization_id, content=content)
    new = [line.content for line in lines if line.kind is L.NEW and line.content]
    added = _add(session, organization_id, new, by, now)
    pairs = [(line.was, line.content) for line in lines if line.kind is L.CHANGED]
    changed = sum(_change(session, was, one, by, now) for was, one in pairs if was and one)
    same = sum(line.kind is L.SAME for line in lines)
    return Applied(added, changed, same, len(lines) - added - changed - same)


def _add(
    session: Session, organization_id: int, new: Sequence[QuestionContent], by: str, now: datetime
) -> int:
    """How many; where others add some of the same at the same moment, one by one."""
    made: dict[str, Any] = {"organization_id": organization_id, "revision": 1, "made_by": by, "made_at": now}
    if not new:
        return 0
    try:
        with session.begin_nested():
            session.execute(insert(Question), [{**made, **columns(one)} for one in new])
    except IntegrityError:
        return sum(_add_one(session, organization_id, one, by, now) for one in new)
    return len(new)


def _add_one(session: Session, organization_id: int, one: QuestionContent, by: str, now: datetime) -> bool:
    try:
        bank.add_question(session, organization_id=organization_id, content=one, by=by, now=now)
    except QuestionThere:
        return False
    return True


def _change(session: Session, was: Question, one: QuestionContent, by: str, now: datetime) -> bool:
    """False where somebody else was quicker: theirs stands."""
    try:
        bank.change_question(session, question=was, revision=was.revision, content=one, by=by, now=now)
    except (QuestionOvertaken, QuestionThere):
        return False
    return True


def _there(session: Session, organization_id: int, digests: Sequence[str]) -> dict[str, Question]:
    """The bank's questions among these, by their digest."""
    found: dict[str, Question] = {}
    for at in range(0, len(digests), AT_ONCE):
        its = Question.organization_id == organization_id, Question.digest.in_(digests[at : at + AT_ONCE])
        found |= {row.digest: row for row in session.scalars(select(Question).where(*its))}
    return found
