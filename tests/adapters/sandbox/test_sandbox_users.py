"""Followers, tags and codes as the API tells them."""

import io

import pytest

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox, errcode


def test_user_info_holds_no_nickname(sandbox: Sandbox) -> None:
    sandbox.meet(unionid="u-1")

    info = sandbox.ask("/cgi-bin/user/info", openid=OPENID)

    assert list(info) == [
        "subscribe",
        "openid",
        "language",
        "subscribe_time",
        "unionid",
        "remark",
        "groupid",
        "tagid_list",
        "subscribe_scene",
        "qr_scene",
        "qr_scene_str",
    ]


def test_user_info_of_a_stranger_is_refused(sandbox: Sandbox) -> None:
    assert errcode(sandbox.ask("/cgi-bin/user/info", openid="oNobody")) == 40003


def test_user_batch_of_more_than_a_hundred_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet()
    one = {"openid": OPENID}

    full = sandbox.api("/cgi-bin/user/info/batchget", {"user_list": [one] * 100})
    over = sandbox.api("/cgi-bin/user/info/batchget", {"user_list": [one] * 101})

    assert (len(full["user_info_list"]), errcode(over)) == (100, 40032)


def test_user_list_has_followers_only(sandbox: Sandbox) -> None:
    sandbox.meet("oOne")
    sandbox.meet("oTwo", following=False)
    sandbox.meet("oThree")

    first = sandbox.ask("/cgi-bin/user/get")
    rest = sandbox.ask("/cgi-bin/user/get", next_openid="oThree")

    assert first == {
        "total": 2,
        "count": 2,
        "next_openid": "oThree",
        "data": {"openid": ["oOne", "oThree"]},
    }
    assert rest == {"total": 2, "count": 0, "next_openid": ""}


def test_remark_of_thirty_characters_is_too_long(sandbox: Sandbox) -> None:
    sandbox.meet()

    codes = [
        errcode(sandbox.api("/cgi-bin/user/info/updateremark", {"openid": OPENID, "remark": "字" * n}))
        for n in (29, 30)
    ]

    assert codes == [0, 45002]


def _tag(sandbox: Sandbox, name: str) -> Json:
    return sandbox.api("/cgi-bin/tags/create", {"tag": {"name": name}})


def test_tag_is_put_on_counted_and_taken_off(sandbox: Sandbox) -> None:
    sandbox.meet()
    number = _tag(sandbox, "支委")["tag"]["id"]
    body: Json = {"openid_list": [OPENID], "tagid": number}

    sandbox.api("/cgi-bin/tags/members/batchtagging", body)
    on = sandbox.ask("/cgi-bin/tags/get")["tags"]
    members = sandbox.api("/cgi-bin/user/tag/get", {"tagid": number})
    sandbox.api("/cgi-bin/tags/members/batchuntagging", body)

    assert on == [{"id": number, "name": "支委", "count": 1}]
    assert members["data"] == {"openid": [OPENID]}
    assert sandbox.api("/cgi-bin/tags/getidlist", {"openid": OPENID}) == {"tagid_list": []}


def test_tag_renamed_and_deleted_leaves_nobody_tagged(sandbox: Sandbox) -> None:
    sandbox.meet()
    number = _tag(sandbox, "支委")["tag"]["id"]
    sandbox.api("/cgi-bin/tags/members/batchtagging", {"openid_list": [OPENID], "tagid": number})

    renamed = sandbox.api("/cgi-bin/tags/update", {"tag": {"id": number, "name": "委员"}})
    sandbox.api("/cgi-bin/tags/delete", {"tag": {"id": number}})

    assert errcode(renamed) == 0
    assert sandbox.ask("/cgi-bin/user/info", openid=OPENID)["tagid_list"] == []


def test_tag_refusals(sandbox: Sandbox) -> None:
    sandbox.meet()
    _tag(sandbox, "支委")

    codes = [
        errcode(_tag(sandbox, "支委")),
        errcode(_tag(sandbox, "字" * 31)),
        errcode(sandbox.api("/cgi-bin/tags/delete", {"tag": {"id": 2}})),
        errcode(sandbox.api("/cgi-bin/tags/delete", {"tag": {"id": 999}})),
        errcode(
            sandbox.api("/cgi-bin/tags/members/batchtagging", {"openid_list": [OPENID] * 51, "tagid": 100})
        ),
        errcode(sandbox.api("/cgi-bin/tags/members/batchtagging", {"openid_list": ["oX"], "tagid": 100})),
    ]

    assert codes == [45157, 45158, 45058, 45159, 40032, 40003]


def test_tags_stop_at_a_hundred_and_at_twenty_on_one(sandbox: Sandbox) -> None:
    sandbox.meet()
    numbers = [_tag(sandbox, f"标签{n}")["tag"]["id"] for n in range(100)]

    codes = [
        errcode(sandbox.api("/cgi-bin/tags/members/batchtagging", {"openid_list": [OPENID], "tagid": one}))
        for one in numbers[:21]
    ]

    assert errcode(_tag(sandbox, "多一个")) == 45056
    assert codes == [0] * 20 + [45059]


@pytest.mark.parametrize(
    ("action", "scene", "code"),
    [
        ("QR_STR_SCENE", {"scene_str": "s" * 64}, 0),
        ("QR_STR_SCENE", {"scene_str": "s" * 65}, 40053),
        ("QR_STR_SCENE", {"scene_str": ""}, 40053),
        ("QR_SCENE", {"scene_id": 4294967295}, 0),
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100000}, 0),
        ("QR_LIMIT_SCENE", {"scene_id": 100001}, 40053),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "x"}, 0),
        ("QR_OTHER", {"scene_str": "x"}, 40052),
    ],
)
def test_code_with_scene_within_limits(sandbox: Sandbox, action: str, scene: Json, code: int) -> None:
    answer = sandbox.api("/cgi-bin/qrcode/create", {"action_name": action, "action_info": {"scene": scene}})

    assert errcode(answer) == code


def test_code_permanent_has_no_expiry(sandbox: Sandbox) -> None:
    body: Json = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "x"}}}

    answer = sandbox.api("/cgi-bin/qrcode/create", body)

    assert answer.keys() == {"ticket", "url"}


def test_code_longer_than_thirty_days_is_cut(sandbox: Sandbox) -> None:
    body: Json = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x"}}}

    answer = sandbox.api("/cgi-bin/qrcode/create", {"expire_seconds": 99_999_999, **body})

    assert answer["expire_seconds"] == 2_592_000


def test_code_is_drawn_and_a_bad_ticket_is_not_found(sandbox: Sandbox) -> None:
    body: Json = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x"}}}
    ticket = sandbox.api("/cgi-bin/qrcode/create", body)["ticket"]

    good = sandbox.client.get("/cgi-bin/showqrcode", query_string={"ticket": ticket})
    bad = sandbox.client.get("/cgi-bin/showqrcode", query_string={"ticket": "none"})

    assert (good.status_code, good.content_type, good.data[:3]) == (200, "image/jpg", b"\xff\xd8\xff")
    assert bad.status_code == 404
    assert sandbox.get("/sim/tickets")["tickets"][0]["scene"] == "x"


def test_media_uploaded_comes_back(sandbox: Sandbox) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    url = f"/cgi-bin/media/upload?access_token={sandbox.token()}&type=image"

    uploaded = sandbox.client.post(url, data={"media": (io.BytesIO(content), "a.png")}).get_json()
    wrong = sandbox.client.post(url, data={"media": (io.BytesIO(b"text"), "a.png")}).get_json()

    query = {"access_token": sandbox.token(), "media_id": uploaded["media_id"]}
    fetched = sandbox.client.get("/cgi-bin/media/get", query_string=query)
    assert (fetched.data, fetched.content_type) == (content, "image/png")
    assert errcode(wrong) == 40005


def test_jsapi_ticket_is_the_same_for_two_hours(sandbox: Sandbox) -> None:
    first, second = (sandbox.ask("/cgi-bin/ticket/getticket", type="jsapi") for _ in range(2))
    sandbox.post("/sim/clock", {"advance_seconds": 7200})

    later = sandbox.ask("/cgi-bin/ticket/getticket", type="jsapi")

    assert first["ticket"] == second["ticket"] != later["ticket"]
