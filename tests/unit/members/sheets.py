"""Real .xlsx files, made cell by cell."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

HEADER = ("姓名", "组织代码", "人员类别", "手机号", "身份证号", "入党日期", "岗位")


def sheet(
    *rows: Sequence[object],
    header: Sequence[str] = HEADER,
    finish: Callable[[Any, Any], object] | None = None,
    title: str = "",
) -> bytes:
    """Text cells are text, numbers numbers, dates dated; `finish(book, sheet)` spoils what it likes."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("名册")
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        first = 1 if title else 0
        if title:
            page.merge_range(0, 0, 0, len(header) - 1, title)
        for at, row in enumerate([header, *rows], first):
            for column, value in enumerate(row):
                _write(page, at, column, value, dated)
        if finish:
            finish(book, page)
    return buffer.getvalue()


def _write(page: Any, row: int, column: int, value: object, dated: Any) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, datetime | date):
        page.write_datetime(row, column, value, dated)
    elif value is not None:
        page.write(row, column, value)


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one part of its zip rewritten, as no office program would write it."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            part = old.read(entry)
            new.writestr(entry, change(part) if entry == name else part)
    return packed.getvalue()
