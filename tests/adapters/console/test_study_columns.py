"""Columns of the library, and the lists of what is in them."""

import re
from datetime import timedelta

import pytest

from app.staff.models import Role
from tests import factories
from tests.adapters.console.studying import acts, column, column_path, path_of, seen, typed, write
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def test_new_column_is_its_makers_and_stands_in_the_overview(
    site: Site, secretary: Browser, world: World
) -> None:
    form = {"organization": world.left.branch_id, "name": "支部微课", "about": "每周一课", "once": "form-1"}

    first = secretary.post("/console/study/columns/new", form)
    second = secretary.post("/console/study/columns/new", form)

    assert first.location == second.location
    made = column(site, int(str(first.location).rsplit("/", 1)[1]))
    assert (made.name, made.about, made.owner) == ("支部微课", "每周一课", made.created_by)
    assert "支部微课" in secretary.get("/console/study").text
    assert acts(site, world) == ["study.column_added"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "请写栏目名称。"),
        ({"name": "长" * 21}, "栏目名称太长了，最多 20 个字。"),
        ({"name": "长" * 10_000}, "栏目名称太长了，最多 20 个字。"),
        ({"about": "长" * 201}, "说明太长了，最多 200 个字。"),
        ({"name": "东山党章学习"}, "已经有同名的栏目"),
        ({"name": "机密文件"}, "里面有“机密”字样。"),
    ],
)
def test_wrong_column_is_said_and_what_was_typed_stays(
    site: Site, secretary: Browser, world: World, wrong: dict[str, str], said: str
) -> None:
    form = {"organization": world.left.branch_id, "name": "支部微课", "about": "每周一课", **wrong}

    answer = secretary.post("/console/study/columns/new", form)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert ("每周一课" if "about" not in wrong else "支部微课") in answer.text
    assert acts(site, world) == []


def test_nul_and_signs_that_turn_writing_round_are_taken_out(
    site: Site, secretary: Browser, world: World
) -> None:
    form = {"organization": world.left.branch_id, "name": "支\x00部\u202e微课"}

    made = secretary.post("/console/study/columns/new", form)

    assert column(site, int(str(made.location).rsplit("/", 1)[1])).name == "支部微课"


def test_column_is_renamed_handed_over_and_moved(site: Site, secretary: Browser, world: World) -> None:
    studied = world.left.studied

    secretary.post(column_path(studied.column_id, "/rename"), {"name": "党章党规", "about": "原文"})
    page = secretary.get(column_path(studied.column_id)).text
    secretary.post(column_path(studied.column_id, "/move"), {"place": 9})
    taken = secretary.post(column_path(studied.column_id, "/owner"), {"owner": _own_name(page)})

    assert taken.status_code == 302
    changed = column(site, studied.column_id)
    assert (changed.name, changed.about, changed.owner) == ("党章党规", "原文", _own_name(page))
    assert changed.position > column(site, studied.other_id).position
    assert acts(site, world) == [
        "study.column_renamed",
        "study.column_moved",
        "study.column_handed_over",
    ]


def _own_name(page: str) -> str:
    """The only candidate whom a branch's secretary sees: themselves."""
    found = re.search(r'<option value="(staff\d+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("owner", ["nobody", "", "x\x00y", "长" * 10_000])
def test_column_goes_to_nobody_who_may_not_write_there(
    site: Site, secretary: Browser, world: World, owner: str
) -> None:
    before = column(site, world.left.studied.column_id).owner

    answer = secretary.post(column_path(world.left.studied.column_id, "/owner"), {"owner": owner})

    assert (answer.status_code, "这个账号不能当负责人" in answer.text) == (409, True)
    assert column(site, world.left.studied.column_id).owner == before


def test_archived_column_takes_nothing_new_until_it_is_restored(
    site: Site, secretary: Browser, world: World
) -> None:
    column_id = world.left.studied.column_id

    archived = secretary.post(column_path(column_id, "/archive"), {"once": "a"})
    again = secretary.post(column_path(column_id, "/archive"), {"once": "b"})
    refused = secretary.post("/console/study/items/new", typed(world))

    assert (archived.status_code, again.status_code, refused.status_code) == (302, 409, 422)
    assert "这个栏目已经归档" in again.text
    assert "已经归档" in refused.text
    assert secretary.post(column_path(column_id, "/restore")).status_code == 302
    write(secretary, world, once="form-2")


def test_column_without_news_is_named_to_its_owner(site: Site, world: World) -> None:
    browser = site.signed_in(world.left.account_id)
    assert "天没有更新" not in browser.get("/console/study").text

    _days_later(site, 44)
    assert "天没有更新" not in site.signed_in(world.left.account_id).get("/console/study").text
    _days_later(site, 1)
    page = site.signed_in(world.left.account_id).get("/console/study").text
    assert "栏目“东山党章学习”很久没有新内容了" in page
    assert "45 天没有更新" in page
    assert "建议归档" not in page
    _days_later(site, 15)
    assert "60 天没有更新，建议归档" in site.signed_in(world.left.account_id).get("/console/study").text


def _days_later(site: Site, days: int) -> None:
    site.clock.advance(timedelta(days=days))


def test_list_is_narrowed_by_state_column_and_words(secretary: Browser, world: World) -> None:
    at = "/console/study/items"

    every = secretary.get(at).text
    drafts = secretary.get(f"{at}?state=draft").text
    found = secretary.get(f"{at}?q=纪律").text
    elsewhere = secretary.get(f"{at}?column={world.left.studied.other_id}").text

    titles = ("东山学习党章第二章", "东山学习纪律条例", "东山学习党章第一章")
    assert [title in every for title in titles] == [True, True, True]
    assert [title in drafts for title in titles] == [True, False, False]
    assert [title in found for title in titles] == [False, True, False]
    assert "没有符合条件的内容" in elsewhere


@pytest.mark.parametrize(
    "query", ["state=x&page=x", "column=99999999999", "q=%00%25_", "page=100000", "column=-1"]
)
def test_hostile_filters_answer_a_page(secretary: Browser, query: str) -> None:
    assert secretary.get(f"/console/study/items?{query}").status_code == 200


def test_organizer_writes_but_is_not_asked_to_review(site: Site, world: World) -> None:
    organizer = site.staff(Role.ORGANIZER, world.left.branch_id)
    review_id = world.left.studied.review_id

    page = organizer.get(path_of(review_id)).text
    answer = organizer.post(path_of(review_id, "/review"), seen(site, review_id, stage=1, verdict="passed"))

    assert "请您初审" not in page
    assert answer.status_code == 403


def test_empty_library_says_what_to_do_first(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.root_id)
    browser = site.staff(Role.SECRETARY, _lonely(site))

    assert "东山党章学习" in office.get("/console/study").text
    assert "还没有栏目" in browser.get("/console/study").text
    assert "还没有学习内容" in browser.get("/console/study/items").text
    assert "还没有可以写的栏目" in browser.get("/console/study/items/new").text


def _lonely(site: Site) -> int:
    with site.services.sessions.begin() as session:
        return factories.organization(session, name="新建支部").id
