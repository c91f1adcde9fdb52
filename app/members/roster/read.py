"""A roster file as rows of typed fields, each with its faults by column."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from app.members.fields import (
    BadField,
    born_by_id_number,
    check_id_number,
    free_text,
    gender_by_id_number,
    normal_phone,
    parse_birth_year,
    parse_date,
    parse_gender,
    parse_kind,
    text_of,
)
from app.members.names import clean_name
from app.members.roster.archive import RosterRefused
from app.members.roster.columns import NOT_COLLECTED, Column, Header, find_header
from app.members.roster.markup import LAST_ROW, MAX_ROWS, Marks, cell_name
from app.members.roster.workbook import Grid, open_grid

INSTRUCTIONS = "填写说明"
NAME = re.compile(r"[^\W\d_]+(?:[· '-][^\W\d_]+)*")
ADULT = 18

PARSERS: dict[Column, tuple[str, Callable[[object], object]]] = {
    Column.KIND: ("kind", parse_kind),
    Column.GENDER: ("gender", parse_gender),
    Column.BIRTH_YEAR: ("birth_year", parse_birth_year),
    Column.ID_NUMBER: ("id_number", check_id_number),
    Column.PHONE: ("phone", normal_phone),
    Column.EDUCATION: ("education", partial(free_text, limit=20)),
    Column.JOINED_ON: ("joined_on", parse_date),
    Column.CONVERTED_ON: ("converted_on", parse_date),
    Column.DEPARTMENT: ("department", partial(free_text, limit=100)),
    Column.POST: ("post", partial(free_text, limit=50)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is Excel's. `fields` has only what the row states: an empty cell says nothing."""

    number: int
    name: str
    code: str
    branch: str
    fields: dict[str, Any]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    rows: list[Row]
    notes: tuple[str, ...]


def read(content: bytes, *, today: date, branch_needed: bool = True) -> Roster:
    """Raises RosterRefused where the file as a whole makes no roster."""
    grid = open_grid(content)
    header = find_header(grid.rows, branch_needed=branch_needed)
    faults = _cell_faults(grid.marks, header)
    written = {at for at, cells in enumerate(grid.rows) if any(text_of(cell) for cell in cells)}
    rows = [
        _row(at + 1, grid.rows[at] if at < len(grid.rows) else (), header, faults.get(at, []), today)
        # A formula without a stored value looks like an empty cell: its row must not vanish.
        for at in sorted(written | {one[0] for one in grid.marks.formulas})
        if at > header.row
    ]
    if not rows:
        raise RosterRefused("表头下面没有任何一行内容")
    if len(rows) > MAX_ROWS:
        raise RosterRefused(f"超过 {MAX_ROWS:,} 行，请分成几个文件")
    return Roster(rows, _notes(grid, header))


def _notes(grid: Grid, header: Header) -> tuple[str, ...]:
    ignored = [title for title in header.ignored if title not in NOT_COLLECTED]
    skipped = [title for title in header.ignored if title in NOT_COLLECTED]
    others = [name for name in grid.other_sheets if name != INSTRUCTIONS]
    return tuple(
        f"{what}：{'、'.join(names)}"
        for what, names in (
            ("不认识而未读的列", ignored),
            ("按最少够用原则不收集的列", skipped),
            ("只读第一张工作表，未读", others),
        )
        if names
    )


def _cell_faults(marks: Marks, header: Header) -> dict[int, list[str]]:
    """By row, counted from 0. Raises RosterRefused where the header itself is touched."""
    faults: defaultdict[int, list[str]] = defaultdict(list)
    for merged in marks.merged:
        if merged.first[0] <= header.row <= merged.last[0]:
            raise RosterRefused(f"表头有合并单元格 {merged.name}，请取消合并")
        for row in range(merged.first[0], min(merged.last[0], LAST_ROW) + 1):
            faults[row].append(f"{merged.name} 是合并单元格，请取消合并并逐行填写")
    for cells, reason in ((marks.formulas, "是公式，请粘贴为数值"), (marks.errors, "是错误值，请改正")):
        for cell in cells:
            faults[cell[0]].append(f"{cell_name(cell)} {reason}")
    if header.row in faults:
        raise RosterRefused(f"表头有问题：{'；'.join(faults[header.row])}")
    return faults


def _row(
    number: int, cells: Sequence[object], header: Header, cell_faults: Sequence[str], today: date
) -> Row:
    faults = list(cell_faults)
    stated = {
        column: cells[at] for column, at in header.places.items() if at < len(cells) and text_of(cells[at])
    }
    name = clean_name(text_of(stated.get(Column.NAME)))
    if not name:
        faults.append("姓名：没有填写")
    elif not NAME.fullmatch(name) or len(name) > 50:  # noqa: PLR2004 -- the width of member.name
        faults.append("姓名：含有不像姓名的字符")
    fields = _fields(stated, faults)
    faults.extend(_contradictions(fields, today))
    return Row(
        number=number,
        name=name[:50],
        code=text_of(stated.get(Column.CODE)).replace(" ", ""),
        branch="".join(text_of(stated.get(Column.BRANCH)).split()),
        fields=fields,
        faults=tuple(faults),
    )


def _fields(stated: dict[Column, object], faults: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column, (key, parse) in PARSERS.items():
        if column not in stated:
            continue
        try:
            fields[key] = parse(stated[column])
        except BadField as bad:
            faults.append(f"{column}：{bad.reason}")
    if Column.KIND not in stated:
        faults.append("人员类别：没有填写")
    return fields


def _contradictions(fields: dict[str, Any], today: date) -> Iterator[str]:
    """What cannot be true together; birth year and gender are taken from the identity number where not stated."""
    number = fields.get("id_number")
    if number:
        if fields.setdefault("gender", gender_by_id_number(number)) is not gender_by_id_number(number):
            yield "性别：与身份证号不符"
        if fields.setdefault("birth_year", born_by_id_number(number).year) != born_by_id_number(number).year:
            yield "出生年份：与身份证号不符"
    joined, converted = fields.get("joined_on"), fields.get("converted_on")
    if joined and joined > today:
        yield "入党日期：在今天之后"
    if joined and "birth_year" in fields and joined.year - fields["birth_year"] < ADULT:
        yield "入党日期：当时未满 18 岁"
    if converted and (converted > today or (joined and converted < joined)):
        yield "转正日期：早于入党日期或在今天之后"
