"""Writing something to study, and the files beside it."""

from io import BytesIO

import pytest

from app.staff.models import Role
from app.study.library import queries
from app.study.library.models import ItemKind, Rights, StudyReach
from app.study.library.states import VersionState
from tests.adapters.console.studying import BODY, acts, item, kept, path_of, seen, typed, write
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

LONG = "学习贯彻党章加强支部建设的体会" * 4
"""Sixty signs, as many as a title takes."""


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def test_written_item_is_a_draft_with_its_text_cleaned(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)

    version, about = kept(site, made), item(site, made)
    assert (version.state, version.title, version.number) == (VersionState.DRAFT, "学习党章的体会", 1)
    assert version.body == "<p>党员要学好党章。</p><h3>三个要点</h3><ul><li>信念</li><li>纪律</li></ul>"
    assert (about.kind, about.reach, version.rights) == (ItemKind.ARTICLE, StudyReach.BELOW, Rights.OWN_WORK)
    with site.services.sessions.read() as session:
        assert queries.tags_of(session, [made])[made] == ["党章", "纪律", "党员义务"]
    assert acts(site, world) == ["study.drafted"]


def test_form_sent_twice_makes_one_item(site: Site, secretary: Browser, world: World) -> None:
    assert write(secretary, world) == write(secretary, world)
    assert acts(site, world) == ["study.drafted"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "请写标题。"),
        ({"title": "长" * 61}, "标题太长了，最多 60 个字。"),
        ({"title": "长" * 10_000}, "标题太长了，最多 60 个字。"),
        ({"summary": "长" * 201}, "摘要太长了，最多 200 个字。"),
        ({"body": " \n "}, "请写正文。"),
        ({"body": "长" * 100_001}, "正文太长了"),
        ({"source_name": ""}, "请写来源。"),
        ({"source_url": "javascript:alert(1)"}, "原文网址不对"),
        ({"rights": "stolen"}, "请选择凭什么可以登在这里。"),
        ({"rights": "permitted"}, "请写授权说明。"),
        ({"rights": "linked"}, "类型要选“链接”或“视频”"),
        ({"tags": "，".join("一二三四五六七八九")}, "标签最多 8 个"),
        ({"tags": "长" * 13}, "标签太长了，最多 12 个字。"),
        ({"column": ""}, "请选择栏目。"),
        ({"column": 999_999}, "没有找到这个栏目"),
        ({"column": 2**31 + 5}, "请选择栏目。"),
        ({"reach": "planet"}, "请选择谁能看到。"),
        ({"body": "此件为机密★文件"}, "里面有“机密”字样。"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Site, secretary: Browser, world: World, wrong: dict[str, object], said: str
) -> None:
    answer = secretary.post("/console/study/items/new", typed(world, **wrong))

    assert (answer.status_code, said in answer.text) == (422, True)
    assert ("学习党章的体会" if "title" not in wrong else "纪律") in answer.text
    assert acts(site, world) == []


def test_whole_regulation_is_kept(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world, body="第一条为了规范党支部工作制定本条例" * 5000)

    assert len(kept(site, made).body) == 85_000 + len("<p></p>")


def test_link_has_an_address_and_no_text(site: Site, secretary: Browser, world: World) -> None:
    link = {"kind": "link", "rights": "linked", "body": "", "source_name": "共产党员网"}

    without = secretary.post("/console/study/items/new", typed(world, **link))
    made = write(secretary, world, **link, url="https://www.12371.cn/special/zgdz/", once="form-2")

    assert (without.status_code, "请写网址。" in without.text) == (422, True)
    assert 'name="body"' not in without.text
    assert kept(site, made).url == "https://www.12371.cn/special/zgdz/"
    assert "加一个文件" not in secretary.get(path_of(made)).text


def test_branch_writes_into_a_column_of_those_above_but_not_beside(
    site: Site, secretary: Browser, world: World
) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)
    form = {"organization": world.left.committee_id, "name": "党委讲堂"}
    above = int(str(office.post("/console/study/columns/new", form).location).rsplit("/", 1)[1])

    page = secretary.get(f"/console/study/items/new?kind=article&column={above}").text
    made = write(secretary, world, column=above)
    beside = secretary.post(
        "/console/study/items/new", typed(world, column=world.right.studied.column_id, once="2")
    )

    assert "党委讲堂（上级）" in page
    assert item(site, made).organization_id == world.left.branch_id
    assert (beside.status_code, "没有找到这个栏目" in beside.text) == (422, True)


def test_other_organisation_does_not_exist_for_a_writer(secretary: Browser, world: World) -> None:
    theirs = world.right.branch_id

    assert secretary.get(f"/console/study/items/new?organization={theirs}").status_code == 404
    assert secretary.post("/console/study/items/new", typed(world, organization=theirs)).status_code == 404


def test_script_in_the_text_is_only_text(secretary: Browser, world: World) -> None:
    made = write(secretary, world, body="<img src=x onerror=alert(1)>", title="<script>alert(1)</script>")

    page = secretary.get(path_of(made)).text
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_preview_shows_the_phone_and_warns_of_secrecy(secretary: Browser, world: World) -> None:
    preview = "/console/study/items/preview"

    plain = secretary.post(preview, typed(world), htmx=True).text
    secret = secretary.post(preview, typed(world, body="内部资料，不得外传"), htmx=True).text

    assert "<li>信念</li>" in plain
    assert "来源：东山一支部" in plain
    assert 'role="alert"' not in plain
    assert "文中有“内部资料”“不得外传”字样" in secret


def test_revision_of_somebody_who_did_not_see_the_last_one_is_refused(
    site: Site, secretary: Browser, world: World
) -> None:
    made = write(secretary, world)
    stale = typed(world, title="第二稿", revision=1, once="2")

    first = secretary.post(path_of(made, "/edit"), stale)
    second = secretary.post(path_of(made, "/edit"), {**stale, "title": "第三稿", "once": "3"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "改过这份内容" in second.text
    assert "第三稿" in second.text
    assert kept(site, made).title == "第二稿"
    assert 'name="revision" value="2"' in second.text


def test_what_was_typed_comes_back_into_the_form(secretary: Browser, world: World) -> None:
    made = write(secretary, world, title=LONG)

    form = secretary.get(path_of(made, "/edit")).text

    assert f'value="{LONG}"' in form
    assert f">{BODY}</textarea>" in form
    assert 'value="党章，纪律，党员义务"' in form


def test_file_is_kept_handed_out_and_taken_away(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    text = (BytesIO("提纲".encode()), "提纲.txt")

    added = secretary.post(path_of(made, "/files"), seen(site, made, file=text))
    page = secretary.get(path_of(made)).text
    address = page.split(f'href="{path_of(made, "/files/")}')[1].split('"')[0]
    taken = secretary.get(path_of(made, f"/files/{address}"))

    assert added.status_code == 302
    assert taken.get_data() == "提纲".encode()
    assert taken.headers["Content-Disposition"].startswith("attachment")
    remove = path_of(made, f"/files/{address}/remove")
    assert secretary.post(remove, seen(site, made)).status_code == 302
    assert secretary.post(remove, seen(site, made)).status_code == 302
    assert acts(site, world) == ["study.drafted", "study.attached", "study.detached"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"no document", "plan.pdf", "没有上传"),
        ("内部资料".encode(), "说明.txt", "里面有“内部资料”字样"),
        (b"", "", "请先选择一个文件。"),
    ],
)
def test_wrong_file_is_refused_with_the_reason(
    site: Site, secretary: Browser, world: World, content: bytes, name: str, said: str
) -> None:
    draft_id = world.left.studied.draft_id

    answer = secretary.post(path_of(draft_id, "/files"), seen(site, draft_id, file=(BytesIO(content), name)))

    assert (answer.status_code, said in answer.text) == (422, True)
