"""What a file of bases says, and which cell is wrong."""

from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dues import money
from app.dues.assessments import template, workbook
from app.dues.standards.models import DuesCategory
from app.members.fields import BadField
from app.members.roster.archive import RosterRefused
from app.members.roster.workbook import open_grid
from tests.unit.dues.assessments.files import HEADER, file, row

C = DuesCategory


def test_rows_are_read_as_offices_write_them() -> None:
    content = file(
        row("张三", 5100, tail="012X", phone="138 0013 8000"),
        row("李　四", "¥5,100.50元", kind="离退休", code="001"),
        row("王五", "", kind="学生"),
        row("赵六", 0.5, kind="农民"),
        title="2026年党费基数核定表",
    )

    found = workbook.read(content)

    assert [
        (one.number, one.name, one.code, one.tail, one.phone, one.category, one.base_fen) for one in found
    ] == [
        (3, "张三", "", "012X", "13800138000", C.SALARY, 5100_00),
        (4, "李四", "001", "", "", C.RETIRED, 5100_50),
        (5, "王五", "", "", "", C.FIXED, None),
        (6, "赵六", "", "", "", C.FARMER, 50),
    ]
    assert [one.faults for one in found] == [()] * 4


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"base": -5100}, "F2：基数不能是负数"),
        ({"base": "-5100"}, "F2：基数不能是负数"),
        ({"base": "五千"}, "F2：不是金额，请填数字，最多两位小数"),
        ({"base": "1e9"}, "F2：不是金额，请填数字，最多两位小数"),
        ({"base": "5100.123"}, "F2：不是金额，请填数字，最多两位小数"),
        ({"base": 5100.123}, "F2：最多两位小数，请四舍五入到分"),
        ({"base": True}, "F2：不是金额，请填数字"),
        ({"base": datetime(2026, 1, 31)}, "F2：不是金额，请填数字"),
        ({"kind": ""}, "E2：没有填写缴费类别"),
        (
            {"kind": "处长"},
            "E2：只能是：按月领工资；年薪制；收入不固定；离退休；农民；学生、下岗失业、低保等",
        ),
        ({"tail": 12}, "C2：应为身份证号的最后4位；以0开头的请把该列设为文本后重填"),
        ({"tail": "12345"}, "C2：应为身份证号的最后4位；以0开头的请把该列设为文本后重填"),
        ({"phone": "1380013"}, "D2：应为 11 位手机号码"),
        ({"name": " "}, "A2：没有填写姓名"),
        ({"name": "张" * 51}, "A2：姓名太长"),
    ],
    ids=str,
)
def test_fault_names_its_cell(values: dict[str, Any], fault: str) -> None:
    given_values: dict[str, Any] = {"name": "张三", "base": 5100, **values}

    found = workbook.read(file(row(**given_values)))

    assert [one.faults for one in found] == [(fault,)]


def spoil(mark: str) -> Any:
    def finish(book: Any, page: Any) -> None:
        if mark == "formula":
            page.write_formula("F3", "=1+1", None, 2)
        elif mark == "error":
            page.write_formula("F3", "=1/0", None, "#DIV/0!")
        elif mark == "merged":
            page.merge_range("A3:B3", "张三")
        else:
            page.write_formula("A1", '="姓名"', None, "姓名")

    return finish


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        ("formula", "F3：是公式，请粘贴为数值"),
        ("merged", "A3:B3：是合并单元格，请取消合并并逐行填写"),
    ],
)
def test_marked_cell_is_named(mark: str, fault: str) -> None:
    found = workbook.read(file(row("李四", 3000), row("张三", 5100), finish=spoil(mark)))

    assert [one.faults for one in found] == [(), (fault,)]


def test_error_value_is_named_and_not_taken_for_an_empty_cell() -> None:
    found = workbook.read(file(row("李四", 3000), row("张三", 5100), finish=spoil("error")))

    assert found[1].base_fen is None
    assert "F3" in found[1].faults[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK no workbook", "不是完好的"),
        (file(), "表头下面没有任何一行内容"),
        (file(row("张三", 1), header=("a", "b", "c")), "找不到表头"),
        (file(row("张三", 1), header=HEADER[:5]), "缺少列：党费基数"),
        (file(row("张三", 1), header=(*HEADER[:5], "姓名")), "有两列都是“姓名”"),
        (file(row("张三", 1), finish=spoil("header")), "表头有问题：A1：是公式"),
    ],
    ids=["bytes", "empty", "no header", "missing", "twice", "formula"],
)
def test_file_that_cannot_be_read_as_a_whole_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(RosterRefused) as refusal:
        workbook.read(content)

    assert fault in refusal.value.faults[0]


def test_fifty_thousand_rows_are_refused() -> None:
    far = file(row("张三", 5100), finish=lambda _, page: page.write(50_000, 0, "李四"))

    with pytest.raises(RosterRefused) as refusal:
        workbook.read(far)

    assert refusal.value.faults == ("超过 20,000 行，请分成几个文件",)


@given(st.integers(0, 999_999_999))
def test_amount_is_read_the_same_as_number_and_as_text(fen: int) -> None:
    assert workbook.base(fen / 100) == fen
    assert workbook.base(money.text(fen)) == fen


@pytest.mark.parametrize("value", [float("nan"), float("inf"), time(9)])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(BadField):
        workbook.base(value)


def test_noise_behind_excels_digits_is_no_fraction() -> None:
    assert workbook.base(0.1 + 0.2) == 30


def test_template_has_the_columns_that_are_read() -> None:
    grid = open_grid(template.write())

    assert [str(cell) for cell in grid.rows[0]] == [column.value for column in workbook.Column]
    assert grid.other_sheets == ("填写说明",)
