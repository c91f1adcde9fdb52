"""A file of members and confirmed bases, as typed rows; every fault names its cell."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.dues import money
from app.dues.standards.models import DuesCategory
from app.dues.words import WORDS
from app.members.fields import TAIL_LENGTH, BadField, normal_phone, text_of
from app.members.names import clean_name
from app.members.roster.archive import RosterRefused
from app.members.roster.markup import LAST_ROW, MAX_ROWS, Marks, cell_name
from app.members.roster.workbook import Grid, open_grid

HEADER_WITHIN: Final = 10
DIGITS: Final = 15
"""As many as Excel shows of a number; what stands behind them is noise."""
TAIL: Final = re.compile(r"\d{3}[\dX]", re.ASCII)
DECORATION: Final = re.compile(r"\([^()]*\)|[*\s:]")
NAME_WIDTH: Final = 50


class Column(StrEnum):
    NAME = "姓名"
    CODE = "组织代码"
    TAIL = "身份证后四位"
    PHONE = "手机号"
    CATEGORY = "缴费类别"
    BASE = "党费基数"


NEEDED: Final = (Column.NAME, Column.CATEGORY, Column.BASE)
SYNONYMS: Final = {
    Column.NAME: ("党员姓名",),
    Column.CODE: ("党支部代码", "支部代码", "党组织代码"),
    Column.TAIL: ("身份证号后四位", "身份证后4位", "身份证末四位"),
    Column.PHONE: ("手机", "手机号码", "联系电话", "电话"),
    Column.CATEGORY: ("类别", "党费类别", "人员类别"),
    Column.BASE: ("基数", "缴费基数", "党费缴纳基数", "计算基数"),
}
BY_TITLE: Final = {title: column for column in Column for title in (column.value, *SYNONYMS.get(column, ()))}
C = DuesCategory
CATEGORIES: Final[Mapping[str, DuesCategory]] = {
    **{said: kind for kind, said in WORDS[DuesCategory].items() if isinstance(kind, DuesCategory)},
    **dict.fromkeys(("在职", "月薪", "月薪制", "工资"), C.SALARY),
    **dict.fromkeys(("年薪",), C.ANNUAL),
    **dict.fromkeys(("个体", "个体经营", "自由职业"), C.IRREGULAR),
    **dict.fromkeys(("退休", "离休", "退休人员"), C.RETIRED),
    **dict.fromkeys(("农民党员",), C.FARMER),
    **dict.fromkeys(("学生", "下岗失业", "下岗", "失业", "低保", "定额"), C.FIXED),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is Excel's. `base_fen`: the base, or a farmer's monthly amount; None where the cell is empty.

    `cells` says where each column of the row stands, such as D17, for faults that are found later.
    """

    number: int
    name: str
    code: str
    tail: str
    phone: str
    category: DuesCategory | None
    base_fen: int | None
    cells: Mapping[Column, str]
    faults: tuple[str, ...]

    def fault(self, column: Column, reason: str) -> str:
        return f"{self.cells.get(column, f'第{self.number}行')}：{reason}"


def read(content: bytes) -> list[Row]:
    """Raises RosterRefused where the file as a whole cannot be read as bases."""
    grid = open_grid(content)
    at, places = _header(grid)
    faults = _cell_faults(grid.marks, at)
    written = {number for number, cells in enumerate(grid.rows) if any(text_of(cell) for cell in cells)}
    numbers = sorted(
        one for one in written | {cell[0] for cell in grid.marks.formulas + grid.marks.errors} if one > at
    )
    if not numbers:
        raise RosterRefused("表头下面没有任何一行内容")
    if len(numbers) > MAX_ROWS:
        raise RosterRefused(f"超过 {MAX_ROWS:,} 行，请分成几个文件")
    return [
        _row(one, grid.rows[one] if one < len(grid.rows) else (), places, faults.get(one, {}))
        for one in numbers
    ]


def _header(grid: Grid) -> tuple[int, dict[Column, int]]:
    """The first row that names two columns, and where each stands."""
    titled = [
        [BY_TITLE.get(DECORATION.sub("", text_of(cell))) for cell in row] for row in grid.rows[:HEADER_WITHIN]
    ]
    header = next((at for at, titles in enumerate(titled) if len({*titles} - {None}) > 1), None)
    if header is None:
        raise RosterRefused(f"前 {HEADER_WITHIN} 行里找不到表头，表头要有：{'、'.join(NEEDED)}")
    places: dict[Column, int] = {}
    for place, column in enumerate(titled[header]):
        if column is not None and places.setdefault(column, place) != place:
            raise RosterRefused(f"有两列都是“{column}”，请只保留一列")
    if missing := [column for column in NEEDED if column not in places]:
        raise RosterRefused(f"缺少列：{'、'.join(missing)}")
    return header, places


def _cell_faults(marks: Marks, header: int) -> dict[int, dict[int, str]]:
    """By row and column, counted from 0; -1 stands for the row. Raises RosterRefused where the header is touched."""
    faults: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for merged in marks.merged:
        for row in range(merged.first[0], min(merged.last[0], LAST_ROW) + 1):
            faults[row][-1] = f"{merged.name}：是合并单元格，请取消合并并逐行填写"
    for cells, reason in ((marks.formulas, "是公式，请粘贴为数值"), (marks.errors, "是错误值，请改正")):
        for cell in cells:
            faults[cell[0]][cell[1]] = f"{cell_name(cell)}：{reason}"
    if header in faults:
        raise RosterRefused(f"表头有问题：{'；'.join(faults[header].values())}")
    return faults


def _row(
    number: int, cells: Sequence[object], places: Mapping[Column, int], marked: Mapping[int, str]
) -> Row:
    named = {column: cell_name((number, at)) for column, at in places.items()}
    faults = [marked[-1]] if -1 in marked else []
    values: dict[Column, object] = {}
    for column, at in places.items():
        value = cells[at] if at < len(cells) else ""
        if at in marked:
            faults.append(marked[at])
            continue
        try:
            values[column] = PARSERS[column](value)
        except BadField as bad:
            faults.append(f"{named[column]}：{bad.reason}")
    category, base = values.get(Column.CATEGORY), values.get(Column.BASE)
    return Row(
        number=number + 1,
        name=str(values.get(Column.NAME, "")),
        code=str(values.get(Column.CODE, "")),
        tail=str(values.get(Column.TAIL, "")),
        phone=str(values.get(Column.PHONE, "")),
        category=category if isinstance(category, DuesCategory) else None,
        base_fen=base if isinstance(base, int) else None,
        cells=named,
        faults=tuple(faults),
    )


def _name(value: object) -> str:
    name = clean_name(text_of(value))
    if not name:
        raise BadField("没有填写姓名")
    if len(name) > NAME_WIDTH:
        raise BadField("姓名太长")
    return name


def _code(value: object) -> str:
    return text_of(value).replace(" ", "")


def _tail(value: object) -> str:
    tail = text_of(value).upper()
    if tail and not TAIL.fullmatch(tail):
        raise BadField(f"应为身份证号的最后{TAIL_LENGTH}位；以0开头的请把该列设为文本后重填")
    return tail


def _phone(value: object) -> str:
    return normal_phone(value) if text_of(value) else ""


def _category(value: object) -> DuesCategory:
    said = text_of(value).replace(" ", "")
    if not said:
        raise BadField("没有填写缴费类别")
    kind = CATEGORIES.get(said)
    if kind is None:
        raise BadField(f"只能是：{'；'.join(WORDS[DuesCategory].values())}")
    return kind


def base(value: object) -> int | None:
    """Fen out of a cell; None where it is empty. Raises BadField."""
    if isinstance(value, bool | date | time | timedelta):  # a datetime is a date
        raise BadField("不是金额，请填数字")
    if isinstance(value, int | float):
        return _number(value)
    typed = text_of(value).replace(" ", "")
    if not typed:
        return None
    if typed.startswith(("-", "−", "–")):
        raise BadField("基数不能是负数")
    fen = money.read(typed)
    if fen is None:
        raise BadField("不是金额，请填数字，最多两位小数")
    return fen


def _number(value: float) -> int:
    if not math.isfinite(value):
        raise BadField("不是金额，请填数字")
    fen = Decimal(f"{value:.{DIGITS}g}") * money.FEN
    if fen < 0:
        raise BadField("基数不能是负数")
    if fen != fen.to_integral_value():
        raise BadField("最多两位小数，请四舍五入到分")
    return int(fen)


PARSERS: Final[Mapping[Column, Callable[[object], object]]] = {
    Column.NAME: _name,
    Column.CODE: _code,
    Column.TAIL: _tail,
    Column.PHONE: _phone,
    Column.CATEGORY: _category,
    Column.BASE: base,
}
