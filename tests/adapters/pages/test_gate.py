"""The gate, the forms and the headers of every member page."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.access import public
from pages.access import is_member_path
from tests.adapters.pages.door import Door
from tests.adapters.pages.people import People


def policy(answer_headers: object) -> str:
    return str(answer_headers["Content-Security-Policy"])  # type: ignore[index]


@pytest.mark.parametrize(
    "path", ["/m/", "/m/me", "/m/notices", "/m/login", "/m/nowhere", "/m/static/pages.css"]
)
def test_pages_run_nothing_but_their_own_files(door: Door, people: People, path: str) -> None:
    phone = door.signed_in(people.member.identity_id)

    with phone.get(path) as answer:
        rules = policy(answer.headers)

    assert "default-src 'none'" in rules
    assert "script-src 'self';" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_of_a_person_are_never_cached(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    assert phone.get("/m/me").headers["Cache-Control"] == "no-store"


def test_versioned_assets_may_be_kept_for_a_year(door: Door) -> None:
    with door.phone().get("/m/static/pages.css?v=1") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_frame_of_the_sandbox_is_let_in_only_where_it_is_set(
    open_door: Callable[..., Door], people: People
) -> None:
    door = open_door(site={"frame_ancestors": "http://127.0.0.1:8001"})

    answer = door.signed_in(people.member.identity_id).get("/m/me")

    assert "frame-ancestors http://127.0.0.1:8001" in policy(answer.headers)
    assert "X-Frame-Options" not in answer.headers


def test_form_without_its_token_changes_nothing(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    answer = phone.bare_post("/m/me/topics", {})

    assert answer.status_code == 400
    assert 'value="digest" checked' in phone.get("/m/me").text


def test_form_with_another_persons_token_changes_nothing(door: Door, people: People) -> None:
    theirs = door.signed_in(people.other.identity_id).get("/m/me").text
    token = theirs.split('name="csrf_token" value="')[1].split('"')[0]
    phone = door.signed_in(people.member.identity_id)

    assert phone.bare_post("/m/me/topics", {"csrf_token": token}).status_code == 400
    assert 'value="digest" checked' in phone.get("/m/me").text


@pytest.mark.parametrize("token", ["", "0" * 64, "ü", "\ud800"])
def test_form_with_a_made_up_token_is_refused(door: Door, people: People, token: str) -> None:
    phone = door.signed_in(people.member.identity_id)

    answer = phone.bare_post("/m/me/topics", {"csrf_token": token.encode("utf-8", "surrogatepass")})

    assert answer.status_code == 400


def test_form_much_too_large_is_refused(door: Door, people: People) -> None:
    phone = door.signed_in(people.member.identity_id)

    assert phone.post("/m/me/topics", {"topic": "x" * 20_000}).status_code == 413


def test_form_sent_after_the_session_ended_signs_in_and_changes_nothing(door: Door, people: People) -> None:
    answer = door.phone().bare_post("/m/me/topics", {})

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://open.weixin.qq.com/")


def test_page_that_is_not_there_says_so(door: Door) -> None:
    answer = door.phone().get("/m/nowhere/at/all")

    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text


def test_page_for_members_tells_a_follower_how_to_bind(door: Door, people: People) -> None:
    answer = door.signed_in(people.follower.identity_id).get("/m/notices")

    assert answer.status_code == 403
    assert "发送“绑定”两个字" in answer.text


def test_view_without_a_gate_of_ours_is_not_served(open_door: Callable[..., Door]) -> None:
    door = open_door()
    door.app.add_url_rule("/m/forgotten", "pages.forgotten", lambda: "secret")
    door.app.add_url_rule("/m/open", "pages.open", public("a test")(lambda: "open"))

    assert door.phone().get("/m/forgotten").status_code == 500
    assert door.phone().get("/m/open").text == "open"


def test_fault_of_ours_is_told_without_its_text(open_door: Callable[..., Door]) -> None:
    door = open_door()

    def crash() -> str:
        raise RuntimeError("secret detail")

    door.app.add_url_rule("/m/crash", "pages.crash", public("a test")(crash))

    answer = door.phone().get("/m/crash")

    assert answer.status_code == 500
    assert "系统出了一点问题" in answer.text
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(
    ("path", "ours"), [("/m", True), ("/m/", True), ("/m/me", True), ("/metrics", False)]
)
def test_headers_are_for_member_pages_only(path: str, ours: bool) -> None:  # noqa: FBT001 -- a table of cases
    with Flask("x").test_request_context(path):
        assert is_member_path() is ours


@pytest.mark.parametrize("path", ["/m/dues/orders/a%00b", "/m/check-in/%00", "/m/card/%00"])
def test_sign_that_no_database_keeps_is_no_page(door: Door, people: People, path: str) -> None:
    assert door.signed_in(people.member.identity_id).get(path).status_code == 404
