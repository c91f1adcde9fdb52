"""Papers as Excel workbooks, by xlsxwriter. Every text is written as text, so that nothing acts as a formula."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from app.papers.paper import Paper, Words

LONGEST_CELL = 32_000
"""Excel ends at 32,767 signs: what is longer goes on in the cell below."""
WIDE = 16
SHEET_NAME = 31
MOST_FROZEN = 6
"""Rows that stay in view while one scrolls: more would leave no room below them on a small screen."""


@dataclass(frozen=True)
class Column:
    """`key`: of the words. `width`: in signs of Latin type, as Excel counts."""

    key: str
    width: int = WIDE
    head: str = ""


PEOPLE = (
    Column("序号", 6),
    Column("姓名", 12),
    Column("组织", 20),
    Column("身份", 10),
    Column("情况", 14),
    Column("签到时间", 10),
    Column("方式", 14),
    Column("备注", 30),
)
MEETINGS = (
    Column("序号", 6),
    Column("编号", 8),
    Column("类型", 20),
    Column("名称", 34),
    Column("日期", 16),
    Column("时间", 14),
    Column("地点", 18),
    Column("应到", 7),
    Column("实到", 7),
    Column("补课", 7),
    Column("记录", 18),
    Column("备注", 30),
)
INDEX = (*MEETINGS[:-1], Column("文件夹", 44), MEETINGS[-1])
ITEMS = (Column("序号", 6), Column("题目", 28), Column("汇报", 44), Column("讨论", 44), Column("决定", 34))
TASKS = (Column("序号", 6), Column("事项", 60), Column("责任人", 16), Column("期限", 16))
VOTES = (Column("事项", 34), Column("结果", 80))
HEAD = ("会议名称", "参加组织", "会议类型", "编号", "时间", "地点", "主持人", "记录人", "补录")
ON_RECORD = ("议程", "请假名单", "缺席名单", "列席名单", "不计应到名单", "附件", "定稿")


class _Book:
    """One workbook; each sheet is a title, facts by name, then a table whose head is repeated when printed."""

    def __init__(self) -> None:
        self._out = BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._out, {"in_memory": True, "strings_to_formulas": False})
        line = {"border": 1, "valign": "top", "text_wrap": True, "font_name": "宋体", "font_size": 11}
        self._title = self._book.add_format({"bold": True, "font_size": 16, "font_name": "黑体"})
        self._head = self._book.add_format({**line, "bold": True, "bg_color": "#F1F1EF", "align": "center"})
        self._cell = self._book.add_format(line)

    def sheet(
        self,
        name: str,
        title: str,
        facts: Sequence[tuple[str, Any]],
        columns: Sequence[Column],
        rows: Sequence[Words],
        *,
        wide: bool = False,
    ) -> None:
        sheet = self._book.add_worksheet(name[:SHEET_NAME])
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        if wide:
            sheet.set_landscape()
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
        sheet.write_string(0, 0, title, self._title)
        last = len(columns) - 1
        at = 1
        for key, value in facts:
            at = self._fact(sheet, at, last, key, value)
        if rows or not facts:
            self._table(sheet, at + 1 if facts else at, columns, rows)

    def _fact(self, sheet: Any, at: int, last: int, key: str, value: Any) -> int:
        """The row after it. The text lies across the whole table."""
        for number, text in enumerate(_pieces(str(value))):
            sheet.merge_range(at, 0, at, 1, "" if number else key, self._head)
            sheet.merge_range(at, 2, at, last, "", self._cell)
            sheet.write_string(at, 2, text, self._cell)
            sheet.set_row(at, _height(text, 90))
            at += 1
        return at

    def _table(self, sheet: Any, at: int, columns: Sequence[Column], rows: Sequence[Words]) -> None:
        for column, told in enumerate(columns):
            sheet.write_string(at, column, told.head or told.key, self._head)
        if at <= MOST_FROZEN:
            sheet.freeze_panes(at + 1, 0)
        sheet.repeat_rows(at)
        for row in rows:
            for texts in _split([row[column.key] for column in columns]):
                at += 1
                for column, value in enumerate(texts):
                    self._write(sheet, at, column, value)

    def _write(self, sheet: Any, at: int, column: int, value: Any) -> None:
        if isinstance(value, int):
            sheet.write_number(at, column, value, self._cell)
        else:
            sheet.write_string(at, column, value, self._cell)

    def content(self) -> bytes:
        self._book.close()
        return self._out.getvalue()


def _pieces(text: str) -> list[str]:
    return [text[at : at + LONGEST_CELL] for at in range(0, max(len(text), 1), LONGEST_CELL)]


def _split(values: Sequence[Any]) -> Iterator[list[Any]]:
    """One row, or several where a text is too long for a cell."""
    pieces = [[value] if isinstance(value, int) else _pieces(str(value)) for value in values]
    for number in range(max(map(len, pieces))):
        yield [piece[number] if number < len(piece) else "" for piece in pieces]


def _height(text: str, width: int) -> float:
    """Merged cells do not grow by themselves. In points; a Chinese sign is two Latin ones wide."""
    lines = sum(1 + 2 * len(line) // width for line in text.split("\n"))
    return min(409.0, 15.5 * lines)


def printed(paper: Paper) -> bytes:
    book = _Book()
    DRAWN[paper.form](book, paper.words)
    return book.content()


def _facts(words: Words, keys: Sequence[str]) -> list[tuple[str, Any]]:
    """Those that say something; a count of nobody does."""
    return [(key, words[key]) for key in keys if words.get(key) not in ("", None)]


def _head(words: Words) -> list[tuple[str, Any]]:
    came = (
        f"应到{words['应到']}人，实到{words['实到']}人；有表决权的应到{words['应到有表决权']}人，"
        f"实到{words['实到有表决权']}人。请假{words['请假']}人，缺席{words['缺席']}人，列席{words['列席']}人，"
        f"不计应到{words['不计应到']}人，已补课{words['补课']}人（补课不算到会）。"
    )
    return [*_facts(words, HEAD), ("到会情况", came)]


def _record(book: _Book, words: Words) -> None:
    title = f"{words['党组织']}会议记录{'（草稿，未定稿）' if words['草稿'] else ''}"
    changes = [
        (f"第{one['版本']}版", f"{one['日期']}，{one['修订人']}修订。原因：{one['原因']}")
        for one in words["修订"]
    ]
    facts = [*_head(words), *_facts(words, ON_RECORD), *changes, ("说明", words["说明"])]
    book.sheet("会议记录", title, facts, ITEMS, words["议题"], wide=True)
    book.sheet(words["落实标题"], words["落实标题"], [], TASKS, words["落实"])
    if words["表决"]:
        book.sheet("表决", "表决", [], VOTES, words["表决"])


def _attendance(book: _Book, words: Words) -> None:
    book.sheet("签到表", f"{words['党组织']}签到表", _head(words), PEOPLE, words["名单"])


def _quarter(book: _Book, words: Words) -> None:
    title = f"{words['党组织']}{words['标题']}会议一览表"
    book.sheet(
        "一览表",
        title,
        _facts(words, ("召开", "已定稿", "未定稿", "补录数")),
        MEETINGS,
        words["会议"],
        wide=True,
    )


def _index(book: _Book, words: Words) -> None:
    title = f"{words['党组织']}{words['标题']}台账目录"
    facts = _facts(words, ("召开", "已定稿", "未定稿", "补录数", "生成时间", "说明"))
    book.sheet("目录", title, facts, INDEX, words["会议"], wide=True)


def _table(book: _Book, words: Words) -> None:
    """Any other list: its columns are among its words."""
    columns = [Column(key, width) for key, width in words["栏"]]
    title = f"{words['党组织']}{words['标题']}"
    book.sheet(words["标题"], title, [("说明", words["说明"])], columns, words["行"], wide=True)


def _signed(book: _Book, words: Words) -> None:
    """A list that two sides sign on paper."""
    columns = [Column(key, width) for key, width in words["栏"]]
    signs = "　　　　　　".join(f"{one}：" for one in words["签字"])
    facts = [("说明", words["说明"]), ("签字", signs)]
    book.sheet(words["标题"], f"{words['党组织']}{words['标题']}", facts, columns, words["行"])


DRAWN: dict[str, Callable[[_Book, Words], None]] = {
    "record": _record,
    "attendance": _attendance,
    "quarter": _quarter,
    "index": _index,
    "duties": _table,
    "self_check": _table,
    "dues_sheet": _signed,
}
