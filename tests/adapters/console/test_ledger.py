"""台账 in the console: what is missing is said, the zip is one click, and names are kept to the branch."""

import io
import sys
import zipfile

import pytest

from app.meetings.models import Meeting
from app.papers import pdf
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.papers.reading import cells, pdf_text, text_of
from tests.adapters.site import Browser, Site

LEDGER = "/console/meetings/ledger"


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


def taken(browser: Browser, world: World, **more: object) -> dict[str, bytes]:
    form = {"organization": world.left.branch_id, "year": 2026, **more}
    with browser.post(LEDGER, form) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        packed = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    return {name: packed.read(name) for name in packed.namelist()}


def test_page_lists_the_year_by_quarters_and_what_is_missing(secretary: Browser) -> None:
    page = secretary.get(f"{LEDGER}?year=2026").text

    assert "2026年第一季度" in page
    assert "东山定稿党员大会" in page
    assert "1号 已定稿（第2版）" in page
    assert "2号 已定稿，修订中" in page
    assert "还有 2 次会议的记录没有定稿" in page
    assert "西河" not in page


def test_year_is_taken_as_one_zip(secretary: Browser, world: World) -> None:
    content = taken(secretary, world)

    assert next(iter(content)) == "目录.xlsx"
    records = [name for name in content if name.endswith("会议记录.pdf")]
    assert ["东山改过的决定" in pdf_text(content[name]) for name in records] == [True, False]
    sheets = [name for name in content if name.endswith("签到表.xlsx")]
    assert "东山赵一" in cells(content[sheets[0]])


def test_zip_is_named_after_the_organisation_and_the_year(secretary: Browser, world: World) -> None:
    with secretary.post(LEDGER, {"organization": world.left.branch_id, "year": 2026}) as answer:
        name = answer.headers["Content-Disposition"]

    assert "2026%E5%B9%B4%E5%8F%B0%E8%B4%A6.zip" in name


def test_no_transaction_is_open_while_it_is_printed(site: Site, secretary: Browser, world: World) -> None:
    """Another one writes after the first paper: on SQLite there is one writer at a time."""
    with secretary.post(LEDGER, {"organization": world.left.branch_id, "year": 2026}) as answer:
        pieces = answer.iter_encoded()
        first = next(pieces)

        with site.services.sessions.begin() as session:
            session.get_one(Meeting, world.left.meeting_id).place = "二楼"

        assert first.startswith(b"PK")
        assert len(list(pieces)) > 5


def test_zip_is_refused_before_it_begins_where_no_pdf_can_be_printed(
    secretary: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf._press.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    answer = secretary.post(LEDGER, {"organization": world.left.branch_id, "year": 2026})

    assert (answer.status_code, "没有装打印 PDF 的组件" in answer.text) == (409, True)


def test_above_the_branch_the_zip_wants_a_reason_that_is_kept(
    site: Site, office: Browser, world: World
) -> None:
    form = {"organization": world.left.branch_id, "year": 2026}

    page = office.get(f"{LEDGER}?organization={world.left.branch_id}&year=2026").text
    refused = office.post(LEDGER, form)
    taken(office, world, reason="年度党建考核")

    assert "下载原因" in page
    assert (refused.status_code, "请写明下载台账的原因" in refused.text) == (422, True)
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert [text for text in ("下载台账", "原因：年度党建考核", "年份：2026") if text not in trail] == []


@pytest.mark.parametrize("ending", ["pdf", "docx", "xlsx"])
def test_quarter_list_counts_people_and_names_nobody(office: Browser, world: World, ending: str) -> None:
    address = f"{LEDGER}/quarter?organization={world.left.branch_id}&period=2026-Q1&format={ending}"

    content = office.get(address).data

    told = text_of(content, ending)
    assert "东山定稿党员大会" in told
    assert "已定稿" in told
    assert [name for name in ("赵一", "钱二") if name in told] == []


@pytest.mark.parametrize(
    "query",
    ["", "period=2026-Q1", "period=2026-Q1&format=exe", "period=2026&format=pdf", "period=x&format=pdf"],
)
def test_quarter_that_there_is_not_is_not_found(secretary: Browser, world: World, query: str) -> None:
    assert secretary.get(f"{LEDGER}/quarter?organization={world.left.branch_id}&{query}").status_code == 404


@pytest.mark.parametrize("year", ["1999", "3000", "x", ""])
def test_year_out_of_reach_is_this_one(secretary: Browser, year: str) -> None:
    assert "2026年台账" in secretary.get(f"{LEDGER}?year={year}").text


def test_account_without_an_organisation_sees_an_empty_page(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    assert "没有会议。" in office.get(f"{LEDGER}?year=2026").text


@pytest.mark.parametrize("period", ["9999-Q4", "0001-Q1", "2026-03", "x"])
def test_quarter_that_no_ledger_has_is_not_there(secretary: Browser, world: World, period: str) -> None:
    asked = f"?organization={world.left.branch_id}&period={period}&format=pdf"

    assert secretary.get(f"/console/meetings/ledger/quarter{asked}").status_code == 404
