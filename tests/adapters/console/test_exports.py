"""Exports open in a spreadsheet as text, whatever a name is made of."""

import csv
import io
import zipfile

import pytest

from app.members.roster.workbook import open_grid
from console.exports import as_csv, as_workbook, safe, short

HEADS = ("姓名", "结果")
ROWS = [('=HYPERLINK("http://x")', "已送达"), ("张三", "+1"), ("李\n四", "“引号”,逗号")]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_a_spreadsheet_would_carry_out_is_marked_as_text(value: str) -> None:
    assert safe(value) == f"'{value}"


@pytest.mark.parametrize("value", ["张三", "", "3-5", "第一党支部（含＝号）"])
def test_ordinary_text_stays_as_it_is(value: str) -> None:
    assert safe(value) == value


def test_csv_has_the_mark_that_excel_needs_and_keeps_every_cell() -> None:
    content = as_csv(HEADS, ROWS).decode("utf-8")

    assert content[0] == "\ufeff"
    assert list(csv.reader(io.StringIO(content[1:], newline=""))) == [
        ["姓名", "结果"],
        ['\'=HYPERLINK("http://x")', "已送达"],
        ["张三", "'+1"],
        ["李\n四", "“引号”,逗号"],
    ]


def test_workbook_holds_strings_only() -> None:
    content = as_workbook("结果", HEADS, ROWS)

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="s"') == len(HEADS) * (len(ROWS) + 1)


def test_workbook_shows_every_cell() -> None:
    grid = open_grid(as_workbook("结果", HEADS, ROWS))

    assert [list(row) for row in grid.rows][1:3] == [['\'=HYPERLINK("http://x")', "已送达"], ["张三", "'+1"]]


def test_long_file_name_is_cut_before_its_ending() -> None:
    cut = short(f"{'关于' * 40}.xlsx")

    assert len(cut.encode()) <= 255
    assert (cut[:2], cut[-5:]) == ("关于", ".xlsx")
    assert short("议程.txt") == "议程.txt"
