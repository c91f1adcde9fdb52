"""The menu: limits, and who sees which."""

import json

import pytest

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox, errcode

CLICK: Json = {"type": "click", "name": "签到", "key": "check_in"}
VIEW: Json = {"type": "view", "name": "学习", "url": "http://127.0.0.1/m/study"}


def _create(sandbox: Sandbox, *buttons: Json) -> int:
    text = json.dumps({"button": buttons}, ensure_ascii=False)
    return errcode(_post(sandbox, "/cgi-bin/menu/create", text))


def _post(sandbox: Sandbox, path: str, text: str) -> Json:
    answer = sandbox.client.post(f"{path}?access_token={sandbox.token()}", data=text.encode())
    parsed: Json = answer.get_json()
    return parsed


def _nested(*subs: Json) -> Json:
    return {"name": "更多", "sub_button": list(subs)}


GOOD = [
    [CLICK],
    [CLICK, VIEW, _nested(*[CLICK] * 5)],
    [CLICK | {"name": "一二三四五"}],
    [CLICK | {"key": "k" * 128}],
    [{"type": "miniprogram", "name": "小程序", "appid": "wx1", "pagepath": "p", "url": "http://a.cn"}],
]
BAD = [
    ([], 40016),
    ([CLICK] * 4, 40016),
    ([CLICK | {"name": "一二三四五六"}], 40018),
    ([CLICK | {"name": ""}], 40018),
    ([CLICK | {"type": "dance"}], 40017),
    ([CLICK | {"key": "k" * 129}], 40019),
    ([{"type": "click", "name": "签到"}], 40019),
    ([VIEW | {"url": "http://a.cn/" + "x" * 1024}], 40020),
    ([VIEW | {"url": "javascript:alert(1)"}], 40054),
    ([_nested(*[CLICK] * 6)], 40023),
    ([_nested(_nested(CLICK))], 40022),
    ([_nested(CLICK | {"type": "x"})], 40024),
    ([_nested(CLICK | {"name": "长" * 21})], 40025),
    ([_nested(CLICK | {"key": ""})], 40026),
    ([_nested(VIEW | {"url": ""})], 40027),
    ([_nested(VIEW | {"url": "ftp://a.cn"})], 40055),
]


@pytest.mark.parametrize("buttons", GOOD)
def test_menu_within_its_limits_is_created(sandbox: Sandbox, buttons: list[Json]) -> None:
    assert _create(sandbox, *buttons) == 0


@pytest.mark.parametrize(("buttons", "code"), BAD)
def test_menu_beyond_a_limit_is_refused(sandbox: Sandbox, buttons: list[Json], code: int) -> None:
    assert _create(sandbox, *buttons) == code


def test_menu_with_escaped_text_is_refused(sandbox: Sandbox) -> None:
    answer = _post(sandbox, "/cgi-bin/menu/create", json.dumps({"button": [CLICK]}))

    assert answer["errcode"] == 40033


def test_menu_deleted_takes_the_conditional_ones_along(sandbox: Sandbox) -> None:
    _create(sandbox, CLICK)
    _conditional(sandbox, VIEW, client_platform_type="2")

    deleted = sandbox.ask("/cgi-bin/menu/delete")

    assert errcode(deleted) == 0
    assert errcode(sandbox.ask("/cgi-bin/menu/get")) == 46003
    assert sandbox.ask("/cgi-bin/get_current_selfmenu_info")["is_menu_open"] == 0


def _conditional(sandbox: Sandbox, button: Json, **rule: object) -> Json:
    text = json.dumps({"button": [button], "matchrule": rule}, ensure_ascii=False)
    return _post(sandbox, "/cgi-bin/menu/addconditional", text)


def _seen(sandbox: Sandbox) -> str:
    menu: Json = sandbox.get("/sim/menu", openid=OPENID)["menu"]
    return str(menu["button"][0]["name"])


def test_conditional_menu_is_seen_by_those_with_the_tag(sandbox: Sandbox) -> None:
    sandbox.meet()
    tag = sandbox.api("/cgi-bin/tags/create", {"tag": {"name": "支委"}})["tag"]["id"]
    _create(sandbox, CLICK)
    _conditional(sandbox, VIEW, tag_id=str(tag))
    before = _seen(sandbox)

    sandbox.api("/cgi-bin/tags/members/batchtagging", {"openid_list": [OPENID], "tagid": tag})

    assert [before, _seen(sandbox)] == ["签到", "学习"]
    matched = sandbox.api("/cgi-bin/menu/trymatch", {"user_id": OPENID})
    assert matched["button"] == [VIEW]


def test_conditional_menu_added_last_wins_until_deleted(sandbox: Sandbox) -> None:
    sandbox.meet()
    _create(sandbox, CLICK)
    _conditional(sandbox, VIEW, client_platform_type="2")
    last = _conditional(sandbox, CLICK | {"name": "最后"}, client_platform_type="2")["menuid"]
    first = _seen(sandbox)

    sandbox.api("/cgi-bin/menu/delconditional", {"menuid": last})

    assert [first, _seen(sandbox)] == ["最后", "学习"]


@pytest.mark.parametrize(
    ("rule", "code"), [({}, 65304), ({"sex": "1"}, 65320), ({"client_platform_type": "2"}, 0)]
)
def test_conditional_menu_needs_a_rule_still_supported(sandbox: Sandbox, rule: Json, code: int) -> None:
    _create(sandbox, CLICK)

    assert errcode(_conditional(sandbox, VIEW, **rule)) == code


def test_conditional_menu_needs_a_default_one(sandbox: Sandbox) -> None:
    assert errcode(_conditional(sandbox, VIEW, tag_id="100")) == 65303


def test_conditional_menu_unknown_is_not_deleted(sandbox: Sandbox) -> None:
    assert errcode(sandbox.api("/cgi-bin/menu/delconditional", {"menuid": "1"})) == 65301
