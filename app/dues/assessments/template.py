"""The empty table of bases that offices fill in."""

import io
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from app.dues.assessments.workbook import NEEDED, Column
from app.dues.standards.models import DuesCategory
from app.dues.words import WORDS

FILLED_ROWS: Final = 2_000
TEXT_FILE: Final = Path(__file__).parents[3] / "templates" / "dues" / "bases.txt"
WIDTHS: Final = {Column.CODE: 18, Column.PHONE: 15, Column.CATEGORY: 26, Column.BASE: 14}


def write() -> bytes:
    """An .xlsx file; all but the base is text, so that no leading zero is lost."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("党费基数")
        _write_header(book, sheet)
        _write_instructions(book)
    return buffer.getvalue()


def _write_header(book: Any, sheet: Any) -> None:
    as_text, as_money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
    needed = book.add_format({"bold": True, "bg_color": "#C00000", "font_color": "#FFFFFF"})
    optional = book.add_format({"bold": True, "bg_color": "#F2DCDB"})
    for at, column in enumerate(Column):
        sheet.set_column(at, at, WIDTHS.get(column, 14), as_money if column is Column.BASE else as_text)
        sheet.write_string(0, at, column.value, needed if column in NEEDED else optional)
    choices = {"validate": "list", "source": [*WORDS[DuesCategory].values()], "error_type": "warning"}
    place = [*Column].index(Column.CATEGORY)
    sheet.data_validation(1, place, FILLED_ROWS, place, choices)
    sheet.freeze_panes(1, 1)


def _write_instructions(book: Any) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 100)
    for at, line in enumerate(TEXT_FILE.read_text(encoding="utf-8").splitlines()):
        sheet.write_string(at, 0, line)
