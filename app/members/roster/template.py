"""The empty roster that offices fill in: text columns for numbers, lists to choose from, instructions beside it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from app.members.fields import KINDS
from app.members.roster.columns import Column
from app.members.roster.read import INSTRUCTIONS
from app.organizations.models import Organization

FILLED_ROWS = 2_000
TEXT_FILE = Path(__file__).parents[3] / "templates" / "roster" / "instructions.txt"
BRANCHES = "党支部"
REQUIRED = frozenset({Column.NAME, Column.KIND, Column.CODE})
EDUCATION = ("研究生", "大学本科", "大学专科", "中专", "高中", "技校", "初中及以下")
WIDTHS = {Column.ID_NUMBER: 22, Column.BRANCH: 30, Column.CODE: 18, Column.PHONE: 15, Column.DEPARTMENT: 20}


def write(organizations: Sequence[Organization]) -> bytes:
    """An .xlsx file for those branches. Everything is written as text, so no name becomes a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        roster = book.add_worksheet("党员名册")
        _write_header(book, roster)
        _write_instructions(book)
        _write_branches(book, organizations)
        _add_choices(roster, len(organizations))
    return buffer.getvalue()


def _write_header(book: Any, sheet: Any) -> None:
    as_text = book.add_format({"num_format": "@"})
    needed = book.add_format({"bold": True, "bg_color": "#C00000", "font_color": "#FFFFFF"})
    optional = book.add_format({"bold": True, "bg_color": "#F2DCDB"})
    for at, column in enumerate(Column):
        sheet.set_column(at, at, WIDTHS.get(column, 12), as_text)
        sheet.write_string(0, at, column.value, needed if column in REQUIRED else optional)
    sheet.freeze_panes(1, 1)


def _write_instructions(book: Any) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 0, 90)
    for at, line in enumerate(TEXT_FILE.read_text(encoding="utf-8").splitlines()):
        sheet.write_string(at, 0, line)


def _write_branches(book: Any, organizations: Sequence[Organization]) -> None:
    sheet = book.add_worksheet(BRANCHES)
    sheet.hide()
    for at, one in enumerate(organizations):
        sheet.write_string(at, 0, one.code)
        sheet.write_string(at, 1, one.name)


def _add_choices(sheet: Any, branches: int) -> None:
    choices: dict[Column, object] = {
        Column.KIND: ["正式党员", "预备党员", *(one for one in KINDS if one in _TRACKS)],
        Column.GENDER: ["男", "女"],
        Column.EDUCATION: [*EDUCATION],
    }
    if branches:
        choices[Column.CODE] = f"={BRANCHES}!$A$1:$A${branches}"
        choices[Column.BRANCH] = f"={BRANCHES}!$B$1:$B${branches}"
    for at, column in enumerate(Column):
        if column in choices:
            rule = {"validate": "list", "source": choices[column], "error_type": "warning"}
            sheet.data_validation(1, at, FILLED_ROWS, at, rule)


_TRACKS = frozenset({"发展对象", "入党积极分子", "入党申请人", "群众"})
