"""A table as CSV or as a workbook, in which nothing that a person is called can act as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import xlsxwriter
from flask import Response

from app.dues.money import FEN

CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MARK = "\ufeff"
"""Without it Excel reads a Chinese CSV as something else."""
WIDTH = 22
LONGEST_NAME = 200


def safe(value: str) -> str:
    """A leading apostrophe makes a spreadsheet show the text instead of carrying it out (OWASP, CSV injection)."""
    return f"'{value}" if value.lstrip().startswith(DANGEROUS) or value.startswith(DANGEROUS) else value


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return (MARK + out.getvalue()).encode()


@dataclass(frozen=True, slots=True)
class Fen:
    """An amount: in a workbook a number of yuan that can be added up."""

    fen: int


Cell = str | Fen | None


def as_workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Every text is written as a string, whatever it looks like; the apostrophe saves it from a later CSV."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(title)
        sheet.set_column(0, len(heads) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, Fen):
                    sheet.write_number(at, column, cell.fen / FEN, money)
                else:
                    sheet.write_string(at, column, safe(cell or ""))
    return out.getvalue()


def download(content: bytes, mimetype: str, filename: str) -> Response:
    """To be kept under that name. A header is Latin-1: a Chinese name goes as RFC 8187 has it."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(short(filename), safe='')}"
    return answer


def short(filename: str) -> str:
    """Cut before its ending: with more bytes than a file system takes, Chromium starts no download at all."""
    stem, dot, ending = filename.rpartition(".")
    kept = stem.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore")
    return f"{kept}{dot}{ending}"
