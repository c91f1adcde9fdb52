"""What every page of the console keeps, whatever it shows."""

import re

import pytest
from flask import Response

from app.access import staff
from app.staff.models import Role
from app.staff.permissions import Permission
from tests.adapters.console.world import World
from tests.adapters.site import Site

PAGES = (
    "/console/login",
    "/console/",
    "/console/organizations",
    "/console/members",
    "/console/slips",
    "/console/meetings",
    "/console/meetings/new",
    "/console/dues",
    "/console/dues/standards",
    "/console/dues/policies",
    "/console/dues/bills",
    "/console/dues/arrears",
    "/console/dues/assessments",
    "/console/dues/reliefs",
    "/console/dues/reviews",
    "/console/study/hours",
    "/console/study/hours/below",
    "/console/study/hours/declarations",
    "/console/study/hours/figures",
    "/console/study/plans",
    "/console/study/plans/new",
    "/console/study/wishes",
    "/console/study/pushes",
    "/console/study/pushes/new",
    "/console/feedback",
    "/console/roster",
    "/console/calendar",
    "/console/password",
    "/console/nothing-here",
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
OUTSIDE = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def paths(world: World) -> list[str]:
    left = world.left
    return [
        *PAGES,
        f"/console/members/{left.member_id}",
        f"/console/meetings/{left.meeting_id}",
        f"/console/meetings/{left.meeting_id}/screen",
        f"/console/feedback/{left.thread_id}",
    ]


def test_pages_have_no_inline_code_and_nothing_from_outside(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.root_id)
    administrator = site.staff(Role.ADMINISTRATOR, world.root_id)
    texts = {path: office.get(path).text for path in paths(world)}
    texts |= {path: administrator.get(path).text for path in ("/console/accounts", "/console/audit")}

    found = {
        path: INLINE.findall(text) + OUTSIDE.findall(text)
        for path, text in texts.items()
        if INLINE.search(text) or OUTSIDE.search(text)
    }

    assert found == {}
    assert all("<!doctype html>" in text for text in texts.values())


def test_pages_carry_the_policy_and_are_not_kept_by_the_browser(site: Site, world: World) -> None:
    answer = site.staff(Role.OFFICE, world.root_id).get("/console/members")

    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_assets_with_a_version_are_kept_for_a_year(site: Site) -> None:
    with site.stranger().get("/console/static/console.css?v=1") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["../access.py", "..%2faccess.py", "vendor/../../access.py", "missing.css"])
def test_assets_outside_the_folder_are_not_there(site: Site, path: str) -> None:
    assert site.stranger().get(f"/console/static/{path}").status_code == 404


def test_post_without_token_is_refused_and_changes_nothing(site: Site, world: World) -> None:
    browser = site.staff(Role.SECRETARY, world.left.branch_id)

    answer = browser.client.post(f"/console/meetings/{world.left.meeting_id}/cancel")

    assert answer.status_code == 400
    assert "页面放得太久" in answer.text
    assert "已取消" not in browser.get(f"/console/meetings/{world.left.meeting_id}").text


def test_post_with_the_token_in_the_header_is_taken(site: Site, world: World) -> None:
    browser = site.staff(Role.SECRETARY, world.left.branch_id)

    answer = browser.client.post(
        f"/console/meetings/{world.left.meeting_id}/cancel",
        data={"reason": "台风停工"},
        headers={"X-CSRFToken": browser.token()},
    )

    assert answer.status_code == 302


def test_htmx_without_session_is_sent_to_the_door_as_a_whole(site: Site, world: World) -> None:
    answer = site.stranger().get(f"/console/meetings/{world.left.meeting_id}/live", htmx=True)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/console/login")


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/console/nothing-here", 404, "没有找到这个页面"),
        ("/console/members/999999", 404, "没有找到这个页面"),
        ("/console/members/99999999999999999999", 404, "没有找到这个页面"),
        ("/console/announcements/2147483648/attachments/1", 404, "没有找到这个页面"),
        (f"/console/announcements?page={'9' * 5000}", 200, "通知公告"),
        ("/console/accounts", 403, "您没有这项权限"),
        ("/console/logout", 405, "不能这样打开"),
    ],
)
def test_errors_are_told_in_plain_words(site: Site, world: World, path: str, status: int, title: str) -> None:
    answer = site.staff(Role.OFFICE, world.root_id).get(path)

    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text


def test_crash_shows_a_page_and_no_traceback(whole_site: Site, world: World) -> None:
    def crash() -> Response:
        raise ZeroDivisionError("secret detail")

    whole_site.app.view_functions["console.meetings"] = staff(Permission.MEETINGS_VIEW)(crash)

    answer = whole_site.staff(Role.OFFICE, world.root_id).get("/console/meetings")

    assert answer.status_code == 500
    assert "系统出了一点问题" in answer.text
    assert "secret detail" not in answer.text


def test_form_beyond_the_limit_is_refused(site: Site, world: World) -> None:
    browser = site.staff(Role.SECRETARY, world.left.branch_id)

    answer = browser.post(f"/console/feedback/{world.left.thread_id}/answer", {"text": "长" * 300_000})

    assert answer.status_code == 413
    assert "内容太大" in answer.text


def test_view_without_declaration_is_not_served(whole_site: Site, world: World) -> None:
    whole_site.app.view_functions["console.meetings"] = lambda: "open to all"

    answer = whole_site.staff(Role.OFFICE, world.root_id).get("/console/meetings")

    assert answer.status_code == 500
    assert "open to all" not in answer.text


def test_outside_the_console_nothing_changes(site: Site) -> None:
    answer = site.stranger().get("/elsewhere")

    assert answer.status_code == 404
    assert "Content-Security-Policy" not in answer.headers
    assert "没有找到这个页面" not in answer.text
