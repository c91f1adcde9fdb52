"""The registry's pages."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.members import codes
from app.members.models import BindingCode, WeChatIdentity
from app.organizations import queries as organizations
from app.staff import queries as people
from app.staff.models import Role
from app.staff.queries import TrailFilter
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@contextmanager
def counted(site: Site) -> Iterator[list[str]]:
    statements: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    engine = site.services.sessions.engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def acts(site: Site, world: World) -> list[tuple[str, str]]:
    with site.services.sessions.read() as session:
        root = organizations.by_id(session, world.root_id)
        assert root is not None
        rows = people.trail(session, organizations.subtree(root), TrailFilter(), offset=0, limit=50)
        return [(entry.action, entry.details) for entry, _ in rows]


@pytest.mark.parametrize(
    "path",
    [
        "/console/",
        "/console/members",
        "/console/meetings",
        "/console/feedback",
        "/console/organizations",
        "/console/audit",
        "/console/accounts",
        "/console/roster",
    ],
)
def test_lists_cost_the_same_queries_for_one_and_for_thirty(site: Site, world: World, path: str) -> None:
    role = Role.ADMINISTRATOR if path in ("/console/audit", "/console/accounts") else Role.OFFICE
    browser = site.staff(role, world.root_id)
    browser.get(path)
    with counted(site) as few:
        browser.get(path)
    grow(site, world)

    with counted(site) as many:
        answer = browser.get(path)

    assert answer.status_code == 200
    assert len(many) == len(few)


def grow(site: Site, world: World) -> None:
    """Thirty more of everything."""
    for _ in range(30):
        site.staff(Role.SECRETARY, world.left.branch_id)
        with site.services.sessions.begin() as session:
            branch = organizations.by_id(session, world.left.branch_id)
            assert branch is not None
            organization = factories.organization(session, parent=branch, name="新支部")
            member = factories.member(session, organization)
            factories.identity(session, member=member)
            factories.meeting(session, organization, expected=(member,))
        site.staff(Role.SECRETARY, world.left.branch_id).post("/console/logout")


def test_search_finds_by_name_and_answers_htmx_with_the_list_alone(secretary: Browser) -> None:
    whole = secretary.get("/console/members?q=赵")
    part = secretary.client.get("/console/members?q=赵", headers={"HX-Request": "true", "HX-Target": "found"})

    assert "东山赵一" in whole.text
    assert "东山钱二" not in whole.text
    assert part.text.count("东山赵一") == 1
    assert "<html" not in part.text


def test_search_nobody_found_says_how_to_go_on(secretary: Browser) -> None:
    assert "没有符合条件的人" in secretary.get("/console/members?q=查无此人").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=999999999", "kind=king", "bound=maybe"]
)
def test_search_nonsense_in_the_address_is_harmless(secretary: Browser, query: str) -> None:
    assert secretary.get(f"/console/members?{query}").status_code == 200


@pytest.mark.parametrize("organization", ["999999", "0001"])
def test_search_by_an_organisation_out_of_reach_is_not_found(
    secretary: Browser, world: World, organization: str
) -> None:
    assert secretary.get(f"/console/members?organization={organization}").status_code == 404
    assert secretary.get(f"/console/members?organization={world.right.branch_id}").status_code == 404


def test_detail_shows_the_phone_masked(secretary: Browser, world: World) -> None:
    text = secretary.get(f"/console/members/{world.left.member_id}").text

    assert "138****8000" in text
    assert "13800138000" not in text


@pytest.mark.parametrize("htmx", [True, False])
def test_reveal_phone_with_a_reason_is_shown_and_kept(
    site: Site, secretary: Browser, world: World, *, htmx: bool
) -> None:
    answer = secretary.post(
        f"/console/members/{world.left.member_id}/phone", {"reason": "通知 开会"}, htmx=htmx
    )

    assert answer.status_code == 200
    assert "13800138000" in answer.text
    assert ("<html" in answer.text) is not htmx
    assert acts(site, world) == [("member.phone_revealed", '{"address":"127.0.0.1","reason":"通知 开会"}')]


def test_reveal_phone_without_a_reason_shows_nothing(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(f"/console/members/{world.left.member_id}/phone", {"reason": " \u200b "})

    assert answer.status_code == 422
    assert "请写明查看的原因" in answer.text
    assert "13800138000" not in answer.text
    assert acts(site, world) == []


def test_issue_code_shows_it_once_and_a_second_send_makes_no_other(
    site: Site, secretary: Browser, world: World
) -> None:
    path = f"/console/members/{world.left.member_id}/code"

    first = secretary.post(path, {"once": "form-1"})
    second = secretary.post(path, {"once": "form-1"})

    assert "绑定码只显示这一次" in first.text
    assert (second.status_code, second.location) == (302, f"/console/members/{world.left.member_id}")
    with site.services.sessions.read() as session:
        assert session.query(BindingCode).count() == 1


def test_issued_code_is_the_one_that_is_shown(site: Site, secretary: Browser, world: World) -> None:
    text = secretary.post(f"/console/members/{world.left.member_id}/code").text
    shown = text.split('class="big-code">')[1].split("<")[0]

    with site.services.sessions.read() as session:
        kept = session.query(BindingCode).one()
    assert kept.code_index == codes.code_index(site.services.vault, shown)


def test_slips_are_for_the_unbound_of_the_branch(secretary: Browser, world: World) -> None:
    text = secretary.post("/console/slips", {"organization": world.left.branch_id}).text

    assert "东山赵一" in text
    assert "东山钱二" not in text
    assert text.count('class="slip"') == 1


def test_unbind_parts_the_chat_from_the_person(site: Site, secretary: Browser, world: World) -> None:
    secretary.post(f"/console/members/{world.left.bound_member_id}/unbind")

    with site.services.sessions.read() as session:
        bound = session.query(WeChatIdentity.member_id).filter(WeChatIdentity.member_id.is_not(None)).all()
    assert [tuple(row) for row in bound] == [(world.right.bound_member_id,)]
    assert "未绑定" in secretary.get(f"/console/members/{world.left.bound_member_id}").text


def test_tree_marks_what_was_searched_and_opens_the_way(site: Site, world: World) -> None:
    text = site.staff(Role.OFFICE, world.root_id).get("/console/organizations?q=东山一").text

    assert "找到 1 个名称含“东山一”的组织" in text
    assert text.count('class="match"') == 1
    assert text.count("<details open>") == 2


def test_dashboard_counts_organisations_and_never_persons_by_name(site: Site, world: World) -> None:
    text = site.staff(Role.OFFICE, world.root_id).get("/console/").text

    assert '东山公司党委</td><td class="num">2</td>' in text
    assert "赵一" not in text
