"""Web sign-in and the mini-program's sign-in."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.adapters.sandbox.sandbox_account import (
    APP_ID,
    MINI_ID,
    MINI_SECRET,
    OPENID,
    SECRET,
    Json,
    Sandbox,
    errcode,
)

BACK = "http://127.0.0.1:8000/m/signed-in?next=%2Fm"


def _authorize(sandbox: Sandbox, *, cookie: str = "", **changes: str) -> tuple[int, str]:
    query = {
        "appid": APP_ID,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc123",
    } | changes
    if cookie:
        sandbox.client.set_cookie("openid", cookie, path="/connect")
    answer = sandbox.client.get("/connect/oauth2/authorize", query_string=query)
    return answer.status_code, answer.headers.get("Location", answer.get_data(as_text=True))


def _code(sandbox: Sandbox, **changes: str) -> str:
    _, location = _authorize(sandbox, openid=OPENID, **changes)
    return parse_qs(urlsplit(location).query)["code"][0]


def _exchange(sandbox: Sandbox, code: str, **changes: str) -> Json:
    query = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"} | changes
    return sandbox.get("/sns/oauth2/access_token", **query)


def test_authorize_goes_back_with_code_and_state(sandbox: Sandbox) -> None:
    sandbox.meet()

    status, location = _authorize(sandbox, cookie=OPENID)

    query = parse_qs(urlsplit(location).query)
    assert status == 302
    assert location.startswith("http://127.0.0.1:8000/m/signed-in?next=%2Fm&code=")
    assert (query["next"], query["state"]) == (["/m"], ["abc123"])


def test_authorize_without_a_person_asks_who(sandbox: Sandbox) -> None:
    sandbox.meet()

    status, page = _authorize(sandbox)

    assert status == 200
    assert "王建国" in page
    assert f"openid={OPENID}" in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0"}, "10013"),
        ({"scope": "snsapi_all"}, "10005"),
        ({"redirect_uri": "http://evil.example/a"}, "10003"),
        ({"redirect_uri": "javascript:alert(1)"}, "10003"),
        ({"response_type": "token"}, "10012"),
        ({"state": "a b"}, "10012"),
    ],
)
def test_authorize_with_a_wrong_parameter_shows_the_code(
    sandbox: Sandbox, changes: dict[str, str], code: str
) -> None:
    sandbox.meet()

    status, page = _authorize(sandbox, cookie=OPENID, **changes)

    assert status == 400
    assert code in page


def test_authorize_knows_only_the_hosts_configured(start: Callable[..., Sandbox]) -> None:
    sandbox = start(oauth_hosts=["zhibu.example"])
    sandbox.meet()

    assert _authorize(sandbox, cookie=OPENID)[0] == 400


def test_code_tells_the_person_once(sandbox: Sandbox) -> None:
    sandbox.meet(unionid="u-1")
    code = _code(sandbox)

    first, second = (_exchange(sandbox, code) for _ in range(2))

    assert (first["openid"], first["unionid"], first["expires_in"]) == (OPENID, "u-1", 7200)
    assert "is_snapshotuser" not in first
    assert errcode(second) == 40163


def test_code_lives_five_minutes(sandbox: Sandbox) -> None:
    sandbox.meet()
    code = _code(sandbox)
    sandbox.post("/sim/clock", {"advance_seconds": 300})

    assert errcode(_exchange(sandbox, code)) == 42003


@pytest.mark.parametrize(
    ("changes", "code"), [({"code": "x"}, 40029), ({"code": ""}, 41008), ({"secret": "x"}, 40125)]
)
def test_code_unknown_is_refused(sandbox: Sandbox, changes: dict[str, str], code: int) -> None:
    assert errcode(_exchange(sandbox, **({"code": "x"} | changes))) == code


def test_snapshot_page_hides_the_person(sandbox: Sandbox) -> None:
    sandbox.meet(snapshot=True)

    answer = _exchange(sandbox, _code(sandbox))

    assert answer["is_snapshotuser"] == 1
    assert answer["openid"] != OPENID


def test_userinfo_needs_its_scope(sandbox: Sandbox) -> None:
    sandbox.meet()
    base = _exchange(sandbox, _code(sandbox))
    full = _exchange(sandbox, _code(sandbox, scope="snsapi_userinfo"))

    answers = [
        sandbox.get("/sns/userinfo", access_token=one["access_token"], openid=OPENID) for one in (base, full)
    ]

    assert errcode(answers[0]) == 48001
    assert answers[1]["nickname"] == "王建国"


def test_refresh_token_turns_and_the_older_ends(sandbox: Sandbox) -> None:
    sandbox.meet()
    first = _exchange(sandbox, _code(sandbox))
    query = {
        "appid": APP_ID,
        "grant_type": "refresh_token",
        "refresh_token": str(first["refresh_token"]),
    }

    renewed = sandbox.get("/sns/oauth2/refresh_token", **query)
    again = sandbox.get("/sns/oauth2/refresh_token", **query)

    checks = [
        errcode(sandbox.get("/sns/auth", access_token=token, openid=openid))
        for token, openid in (
            (renewed["access_token"], OPENID),
            (renewed["access_token"], "oOther"),
            (first["access_token"], OPENID),
        )
    ]
    assert errcode(again) == 40030
    assert checks == [0, 40003, 40001]


def _session(sandbox: Sandbox, code: str) -> Json:
    query = {"appid": MINI_ID, "secret": MINI_SECRET, "js_code": code, "grant_type": "authorization_code"}
    return sandbox.get("/sns/jscode2session", **query)


def _mini_code(sandbox: Sandbox, kind: str) -> str:
    return str(sandbox.post("/sim/code", {"openid": OPENID, "kind": kind})["code"])


def test_mini_code_gives_another_openid_once(sandbox: Sandbox) -> None:
    person = sandbox.post("/sim/people", {"openid": OPENID, "name": "王建国", "unionid": "u-1"})
    code = _mini_code(sandbox, "mini")

    first, second = (_session(sandbox, code) for _ in range(2))

    assert (first["openid"], first["unionid"]) == (person["mini_openid"], "u-1")
    assert first["openid"] != OPENID
    assert errcode(second) == 40163


def test_mini_phone_code_is_no_sign_in_code(sandbox: Sandbox) -> None:
    sandbox.meet()
    code = _mini_code(sandbox, "phone")

    refused = _session(sandbox, code)
    answer = sandbox.api("/wxa/business/getuserphonenumber", {"code": code}, app_id=MINI_ID)

    assert errcode(refused) == 40029
    assert len(answer["phone_info"]["phoneNumber"]) == 11
    assert answer["phone_info"]["watermark"]["appid"] == MINI_ID


def test_mini_call_with_the_account_token_is_unauthorized(sandbox: Sandbox) -> None:
    assert errcode(sandbox.api("/wxa/business/getuserphonenumber", {"code": "x"})) == 48001


def test_mini_text_check_names_risky_words(sandbox: Sandbox) -> None:
    sandbox.meet()
    openid = _session(sandbox, _mini_code(sandbox, "mini"))["openid"]
    body: Json = {"version": 2, "scene": 4, "openid": openid}

    answers = [
        sandbox.api("/wxa/msg_sec_check", {**body, "content": content}, app_id=MINI_ID)["result"]
        for content in ("食堂的菜咸了", "一起去赌博")
    ]

    assert answers == [{"suggest": "pass", "label": 100}, {"suggest": "risky", "label": 20006}]


def test_mini_text_check_after_two_hours_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet()
    openid = _session(sandbox, _mini_code(sandbox, "mini"))["openid"]
    sandbox.post("/sim/clock", {"advance_seconds": 7201})
    body: Json = {"version": 2, "scene": 4, "openid": openid, "content": "x"}

    assert errcode(sandbox.api("/wxa/msg_sec_check", body, app_id=MINI_ID)) == 61010


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scene": "a%b"}, 40129),
        ({"scene": "x" * 33}, 40129),
        ({"page": "/p"}, 41030),
        ({"width": 100}, 40097),
    ],
)
def test_mini_code_image_with_bad_arguments_is_refused(sandbox: Sandbox, changes: Json, code: int) -> None:
    assert errcode(sandbox.api("/wxa/getwxacodeunlimit", {"scene": "m-1", **changes}, app_id=MINI_ID)) == code


def test_mini_code_image_is_drawn(sandbox: Sandbox) -> None:
    url = f"/wxa/getwxacodeunlimit?access_token={sandbox.token(MINI_ID)}"

    answer = sandbox.client.post(url, json={"scene": "m-1", "page": "pages/check/index"})

    assert (answer.content_type, answer.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")
