"""The empty table of questions that writers fill in."""

import io
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from app.study.quizzes.models import QuestionKind
from app.study.quizzes.workbook import CHOICES, MOST_ROWS, NEEDED, Column
from app.study.words import WORDS

TEXT_FILE: Final = Path(__file__).parents[3] / "templates" / "study" / "questions.txt"
WIDTHS: Final = {Column.KIND: 10, Column.WORDS: 50, Column.EXPLANATION: 30, **dict.fromkeys(CHOICES, 16)}


def write() -> bytes:
    """An .xlsx file; every cell is text, so that Excel makes no date of an answer."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        _write_table(book)
        _write_instructions(book)
    return buffer.getvalue()


def _write_table(book: Any) -> None:
    sheet = book.add_worksheet("题库")
    as_text = book.add_format({"num_format": "@", "text_wrap": True})
    needed = book.add_format({"bold": True, "bg_color": "#C00000", "font_color": "#FFFFFF"})
    optional = book.add_format({"bold": True, "bg_color": "#F2DCDB"})
    for at, column in enumerate(Column):
        sheet.set_column(at, at, WIDTHS.get(column, 14), as_text)
        sheet.write_string(0, at, column.value, needed if column in NEEDED else optional)
    choices = {"validate": "list", "source": [*WORDS[QuestionKind].values()], "error_type": "warning"}
    place = [*Column].index(Column.KIND)
    sheet.data_validation(1, place, MOST_ROWS, place, choices)
    sheet.freeze_panes(1, 2)


def _write_instructions(book: Any) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 100)
    for at, line in enumerate(TEXT_FILE.read_text(encoding="utf-8").splitlines()):
        sheet.write_string(at, 0, line)
