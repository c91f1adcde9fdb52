"""What the shell prints, and the empty file that offices fill in."""

import io
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from app.core.crypto import Vault
from app.core.db import Sessions
from app.members.roster import queries, report, template
from app.members.roster.archive import RosterRefused
from app.members.roster.columns import Column
from app.members.roster.read import read
from app.members.roster.service import Outcome, Refused
from app.organizations import queries as organizations
from tests.unit.members.id_numbers import id_number
from tests.unit.members.offices import Office
from tests.unit.members.sheets import HEADER, sheet, with_part


@pytest.fixture
def office(sessions: Sessions, vault: Vault, now: datetime) -> Office:
    return Office(sessions, vault, now)


def test_report_tells_a_preview_in_lines(office: Office) -> None:
    office.add("李四", office.first, phone="13800000001")
    office.add("赵六", office.first)
    import_id = office.preview(
        office.row("张三", office.first, phone="13800008000", number=id_number(1)),
        office.row("李四", office.second, phone="13800000001"),
        office.row("王五", office.first, phone="1"),
        complete=True,
    )
    with office.sessions.read() as session:
        made = queries.by_id(session, import_id)
        counts = queries.count_by_kind(session, import_id)
        lines = queries.lines(session, import_id, office.vault)
    assert made is not None

    assert [*report.summary(made, counts)] == [
        "第 1 次导入 名册.xlsx：共 3 人",
        "  无变化：0",
        "  新增：1",
        "  调动：1",
        "  不在册（将记为已转出）：1",
        "  填写有误：1",
    ]
    assert [*report.lines(lines)] == [
        (
            "[新增] 第 2 行 张三 一支部：党支部 一支部，人员类别 正式党员，性别 男，出生年份 1990，"
            f"入党日期 2015-07-01，手机号 138****8000，身份证号 **************{id_number(1)[-4:]}"
        ),
        "[调动] 第 3 行 李四 二支部：党支部 一支部 → 二支部，入党日期 2015-07-01",
        "[填写有误] 第 4 行 王五 一支部：手机号：应为 11 位手机号码",
        "[不在册（将记为已转出）] 文件外 赵六 一支部：文件中没有此人",
    ]


def test_report_tells_what_was_left_unread(office: Office) -> None:
    content = sheet(("张三", office.first.code, "正式党员", "汉"), header=(*HEADER[:3], "民族"))
    import_id = office.preview(content=content)
    with office.sessions.read() as session:
        made, counts = queries.by_id(session, import_id), queries.count_by_kind(session, import_id)
    assert made is not None

    assert [*report.summary(made, counts)][-1] == "  提示：按最少够用原则不收集的列：民族"


def test_report_tells_states_refusals_and_outcomes(office: Office) -> None:
    import_id = office.preview(office.row("张三", office.first))
    office.apply(import_id)
    line = next(report.lines(office.lines(import_id)))

    assert line.startswith("[新增（已应用）] 第 2 行 张三 一支部：")
    assert [*report.refused(RosterRefused("缺少列：姓名", "不认识的列：血型"))] == [
        "文件没有读入，登记内容没有任何改动：",
        "  缺少列：姓名",
        "  不认识的列：血型",
    ]
    assert [
        *report.outcome(
            Outcome(3, [Refused(5, "李四", "已过时"), Refused(None, "赵六", "已过时")]), verb="撤销"
        )
    ] == [
        "已撤销 3 条，未撤销 2 条",
        "  第 5 行 李四：已过时",
        "  文件外 赵六：已过时",
    ]


def test_template_has_text_columns_choices_and_instructions(office: Office) -> None:
    with office.sessions.read() as session:
        content = template.write(organizations.in_scope(session, office.scope))

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        header = book.get_sheet_by_name("党员名册").to_python()[0]
        instructions = book.get_sheet_by_name("填写说明").to_python()
        branches = book.get_sheet_by_name("党支部").to_python()
    assert header == [column.value for column in Column]
    assert instructions[0] == ["党员名册填写说明"]
    assert branches[1] == [office.first.code, "一支部"]


def test_template_filled_in_is_read(office: Office) -> None:
    with office.sessions.read() as session:
        content = template.write(organizations.in_scope(session, office.scope))
    cells = "".join(
        f'<c r="{place}2" t="inlineStr"><is><t>{value}</t></is></c>'
        for place, value in zip("ABCD", ("张三", office.first.code, "一支部", "正式党员"), strict=True)
    )
    row = f'<row r="2">{cells}</row></sheetData>'.encode()

    filled = with_part(content, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"</sheetData>", row))

    roster = read(filled, today=date(2026, 3, 2))
    assert [(one.name, one.code, one.faults) for one in roster.rows] == [("张三", office.first.code, ())]
    assert roster.notes == ()


def test_template_without_branches_is_still_a_template() -> None:
    with pytest.raises(RosterRefused) as refused:
        read(template.write([]), today=date(2026, 3, 2))

    assert refused.value.faults == ("表头下面没有任何一行内容",)
