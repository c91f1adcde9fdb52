"""A file of questions as typed rows; every fault names its cell."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final
from unicodedata import normalize

from app.members.fields import BadField
from app.members.roster.archive import RosterRefused
from app.members.roster.markup import LAST_ROW, Marks, cell_name
from app.members.roster.workbook import Grid, open_grid
from app.study.quizzes.models import QuestionKind
from app.study.quizzes.questions import MOST_CHOICES, Part, QuestionWrong, tidied
from app.study.quizzes.rules import QuestionContent, one_line
from app.study.words import WORDS

MOST_ROWS: Final = 2_000
HEADER_WITHIN: Final = 10
LONGEST_CELL: Final = 5_000
LETTERS: Final = "ABCDEFGH"[:MOST_CHOICES]
DECORATION: Final = re.compile(r"[(（][^()（）]*[)）]|[*＊\s:：]")
BETWEEN_LETTERS: Final = re.compile(r"[\s,、;.]")
LABEL: Final = r"^{}\s*[.．、:：)）]\s*"
K = QuestionKind


class Column(StrEnum):
    KIND = "题型"
    WORDS = "题干"
    A = "选项A"
    B = "选项B"
    C = "选项C"
    D = "选项D"
    E = "选项E"
    F = "选项F"
    G = "选项G"
    H = "选项H"
    ANSWER = "答案"
    EXPLANATION = "解析"
    SUBJECT = "分类"


CHOICES: Final = [column for column in Column if column.name in LETTERS]
NEEDED: Final = (Column.KIND, Column.WORDS, Column.ANSWER)
SYNONYMS: Final[Mapping[Column, Sequence[str]]] = {
    Column.KIND: ("类型", "题目类型", "试题类型"),
    Column.WORDS: ("题目", "试题", "题目内容", "试题内容"),
    Column.ANSWER: ("正确答案", "标准答案", "参考答案"),
    Column.EXPLANATION: ("答案解析", "试题解析", "说明"),
    Column.SUBJECT: ("类别", "科目", "知识点"),
    **{column: (column.name,) for column in CHOICES},
}
BY_TITLE: Final = {title: column for column in Column for title in (column.value, *SYNONYMS.get(column, ()))}
KINDS: Final[Mapping[str, QuestionKind]] = {
    **{WORDS[QuestionKind][kind]: kind for kind in K},
    **dict.fromkeys(("单选", "单项选择", "单项选择题"), K.SINGLE),
    **dict.fromkeys(("多选", "多项选择", "多项选择题", "不定项选择题"), K.MULTIPLE),
    **dict.fromkeys(("判断", "是非题"), K.TRUE_FALSE),
    "填空": K.FILL,
}
TRUE: Final = ("正确", "对", "是", "√", "✓", "✔", "T", "TRUE", "Y")
FALSE: Final = ("错误", "错", "不正确", "不对", "否", "×", "✗", "✘", "X", "F", "FALSE", "N")
TRUTHS: Final = {**dict.fromkeys(TRUE, 0), **dict.fromkeys(FALSE, 1)}
"""The position in `rules.TRUE_OR_FALSE`."""
BETWEEN_BLANKS: Final = re.compile(r"[;；]")
BETWEEN_ACCEPTED: Final = re.compile(r"[|｜]")
PLACES: Final = {
    Part.KIND: Column.KIND,
    Part.WORDS: Column.WORDS,
    Part.CHOICES: Column.A,
    Part.ANSWER: Column.ANSWER,
    Part.EXPLANATION: Column.EXPLANATION,
    Part.SUBJECT: Column.SUBJECT,
}


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is Excel's. `content` None where the row has faults, each a Chinese sentence that names its cell."""

    number: int
    words: str
    content: QuestionContent | None
    faults: tuple[str, ...]


def read(content: bytes) -> list[Row]:
    """Raises RosterRefused where the file as a whole cannot be read as questions."""
    grid = open_grid(content)
    at, places = _header(grid)
    faults = _cell_faults(grid.marks, at)
    written = {number for number, cells in enumerate(grid.rows) if any(_seen(cell) for cell in cells)}
    numbers = sorted(number for number in written | faults.keys() if number > at)
    if not numbers:
        raise RosterRefused("表头下面没有任何一行内容")
    if len(numbers) > MOST_ROWS:
        raise RosterRefused(f"超过 {MOST_ROWS:,} 题，请分成几个文件")
    return [
        _row(one, grid.rows[one] if one < len(grid.rows) else (), places, faults.get(one, {}))
        for one in numbers
    ]


def _header(grid: Grid) -> tuple[int, dict[Column, int]]:
    """The first row that names two columns, and where each stands."""
    titled = [
        [BY_TITLE.get(DECORATION.sub("", one_line(str(cell)))) for cell in row]
        for row in grid.rows[:HEADER_WITHIN]
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
    return dict(faults)


def _seen(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _row(
    number: int, cells: Sequence[object], places: Mapping[Column, int], marked: Mapping[int, str]
) -> Row:
    faults = [marked[-1]] if -1 in marked else []
    texts: dict[Column, str] = {}
    for column, at in places.items():
        try:
            texts[column] = _text(cells[at] if at < len(cells) else "")
        except BadField as bad:
            faults.append(f"{cell_name((number, at))}：{bad.reason}")
    faults += [marked[at] for at in sorted(marked) if at in places.values()]
    content = None
    if not faults:
        try:
            content = tidied(_content(texts))
        except QuestionWrong as wrong:
            at = places.get(PLACES[wrong.part], places[Column.WORDS])
            faults.append(f"{cell_name((number, at))}：{wrong.reason}")
    return Row(number + 1, texts.get(Column.WORDS, "")[:60], content, tuple(faults))


def _text(value: object) -> str:
    """A cell as it looks. Raises BadField where Excel has made something else of what was typed."""
    if isinstance(value, bool):
        return "正确" if value else "错误"
    if isinstance(value, date | time | timedelta):  # a datetime is a date
        raise BadField("被 Excel 当成了日期，请把该列设为文本后重新填写")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    text = one_line(str(value))
    if len(text) > LONGEST_CELL:
        raise BadField("字太多")
    return text


def _content(texts: Mapping[Column, str]) -> QuestionContent:
    """Raises QuestionWrong."""
    kind = KINDS.get(texts[Column.KIND].replace(" ", ""))
    if kind is None:
        raise QuestionWrong(Part.KIND, f"只能是：{'、'.join(WORDS[QuestionKind].values())}")
    choices = _choices(texts)
    made = QuestionContent(
        kind=kind,
        words=texts[Column.WORDS],
        choices=choices,
        explanation=texts.get(Column.EXPLANATION, ""),
        subject=texts.get(Column.SUBJECT, ""),
    )
    answer = texts[Column.ANSWER]
    match kind:
        case K.FILL:
            return replace(made, blanks=_blanks(answer))
        case K.TRUE_FALSE:
            said = [TRUTHS.get(_typed(choice)) for choice in choices]
            kept = choices if None in said else ()
            return replace(made, choices=kept, answer=_truth(answer, choices))
        case _:
            return replace(made, answer=_places(answer))


def _choices(texts: Mapping[Column, str]) -> tuple[str, ...]:
    """Without the letters that some write before each, and what is empty at the end."""
    found = [re.sub(LABEL.format(column.name), "", texts.get(column, ""), count=1) for column in CHOICES]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _typed(text: str) -> str:
    return normalize("NFKC", text).replace(" ", "").upper()


def _places(answer: str) -> tuple[int, ...]:
    """Of letters such as ACD. Raises QuestionWrong."""
    letters = BETWEEN_LETTERS.sub("", _typed(answer))
    if any(letter not in LETTERS for letter in letters):
        raise QuestionWrong(Part.ANSWER, "只能写选项的字母，如 B、ACD")
    return tuple(LETTERS.index(letter) for letter in letters)


def _truth(answer: str, choices: Sequence[str]) -> tuple[int]:
    """0 true, 1 false, also where a letter names a choice that says so. Raises QuestionWrong."""
    said = _typed(answer)
    if said and said in LETTERS and LETTERS.index(said) < len(choices):
        said = _typed(choices[LETTERS.index(said)])
    if said not in TRUTHS:
        raise QuestionWrong(Part.ANSWER, "只能是“正确”或“错误”")
    return (TRUTHS[said],)


def _blanks(answer: str) -> tuple[tuple[str, ...], ...]:
    blanks = BETWEEN_BLANKS.split(answer.strip(";； "))
    return tuple(tuple(BETWEEN_ACCEPTED.split(blank)) for blank in blanks)
