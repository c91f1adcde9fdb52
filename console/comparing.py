"""Two versions of a record as rows that can be read side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from app.core.clock import local_text
from app.meetings.records.content import Content, Facts, Item, Named

LONGEST_COMPARED = 4_000
"""Signs of one text: comparing sign by sign takes time that grows with their product."""


@dataclass(frozen=True)
class Piece:
    text: str
    changed: bool = False


@dataclass(frozen=True)
class Row:
    """One part of the record, in the older and in the newer version."""

    name: str
    older: Sequence[Piece]
    newer: Sequence[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.changed for piece in (*self.older, *self.newer))


def side_by_side(older: Content, newer: Content) -> list[Row]:
    """Every part that says something in either. A draft has no head of its own yet."""
    older = older if newer.facts else replace(older, facts=None)
    before, after = dict(_parts(older)), dict(_parts(newer))
    names = [*after, *(name for name in before if name not in after)]
    return [_row(name, before.get(name, ""), after.get(name, "")) for name in names]


def _row(name: str, older: str, newer: str) -> Row:
    if older == newer:
        return Row(name, [Piece(older)], [Piece(newer)])
    if max(len(older), len(newer)) > LONGEST_COMPARED or not older or not newer:
        return Row(name, [Piece(older, changed=bool(older))], [Piece(newer, changed=bool(newer))])
    steps = SequenceMatcher(None, older, newer, autojunk=False).get_opcodes()
    return Row(
        name,
        [Piece(older[a:b], changed=tag != "equal") for tag, a, b, _, _ in steps if a < b],
        [Piece(newer[a:b], changed=tag != "equal") for tag, _, _, a, b in steps if a < b],
    )


def _parts(content: Content) -> Iterator[tuple[str, str]]:
    yield from _facts(content.facts) if content.facts else ()
    for number, item in enumerate(content.items, start=1):
        yield from _item(number, item)
    for number, action in enumerate(content.actions, start=1):
        parts = (action.what, action.who, action.by_when.isoformat() if action.by_when else "")
        yield f"落实事项 {number}", "；".join(part for part in parts if part)
    if content.attachments:
        yield "附件", content.attachments


def _item(number: int, item: Item) -> Iterator[tuple[str, str]]:
    for name, text in (
        ("题目", item.topic),
        ("汇报", item.report),
        ("讨论", item.discussion),
        ("决定", item.decision),
    ):
        if text:
            yield f"议题 {number} {name}", text


def _facts(facts: Facts) -> Iterator[tuple[str, str]]:
    counts = facts.counts
    came = f"应到 {counts.expected}，实到 {counts.present}，请假 {counts.on_leave}，缺席 {counts.absent}"
    told: tuple[tuple[str, Any], ...] = (
        ("会议名称", facts.title),
        ("时间", f"{local_text(facts.starts_at)}—{local_text(facts.ends_at)}"),
        ("地点", facts.place),
        ("主持人", facts.chair),
        ("记录人", facts.recorder),
        ("到会情况", came),
        ("请假人员", _named(facts.on_leave)),
        ("缺席人员", _named(facts.absent)),
        ("列席人员", _named(facts.invited)),
        ("不计应到", _named(facts.not_counted)),
        ("表决", _named(facts.votes)),
    )
    yield from ((name, text) for name, text in told if text)


def _named(people: Sequence[Named]) -> str:
    return "、".join(f"{one.name}（{one.why}）" if one.why else one.name for one in people)
