"""What only the XML of a sheet tells: formulas, error values, merged cells, and how far the sheet reaches."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from app.members.roster.archive import WORKBOOK, RosterRefused

MAX_ROWS = 20_000
LAST_ROW = MAX_ROWS + 10
LAST_COLUMN = 60
MAX_MERGED = 5_000
MAX_MERGED_ROWS = 200_000
"""Merges that overlap are no work of Excel's; named row by row they would fill the memory."""

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
LONGEST_COUNT = 6
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
DAMAGED = "工作表内容损坏，请用 Excel 打开后另存"

Cell = tuple[int, int]
"""Row and column, both counted from 0."""

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Merged:
    name: str
    first: Cell
    last: Cell


@dataclass
class Marks:
    formulas: list[Cell] = field(default_factory=list)
    errors: list[Cell] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    path: str
    visible: bool


def cell_name(cell: Cell) -> str:
    letters, column = "", cell[1] + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{cell[0] + 1}"


def _cell(reference: str) -> Cell:
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise RosterRefused(DAMAGED)
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(parts[2]) - 1, column - 1


def _walk(content: bytes, on_start: Callable[[str, Attributes], None]) -> None:
    """Every element's local name and attributes, in order. Document types are refused: they hide entity bombs."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise RosterRefused(DAMAGED)

    def start(name: str, attributes: Attributes) -> None:
        _refuse_boast(attributes)
        on_start(name.rpartition(" ")[2], attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)  # noqa: FBT003 -- expat's own positional flag: this is the last piece
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that nobody knows
        raise RosterRefused(DAMAGED) from error


def _refuse_boast(attributes: Attributes) -> None:
    """Readers reserve memory for as many entries as a part says it has."""
    for key in ("count", "uniqueCount"):
        written = attributes.get(key, "0")
        if not (written.isascii() and written.isdecimal() and len(written) <= LONGEST_COUNT):
            raise RosterRefused(DAMAGED)


def check_well_formed(content: bytes) -> None:
    _walk(content, lambda _name, _attributes: None)


def sheet_parts(parts: Mapping[str, bytes]) -> list[SheetPart]:
    """The worksheets in the workbook's order, with the part that holds each."""
    targets: dict[str, str] = {}
    sheets: list[SheetPart] = []

    def relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target))[1:]

    def sheet(name: str, attributes: Attributes) -> None:
        path = targets.get(attributes.get(RELATION, ""), "")
        if name == "sheet" and path in parts:
            visible = attributes.get("state", "visible") == "visible"
            sheets.append(SheetPart(attributes.get("name", ""), path, visible))

    _walk(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), relation)
    _walk(parts[WORKBOOK], sheet)
    return sheets


class _Scan:
    def __init__(self) -> None:
        self.marks = Marks()
        self.row = -1
        self.column = -1
        self.merged_rows = 0

    def see(self, name: str, attributes: Attributes) -> None:
        match name:
            case "row":
                self.row, self.column = _row_number(attributes, self.row + 1), -1
            case "c":
                self._enter(attributes)
            case "f":
                self.marks.formulas.append((self.row, self.column))
            case "v" | "is":
                _refuse_far(self.row, self.column)
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def _enter(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self.row, self.column = _cell(reference) if reference else (self.row, self.column + 1)
        if attributes.get("t") == "e":
            self.marks.errors.append((self.row, self.column))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        merged = Merged(reference, _cell(first), _cell(last or first))
        self.marks.merged.append(merged)
        self.merged_rows += min(merged.last[0], LAST_ROW) - merged.first[0]
        if len(self.marks.merged) > MAX_MERGED or self.merged_rows > MAX_MERGED_ROWS:
            raise RosterRefused("合并单元格过多，请取消合并后再导入")


def _row_number(attributes: Attributes, following: int) -> int:
    written = attributes.get("r")
    if written is None:
        return following
    if not (written.isascii() and written.isdecimal()):
        raise RosterRefused(DAMAGED)
    return int(written[:8]) - 1


def _refuse_far(row: int, column: int) -> None:
    """Before the sheet is laid out as a grid: one value in the far corner would make it gigabytes wide."""
    if row >= LAST_ROW:
        raise RosterRefused(f"超过 {MAX_ROWS:,} 行，请分成几个文件")
    if column >= LAST_COLUMN:
        raise RosterRefused(f"超过 {LAST_COLUMN} 列（{cell_name((row, column))} 有内容），请只保留名册的列")


def scan(content: bytes) -> Marks:
    """Raises RosterRefused where the sheet is damaged or reaches too far."""
    reader = _Scan()
    _walk(content, reader.see)
    return reader.marks
