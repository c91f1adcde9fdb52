"""Each thing that we ask of the platform: what goes out, and what comes back."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.wechat.client import WeChatClient
from app.wechat.errors import BadAnswer, TokenUnavailable, WeChatRefused
from app.wechat.records import Follower, QrTicket, Quota, Template
from tests.unit.wechat.conftest import SECRET
from tests.unit.wechat.fake_platform import FakePlatform

OK = {"errcode": 0, "errmsg": "ok"}
BUSY = {"errcode": -1, "errmsg": "system error"}
STALE = {"errcode": 42001, "errmsg": "access_token expired"}
HALF_AN_HOUR = timedelta(minutes=30)
QR = "/cgi-bin/qrcode/create"
SEND = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"


def test_token_comes_from_stable_token(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/menu/delete", OK)

    client.delete_menus()

    asked, deleted = platform.calls
    assert (asked.method, asked.path, asked.query) == ("POST", "/cgi-bin/stable_token", {})
    assert asked.json == {
        "grant_type": "client_credential",
        "appid": "wx0123456789abcdef",
        "secret": SECRET,
        "force_refresh": False,
    }
    assert deleted.query == {"access_token": "TOKEN-1"}


@pytest.mark.parametrize("answer", [{}, {"access_token": "", "expires_in": 1}, {"access_token": "T"}])
def test_token_answer_that_is_incomplete(
    platform: FakePlatform, client: WeChatClient, answer: dict[str, Any]
) -> None:
    platform.answer("/cgi-bin/stable_token", answer)

    with pytest.raises(TokenUnavailable):
        client.delete_menus()


@pytest.mark.parametrize("errcode", [40001, 40014, 41001, 42001])
def test_stale_token_is_renewed_once(platform: FakePlatform, client: WeChatClient, errcode: int) -> None:
    platform.answer("/cgi-bin/menu/delete", {"errcode": errcode, "errmsg": "x"}, OK)

    client.delete_menus()

    tokens = [call.query["access_token"] for call in platform.asked("/cgi-bin/menu/delete")]
    assert tokens == ["TOKEN-1", "TOKEN-2"]


def test_busy_platform_is_asked_three_more_times(
    platform: FakePlatform, client: WeChatClient, slept: list[float]
) -> None:
    platform.answer("/cgi-bin/menu/get", BUSY)

    with pytest.raises(WeChatRefused):
        client.get_menu()

    assert len(platform.asked("/cgi-bin/menu/get")) == 4
    assert [base <= pause <= 1.25 * base for base, pause in zip((0.2, 1, 5), slept, strict=True)] == [
        True
    ] * 3


def test_busy_platform_recovers(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer(QR, BUSY, BUSY, {"ticket": "gQ", "url": "http://we.qq.com/q/1", "expire_seconds": 60})

    assert client.create_qr("s", HALF_AN_HOUR).ticket == "gQ"


def test_busy_and_stale_together_stay_bounded(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/menu/get", STALE, BUSY, STALE, BUSY)

    with pytest.raises(WeChatRefused) as refused:
        client.get_menu()

    assert refused.value.errcode == 42001
    assert len(platform.asked("/cgi-bin/menu/get")) == 3


def test_create_qr(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer(QR, {"ticket": "gQ/+=", "url": "http://weixin.qq.com/q/1", "expire_seconds": 1800})

    ticket = client.create_qr("checkin:12", HALF_AN_HOUR)

    assert ticket == QrTicket(ticket="gQ/+=", url="http://weixin.qq.com/q/1", expires_in=1800)
    assert platform.asked(QR)[0].json == {
        "expire_seconds": 1800,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "checkin:12"}},
    }
    assert client.qr_image_url("gQ/+=") == f"{platform.url}/cgi-bin/showqrcode?ticket=gQ%2F%2B%3D"


@pytest.mark.parametrize(
    ("scene", "expires"),
    [("", HALF_AN_HOUR), ("s" * 65, HALF_AN_HOUR), ("s", timedelta(0)), ("s", timedelta(days=31))],
)
def test_create_qr_out_of_bounds(client: WeChatClient, scene: str, expires: timedelta) -> None:
    with pytest.raises(ValueError, match="a scene has 1-64 characters"):
        client.create_qr(scene, expires)


def test_publish_menu_is_not_escaped(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/menu/create", OK)
    menu = {"button": [{"type": "click", "name": "签到", "key": "menu.check_in"}]}

    client.publish_menu(menu)

    call = platform.asked("/cgi-bin/menu/create")[0]
    assert call.body == json.dumps(menu, ensure_ascii=False).encode()
    assert call.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("menuid", ["208379533", 208379533])
def test_publish_conditional_menu(platform: FakePlatform, client: WeChatClient, menuid: str | int) -> None:
    platform.answer("/cgi-bin/menu/addconditional", {"menuid": menuid})

    assert client.publish_conditional_menu({"button": []}, 101) == "208379533"
    assert platform.asked("/cgi-bin/menu/addconditional")[0].json == {
        "button": [],
        "matchrule": {"tag_id": "101"},
    }


def test_publish_conditional_menu_is_not_repeated_when_busy(
    platform: FakePlatform, client: WeChatClient
) -> None:
    platform.answer("/cgi-bin/menu/addconditional", BUSY)

    with pytest.raises(WeChatRefused):
        client.publish_conditional_menu({"button": []}, 101)

    assert len(platform.asked("/cgi-bin/menu/addconditional")) == 1


def test_get_menu(platform: FakePlatform, client: WeChatClient) -> None:
    menu = {"menu": {"button": [], "menuid": 1}, "conditionalmenu": []}
    platform.answer("/cgi-bin/menu/get", menu, {"errcode": 46003, "errmsg": "menu no exist"}, STALE)

    assert [client.get_menu(), client.get_menu()] == [menu, None]
    with pytest.raises(WeChatRefused):
        client.get_menu()


def test_trymatch(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/menu/trymatch", {"button": []})

    assert client.trymatch("oPERSON") == {"button": []}
    assert platform.asked("/cgi-bin/menu/trymatch")[0].json == {"user_id": "oPERSON"}


def test_user_info(platform: FakePlatform, client: WeChatClient) -> None:
    following = {
        "subscribe": 1,
        "openid": "oPERSON",
        "language": "",
        "subscribe_time": 1434093047,
        "unionid": "u1",
        "remark": "老王",
        "groupid": 0,
        "tagid_list": [128, 2],
        "subscribe_scene": "ADD_SCENE_QR_CODE",
        "qr_scene": 0,
        "qr_scene_str": "store-12",
    }
    platform.answer("/cgi-bin/user/info", following, {"subscribe": 0, "openid": "oPERSON"}, {"openid": "x"})

    assert client.user_info("oPERSON") == Follower(
        subscribed=True,
        openid="oPERSON",
        unionid="u1",
        subscribed_at=1434093047,
        subscribe_scene="ADD_SCENE_QR_CODE",
        scene="store-12",
        tag_ids=(128, 2),
        remark="老王",
    )
    assert client.user_info("oPERSON") == Follower(subscribed=False, openid="oPERSON")
    with pytest.raises(BadAnswer):
        client.user_info("oPERSON")


def test_ensure_tag_there_already(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/tags/get", {"tags": [{"id": 2, "name": "星标组"}, {"id": 134, "name": "党员"}]})

    assert client.ensure_tag("党员") == 134


def test_ensure_tag_is_made(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/tags/get", {"tags": []})
    platform.answer("/cgi-bin/tags/create", {"tag": {"id": 135, "name": "党员"}})

    assert client.ensure_tag("党员") == 135
    assert platform.asked("/cgi-bin/tags/create")[0].json == {"tag": {"name": "党员"}}


def test_ensure_tag_made_by_another_at_the_same_time(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/tags/get", {"tags": []}, {"tags": [{"id": 136, "name": "党员"}]})
    platform.answer("/cgi-bin/tags/create", {"errcode": 45157, "errmsg": "invalid tag name"})

    assert client.ensure_tag("党员") == 136


@pytest.mark.parametrize("errcode", [45157, 45056])
def test_ensure_tag_impossible(platform: FakePlatform, client: WeChatClient, errcode: int) -> None:
    platform.answer("/cgi-bin/tags/get", {"tags": []})
    platform.answer("/cgi-bin/tags/create", {"errcode": errcode, "errmsg": "x"})

    with pytest.raises((WeChatRefused, BadAnswer)):
        client.ensure_tag("党员")


def test_tag_fifty_at_once(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/tags/members/batchtagging", OK)
    platform.answer("/cgi-bin/tags/members/batchuntagging", OK)
    everyone = [f"o{number}" for number in range(101)]

    client.tag(everyone, 134)
    client.untag(["o1"], 134)
    client.tag([], 134)

    tagged = [call.json for call in platform.asked("/cgi-bin/tags/members/batchtagging")]
    assert [len(body["openid_list"]) for body in tagged] == [50, 50, 1]
    assert [one for body in tagged for one in body["openid_list"]] == everyone
    assert [call.json for call in platform.asked("/cgi-bin/tags/members/batchuntagging")] == [
        {"openid_list": ["o1"], "tagid": 134}
    ]


@pytest.mark.parametrize("menuid", [None, True, "x", [1]])
def test_answer_with_a_number_that_is_none(platform: FakePlatform, client: WeChatClient, menuid: Any) -> None:
    platform.answer("/cgi-bin/menu/addconditional", {"menuid": menuid})

    with pytest.raises(BadAnswer) as bad:
        client.publish_conditional_menu({"button": []}, 101)

    assert bad.value.reason == "no_menuid"


@pytest.mark.parametrize("tag", [None, [], "x"])
def test_answer_without_its_object(platform: FakePlatform, client: WeChatClient, tag: Any) -> None:
    platform.answer("/cgi-bin/tags/get", {"tags": []})
    platform.answer("/cgi-bin/tags/create", {"tag": tag})

    with pytest.raises(BadAnswer) as bad:
        client.ensure_tag("党员")

    assert bad.value.reason == "no_tag"


def test_templates(platform: FakePlatform, client: WeChatClient) -> None:
    content = "办理事项：{{thing1.DATA}}\n时间：{{time2.DATA}}"
    item = {"template_id": "T1", "title": "办理结果", "content": content, "example": "x"}
    platform.answer("/cgi-bin/template/get_all_private_template", {"template_list": [item]}, {})

    assert client.templates() == [Template("T1", "办理结果", content)]
    assert Template("T1", "办理结果", content).keywords == ("thing1", "time2")
    with pytest.raises(BadAnswer):
        client.templates()


def test_diagnostics(platform: FakePlatform, client: WeChatClient) -> None:
    quota = {"daily_limit": 100_000, "used": 3, "remain": 99_997}
    platform.answer("/cgi-bin/callback/check", {"dns": [], "ping": []})
    platform.answer("/cgi-bin/getcallbackip", {"ip_list": ["101.226.103.1"]})
    platform.answer("/cgi-bin/openapi/quota/get", {**OK, "quota": quota})

    assert client.callback_check() == {"dns": [], "ping": []}
    assert client.callback_ips() == ["101.226.103.1"]
    assert client.quota("/cgi-bin/message/template/send") == Quota(100_000, 3, 99_997)
    assert platform.asked("/cgi-bin/callback/check")[0].json == {"action": "all", "check_operator": "DEFAULT"}
    assert platform.asked("/cgi-bin/openapi/quota/get")[0].json == {
        "cgi_path": "/cgi-bin/message/template/send"
    }


def test_wechatpy_groups_go_the_same_way(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/user/info/updateremark", STALE, OK)

    client.api.user.update_remark("oPERSON", "老王")

    assert [call.query["access_token"] for call in platform.asked("/cgi-bin/user/info/updateremark")] == [
        "TOKEN-1",
        "TOKEN-2",
    ]
    assert (client.api.access_token, client.api.fetch_access_token()) == ("TOKEN-2", "TOKEN-2")
    assert client.api.secret == ""
