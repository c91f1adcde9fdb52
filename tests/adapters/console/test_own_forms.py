"""自有模板 in the console: put in place, tried, used by those below, taken away."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.meetings.records.models import PaperKind
from app.papers import blank
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.papers.reading import word_text
from tests.adapters.papers.test_forms import made
from tests.adapters.site import Browser, Site

FORMS = "/console/meetings/forms"


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


def upload(browser: Browser, organization: int, content: bytes, **more: str) -> tuple[int, str]:
    """Encoded here: the test client would leave a large file open."""
    file = FileStorage(io.BytesIO(content), "格式.docx")
    boundary, sent = encode_multipart({"csrf_token": browser.token(), "kind": "record", "file": file, **more})
    answer = browser.client.post(
        f"{FORMS}?organization={organization}",
        data=sent,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    return answer.status_code, answer.text


def test_form_of_the_committee_prints_the_branch_s_records(site: Site, office: Browser, world: World) -> None:
    own = made("东山公司格式 {{ 会议名称 }}")

    assert upload(office, world.left.committee_id, own)[0] == 302
    secretary = site.staff(Role.SECRETARY, world.left.branch_id)
    papers = f"/console/meetings/{world.left.recorded.closed_id}/papers"
    printed = secretary.post(papers, {"kind": "record", "format": "docx"}).data
    assert word_text(printed) == "东山公司格式 东山定稿党员大会"
    page = secretary.get(FORMS).text
    assert "用东山公司党委的模板" in page
    assert "格式.docx" in page


def test_page_says_what_is_in_use_and_which_marks_there_are(site: Site, world: World) -> None:
    page = site.staff(Role.SECRETARY, world.left.branch_id).get(FORMS).text

    assert "东山一览表.docx" in page
    assert "系统模板" in page
    assert "议题（序号、题目、汇报、讨论、决定）" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "这不是能用的 Word 文档"),
        (b"PK", "这不是能用的 Word 文档"),
        (made("{{ 主席 }}{{ 会议名 }}"), "模板里有不认识的标记：“主席”、“会议名”"),
        (made("{% if 草稿 %}"), "没有对应的 {% endif %}"),
        (made("{{ 会议名称|upper }}"), "不能用竖线“|”"),
        (b"PK\x03\x04" + b"\x00" * (2 * 1024 * 1024), "文件不超过 2 MB"),
    ],
)
def test_form_with_a_fault_is_refused_by_name(
    site: Site, office: Browser, world: World, content: bytes, said: str
) -> None:
    status, page = upload(office, world.left.committee_id, content)

    assert (status, said in page) == (422, True)


def test_form_far_too_large_is_turned_away_before_it_is_read(office: Browser, world: World) -> None:
    status, page = upload(office, world.left.committee_id, b"\x00" * (4 * 1024 * 1024))

    assert (status, "模板不超过 2 MB" in page) == (413, True)


def test_form_sent_twice_is_kept_once(site: Site, office: Browser, world: World) -> None:
    branch = world.left.committee_id

    answers = [upload(office, branch, made(f"第{n}份"), once="form-1")[0] for n in (1, 2)]

    assert answers == [302, 302]
    kept = office.get(f"{FORMS}/own?organization={world.left.committee_id}&kind=record").data
    assert word_text(kept) == "第1份"


def test_form_is_taken_away_and_ours_comes_back(site: Site, world: World) -> None:
    secretary = site.staff(Role.SECRETARY, world.left.branch_id)
    address = f"{FORMS}/remove?organization={world.left.branch_id}"

    answers = [secretary.post(address, {"kind": "quarter"}).status_code for _ in range(2)]

    assert answers == [302, 302]
    page = secretary.get(FORMS).text
    assert "东山一览表.docx" not in page
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert trail.count("删除自有模板") - trail.count(">删除自有模板</option>") == 1


@pytest.mark.parametrize("kind", PaperKind)
def test_forms_are_handed_out_blank_and_filled_in(office: Browser, world: World, kind: PaperKind) -> None:
    ours = office.get(f"{FORMS}/blank?kind={kind}").data
    tried = office.get(f"{FORMS}/own?organization={world.left.branch_id}&kind={kind}&filled=yes").data

    assert ours == blank.form(kind)
    assert "第一党支部" in word_text(tried)
    assert "{{" not in word_text(tried)


def test_paper_of_no_kind_is_not_found(office: Browser, world: World) -> None:
    for address in (f"{FORMS}/blank?kind=x", f"{FORMS}/own?organization={world.left.branch_id}"):
        assert office.get(address).status_code == 404
