"""A roster from the file to the registry and back."""

import io
import re

import pytest
import xlsxwriter

from app.members.models import Member
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

HEADS = ("姓名", "人员类别", "党支部名称", "手机号")
LINE = re.compile(r'name="line" value="(\d+)"')


def workbook(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> io.BytesIO:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((heads, *rows)):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
    buffer.seek(0)
    return buffer


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


def upload(office: Browser, world: World, content: io.BytesIO, token: str = "form-1") -> str:
    answer = office.post(
        "/console/roster",
        {"organization": world.left.branch_id, "file": (content, "三月名册.xlsx"), "once": token},
    )
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def names(site: Site, world: World) -> list[str]:
    with site.services.sessions.read() as session:
        rows = session.query(Member.name).filter(Member.organization_id == world.left.branch_id)
        return sorted(name for (name,) in rows.order_by(Member.id))


def test_upload_shows_the_difference_and_changes_nothing(site: Site, office: Browser, world: World) -> None:
    before = names(site, world)

    page = office.get(upload(office, world, workbook(("周新", "正式党员", "", "13700137000")))).text

    assert "新增 1" in page
    assert "周新" in page
    assert "137****7000" in page
    assert names(site, world) == before


def test_apply_ticked_line_and_revert(site: Site, office: Browser, world: World) -> None:
    before = names(site, world)
    address = upload(office, world, workbook(("周新", "正式党员", "", "13700137000")))
    [line] = LINE.findall(office.get(address).text)

    office.post(f"{address}/apply", {"line": line})
    applied = names(site, world)
    told = office.get(address).text
    office.post(f"{address}/revert")

    assert applied == sorted([*before, "周新"])
    assert "已导入 1 行。" in told
    assert names(site, world) == before


def test_apply_nothing_ticked_does_nothing(site: Site, office: Browser, world: World) -> None:
    before = names(site, world)
    address = upload(office, world, workbook(("周新", "正式党员", "", "13700137000")))

    office.post(f"{address}/apply")

    assert "没有勾选任何一行。" in office.get(address).text
    assert names(site, world) == before


def test_upload_sent_twice_is_one_preview(office: Browser, world: World) -> None:
    first = upload(office, world, workbook(("周新", "正式党员", "", "13700137000")))
    second = upload(office, world, workbook(("周新", "正式党员", "", "13700137000")))

    assert first == second


def test_upload_with_wrong_columns_names_the_fault(office: Browser, world: World) -> None:
    answer = office.post(
        "/console/roster",
        {"organization": world.left.branch_id, "file": (workbook(heads=("甲", "乙")), "x.xlsx")},
    )

    assert answer.status_code == 422
    assert "文件没有读入，名册没有任何改动" in answer.text


def test_upload_without_a_file_asks_for_one(office: Browser, world: World) -> None:
    answer = office.post("/console/roster", {"organization": world.left.branch_id})

    assert (answer.status_code, "请选择一个 Excel 文件" in answer.text) == (422, True)


def test_template_is_a_workbook_with_the_own_branches(office: Browser) -> None:
    answer = office.get("/console/roster/template.xlsx")

    assert answer.data.startswith(b"PK")
    assert answer.headers["Content-Disposition"] == "attachment; filename=roster.xlsx"


def test_apply_all_of_a_sort_tells_who_was_left_out(site: Site, office: Browser, world: World) -> None:
    rows = [(f"周新{sign}", "正式党员", "", f"1370013700{at}") for at, sign in enumerate("甲乙丙")]
    address = upload(office, world, workbook(*rows))
    meanwhile = upload(office, world, workbook(rows[0]), token="form-2")
    office.post(f"{meanwhile}/apply", {"all": "joined"})

    office.post(f"{address}/apply", {"all": "joined"})

    told = office.get(address).text
    assert "已导入 2 行。" in told
    assert "第 2 行 周新甲 没有导入：此人在预览之后已被登记" in told


def test_import_of_many_branches_is_its_makers_own(site: Site, office: Browser, world: World) -> None:
    answer = office.post(
        "/console/roster",
        {
            "organization": world.left.committee_id,
            "file": (workbook(("周新", "正式党员", "东山一支部", "")), "全公司.xlsx"),
        },
    )
    other = site.staff(Role.OFFICE, world.left.committee_id)

    assert office.get(answer.location).status_code == 200
    assert other.get(answer.location).status_code == 404
    assert "全公司.xlsx" not in other.get("/console/roster").text
