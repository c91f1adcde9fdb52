"""Roster files as offices really send them, and as nobody should."""

import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.members.models import Gender, MemberKind
from app.members.roster import workbook
from app.members.roster.archive import RosterRefused
from app.members.roster.columns import Column, find_header
from app.members.roster.markup import cell_name
from app.members.roster.read import Row, read
from tests.unit.members.id_numbers import id_number
from tests.unit.members.sheets import HEADER, sheet, with_part

TODAY = date(2026, 3, 2)
NUMBER = id_number(1)
GOOD = ("张三", "011100016109", "正式党员", "13800008000", NUMBER, "2015-07-01", "安全员")
SHEET = "xl/worksheets/sheet1.xml"


def rows_of(content: bytes) -> list[Row]:
    return read(content, today=TODAY).rows


def faults_of(content: bytes) -> dict[int, tuple[str, ...]]:
    return {row.number: row.faults for row in rows_of(content) if row.faults}


def refusal(content: bytes) -> tuple[str, ...]:
    with pytest.raises(RosterRefused) as refused:
        read(content, today=TODAY)
    return refused.value.faults


def test_read_plain_row_is_typed() -> None:
    assert rows_of(sheet(GOOD)) == [
        Row(
            number=2,
            name="张三",
            code="011100016109",
            branch="",
            fields={
                "kind": MemberKind.FULL,
                "phone": "13800008000",
                "id_number": NUMBER,
                "joined_on": date(2015, 7, 1),
                "post": "安全员",
                "gender": Gender.MALE,
                "birth_year": 1990,
            },
            faults=(),
        )
    ]


def test_read_numbers_full_width_and_dated_cells_are_the_same_row() -> None:
    odd = (
        "张 三",
        "０１１１０００１６１０９",
        "正式",
        13800008000,
        NUMBER.lower(),
        datetime(2015, 7, 1),
        "安全员",
    )

    assert rows_of(sheet(odd)) == rows_of(sheet(GOOD))


@pytest.mark.parametrize(
    "written", ["2015年7月1日", "2015.7", "20150701", 42186, 20150701, 2015.7, "2015/7/1"]
)
def test_read_dates_as_people_write_them(written: object) -> None:
    row = rows_of(sheet((*GOOD[:5], written, "")))[0]

    assert (row.fields["joined_on"], row.faults) == (date(2015, 7, 1), ())


def test_read_common_names_of_columns() -> None:
    header = ("序号", "姓 名*", "所属支部（全称）", "政治面貌", "联系电话", "公民身份号码", "加入党组织日期",
              "转为正式党员日期", "出生年月", "文化程度", "所在部门", "职务", "民族")  # fmt: skip
    values = (1, "张三", "机电 党支部", "中共党员", "13800008000", NUMBER, "2015.7", "2016.7", "1990-03",
              "本科", "机电部", "班长", "汉")  # fmt: skip

    roster = read(sheet(values, header=header), today=TODAY)

    assert roster.rows[0].branch == "机电党支部"
    assert roster.rows[0].fields == {
        "kind": MemberKind.FULL,
        "birth_year": 1990,
        "id_number": NUMBER,
        "phone": "13800008000",
        "education": "本科",
        "joined_on": date(2015, 7, 1),
        "converted_on": date(2016, 7, 1),
        "department": "机电部",
        "post": "班长",
        "gender": Gender.MALE,
    }
    assert roster.notes == ("按最少够用原则不收集的列：序号、民族",)


def test_read_title_above_and_empty_rows_keep_excel_s_numbers() -> None:
    content = sheet((), GOOD, ("", ""), GOOD, title="某公司党委党员名册")

    assert [row.number for row in rows_of(content)] == [4, 6]


def test_read_other_sheets_and_unknown_columns_are_named() -> None:
    content = sheet(
        (*GOOD, "A"),
        header=(*HEADER, "血型"),
        finish=lambda book, _: [book.add_worksheet(name) for name in ("填写说明", "二支部")],
    )

    assert read(content, today=TODAY).notes == ("不认识而未读的列：血型", "只读第一张工作表，未读：二支部")


def test_read_hidden_first_sheet_is_passed_over() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("隐藏").hide()
        page = book.add_worksheet("名册")
        page.activate()
        page.set_first_sheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD)

    assert [row.name for row in rows_of(buffer.getvalue())] == ["张三"]


def test_read_missing_and_unknown_columns_are_named() -> None:
    content = sheet(("张三", "A"), header=("姓名", "血型"))

    assert refusal(content) == ("缺少列：人员类别、组织代码（或所在党支部）", "不认识的列：血型")


def test_read_branch_column_is_not_needed_for_one_branch() -> None:
    content = sheet(("张三", "正式党员"), header=("姓名", "人员类别"))

    assert read(content, today=TODAY, branch_needed=False).rows[0].code == ""


def test_read_no_header_within_ten_rows_is_refused() -> None:
    content = sheet(*[("说明",)] * 10, HEADER, GOOD, header=("说明",))

    assert refusal(content) == ("前 10 行里找不到表头，表头至少要有：姓名、人员类别、组织代码或所在党支部",)


def test_header_of_nothing_but_open_brackets_is_read_in_one_pass() -> None:
    """Looked through again from each bracket, twenty such cells would hold the process for minutes."""
    titles = ["姓名(必填)", "人员类别", *["(" * 32_767] * 40]

    assert find_header([titles], branch_needed=False).places == {Column.NAME: 0, Column.KIND: 1}


def test_read_two_columns_for_one_thing_are_named() -> None:
    content = sheet((*GOOD, "1"), header=(*HEADER, "联系电话"))

    assert refusal(content) == ("“手机号”和“联系电话”是同一列内容（手机号），请只保留一列",)


def test_read_header_alone_is_refused() -> None:
    assert refusal(sheet()) == ("表头下面没有任何一行内容",)


@pytest.mark.parametrize(
    ("at", "value", "fault"),
    [
        (0, "", "姓名：没有填写"),
        (0, "=cmd|' /C calc'!A0", "姓名：含有不像姓名的字符"),
        (0, "张三" * 26, "姓名：含有不像姓名的字符"),
        (2, "", "人员类别：没有填写"),
        (2, "党员", "人员类别：只能是：正式党员、预备党员、发展对象、入党积极分子、入党申请人、群众"),
        (3, "1380000800", "手机号：应为 11 位手机号码"),
        (4, "11010119900307001", "身份证号：应为 18 位身份证号"),
        (4, 110101199003070000, "身份证号：是数字格式，后几位已被 Excel 改掉，请把该列设为文本后重新填写"),
        (5, "去年", "入党日期：不是日期，请写成 2015-07-01"),
        (5, 2015.1, "入党日期：是数字，分不清 1 月和 10 月，请写成 2015-01 的样子"),
        (5, "2026-03-03", "入党日期：在今天之后"),
        (5, "2007-01-01", "入党日期：当时未满 18 岁"),
        (5, time(9, 30), "入党日期：不是日期，请写成 2015-07-01"),
        (6, "长" * 51, "岗位：超过 50 个字"),
    ],
)  # fmt: skip
def test_read_each_fault_is_named_by_column(at: int, value: object, fault: str) -> None:
    row = [*GOOD]
    row[at] = value  # type: ignore[call-overload]  # any value is what a cell may hold

    assert faults_of(sheet(GOOD, row)) == {3: (fault,)}


def test_read_all_faults_of_a_row_are_told_at_once() -> None:
    assert faults_of(sheet(("", "", "", "1", "2", "3", ""))) == {
        2: (
            "姓名：没有填写",
            "身份证号：应为 18 位身份证号",
            "手机号：应为 11 位手机号码",
            "入党日期：不是日期，请写成 2015-07-01",
            "人员类别：没有填写",
        )
    }


def test_read_contradictions_are_named() -> None:
    header = (*HEADER, "性别", "出生日期", "转正日期")

    content = sheet((*GOOD, "女", "1991-03-07", "2015-06-30"), header=header)

    assert faults_of(content) == {
        2: ("性别：与身份证号不符", "出生年份：与身份证号不符", "转正日期：早于入党日期或在今天之后")
    }


def test_read_formula_is_named_by_cell_though_it_has_a_value() -> None:
    content = sheet(GOOD, GOOD, finish=lambda _, page: page.write_formula("A3", '="李"&"四"', None, "李四"))

    assert faults_of(content) == {3: ("A3 是公式，请粘贴为数值",)}


def test_read_formula_in_an_otherwise_empty_row_is_named() -> None:
    content = sheet(GOOD, finish=lambda _, page: page.write_formula("D5", "=1+1", None, ""))

    assert faults_of(content)[5][0] == "D5 是公式，请粘贴为数值"


def test_read_error_value_is_named_by_cell() -> None:
    content = sheet(GOOD, finish=lambda _, page: page.write_formula("G2", "=1/0", None, "#DIV/0!"))

    assert faults_of(content) == {2: ("G2 是公式，请粘贴为数值", "G2 是错误值，请改正")}


def test_read_merged_cells_are_named_in_each_row_that_they_cover() -> None:
    def merge(_: object, page: xlsxwriter.worksheet.Worksheet) -> None:
        page.merge_range("B3:B4", "011100016109")

    content = sheet(GOOD, ("李四", None, "正式党员"), ("王五", None, "正式党员"), GOOD, finish=merge)

    assert faults_of(content) == {
        3: ("B3:B4 是合并单元格，请取消合并并逐行填写",),
        4: ("B3:B4 是合并单元格，请取消合并并逐行填写",),
    }


def test_read_merged_header_is_refused() -> None:
    content = sheet(GOOD, finish=lambda _, page: page.merge_range("H1:H2", "备注"))

    assert refusal(content) == ("表头有合并单元格 H1:H2，请取消合并",)


def test_read_formula_in_the_header_is_refused() -> None:
    content = sheet(GOOD, finish=lambda _, page: page.write_formula("A1", '="姓名"', None, "姓名"))

    assert refusal(content) == ("表头有问题：A1 是公式，请粘贴为数值",)


def test_read_more_rows_than_allowed_is_refused() -> None:
    content = sheet(*[GOOD[:3]] * 20_001, header=HEADER[:3])

    assert refusal(content) == ("超过 20,000 行，请分成几个文件",)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("A1048576", "超过 20,000 行，请分成几个文件"),
        ("XFD2", "超过 60 列（XFD2 有内容），请只保留名册的列"),
        ("XFD1048576", "超过 20,000 行，请分成几个文件"),
    ],
)
def test_read_value_in_a_far_corner_is_refused_before_the_grid_is_laid_out(cell: str, reason: str) -> None:
    content = sheet(GOOD, finish=lambda _, page: page.write_string(cell, "x"))

    assert refusal(content) == (reason,)


def test_read_formatted_but_empty_far_cells_do_not_count() -> None:
    def format_far(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
        page.write_blank(1_000_000, 100, None, book.add_format({"bold": True}))

    assert len(rows_of(sheet(GOOD, finish=format_far))) == 1


NOT_XLSX = "不是完好的 .xlsx 文件（旧的 .xls、加密或损坏的文件，请用 Excel 打开后另存为不加密的 .xlsx）"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        "姓名,手机号".encode(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        sheet(GOOD)[:-400],
    ],
)
def test_read_not_a_whole_zip_is_refused(content: bytes) -> None:
    assert refusal(content) == (NOT_XLSX,)


def zip_of(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_read_other_zip_is_refused() -> None:
    assert refusal(zip_of({"word/document.xml": b"<a/>"})) == ("不是 .xlsx 工作簿，请用 Excel 另存为 .xlsx",)


def test_read_workbook_without_sheets_is_refused() -> None:
    assert refusal(zip_of({"xl/workbook.xml": b"<workbook/>"})) == ("工作簿里没有可见的工作表",)


def test_read_zip_bomb_is_refused_by_its_sum() -> None:
    parts = {f"xl/{number}.xml": bytes(21 * 1024 * 1024) for number in range(10)}

    assert refusal(zip_of(parts)) == ("文件解压后过大，不像一份名册，已拒绝读取",)


def test_read_zip_of_too_many_parts_is_refused() -> None:
    parts = {f"{number}.xml": b"" for number in range(1_001)}

    assert refusal(zip_of(parts)) == ("文件解压后过大，不像一份名册，已拒绝读取",)


def test_read_bomb_that_lies_about_its_size_is_refused() -> None:
    honest = zip_of({"xl/workbook.xml": b"<workbook/>" + b" " * 1_000_000})
    size = (1_000_011).to_bytes(4, "little")
    assert honest.count(size) == 2

    assert refusal(honest.replace(size, (11).to_bytes(4, "little"))) == (NOT_XLSX,)


def test_read_strange_packing_is_refused() -> None:
    content = zip_of({"xl/workbook.xml": b"<workbook/>"}, zipfile.ZIP_LZMA)

    assert refusal(content) == ("文件已加密或压缩方式特殊，请用 Excel 另存为不加密的 .xlsx",)


def test_read_larger_file_than_allowed_is_refused() -> None:
    assert refusal(bytes(20 * 1024 * 1024 + 1)) == ("文件超过 20 MB，请删去图片或分成几个文件",)


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_read_entity_bomb_is_refused(part: str) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'
    content = with_part(sheet(GOOD), part, lambda old: old.replace(b"?>", b"?>" + doctype, 1))

    assert refusal(content) == ("工作表内容损坏，请用 Excel 打开后另存",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A2"', b'r="\xc3\xa92"'),
        (b'r="A2"', b'r="A0"'),
        (b'<row r="2"', b'<row r="-2"'),
        (b"</sheetData>", b""),
        (b"UTF-8", b"UTF-65537"),
    ],
)
def test_read_damaged_sheet_is_refused(old: bytes, new: bytes) -> None:
    content = with_part(sheet(GOOD), SHEET, lambda part: part.replace(old, new))

    assert refusal(content) == ("工作表内容损坏，请用 Excel 打开后另存",)


def test_read_text_that_is_nowhere_is_refused() -> None:
    content = with_part(sheet(GOOD), SHEET, lambda part: part.replace(b"<v>7</v>", b"<v>99999</v>"))

    assert refusal(content) == ("工作簿内容损坏，请用 Excel 打开后另存",)


class PanicException(BaseException):
    """What the Rust reader raises where it has a bug of its own."""


@pytest.mark.parametrize(
    ("raised", "seen"), [(PanicException, RosterRefused), (KeyboardInterrupt, KeyboardInterrupt)]
)
def test_read_panic_of_the_reader_is_a_refusal_and_an_interrupt_is_not(
    monkeypatch: pytest.MonkeyPatch, raised: type[BaseException], seen: type[BaseException]
) -> None:
    class Reader:
        @staticmethod
        def from_filelike(_: object) -> None:
            raise raised

    monkeypatch.setattr(workbook, "CalamineWorkbook", Reader)

    with pytest.raises(seen):
        read(sheet(GOOD), today=TODAY)


@pytest.mark.parametrize("boast", [b"18446744073709551615", b"4294967295", b"-1"])
def test_read_part_that_boasts_of_its_length_is_refused(boast: bytes) -> None:
    def lie(part: bytes) -> bytes:
        return re.sub(rb'niqueCount="\d+"', b'niqueCount="' + boast + b'"', part)

    content = with_part(sheet(GOOD), "xl/sharedStrings.xml", lie)

    assert refusal(content) == ("工作表内容损坏，请用 Excel 打开后另存",)


def test_read_cells_without_references_count_on() -> None:
    def strip(part: bytes) -> bytes:
        for row in b"12":
            for column in b"ABCDEFG":
                part = part.replace(b' r="%c%c"' % (column, row), b"")
        return part.replace(b'<row r="2"', b"<row").replace(b'<row r="1"', b"<row")

    assert rows_of(with_part(sheet(GOOD), SHEET, strip)) == rows_of(sheet(GOOD))


@pytest.mark.parametrize(
    "references",
    [[f"A{row}:B{row}" for row in range(3, 5_004)], ["A3:A20000"] * 11],
    ids=["many", "overlapping"],
)
def test_read_endless_merges_are_refused(references: list[str]) -> None:
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in references).encode()
    content = with_part(
        sheet(GOOD),
        SHEET,
        lambda part: part.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>"),
    )

    assert refusal(content) == ("合并单元格过多，请取消合并后再导入",)


@pytest.mark.parametrize(
    ("cell", "name"), [((0, 0), "A1"), ((9, 25), "Z10"), ((1, 26), "AA2"), ((0, 16_383), "XFD1")]
)
def test_cell_name_is_excel_s(cell: tuple[int, int], name: str) -> None:
    assert cell_name(cell) == name


ORIGINAL = sheet(GOOD, GOOD)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    part=st.sampled_from(
        [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"]
    ),
    at=st.floats(0, 1, exclude_max=True),
    new=st.binary(max_size=8),
)
def test_read_spoiled_file_is_read_or_refused_never_a_crash(part: str, at: float, new: bytes) -> None:
    def spoil(old: bytes) -> bytes:
        place = int(at * len(old))
        return old[:place] + new + old[place + len(new) :]

    try:
        read(with_part(ORIGINAL, part, spoil), today=TODAY)
    except RosterRefused:
        return
