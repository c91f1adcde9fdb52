"""The signature that WeChat's script needs, for our own pages only."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.core.settings import WeChat
from app.wechat import jssdk
from tests.adapters.pages.door import GENUINE, Door
from tests.adapters.pages.people import People
from tests.services import settings

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3"


@pytest.fixture
def ticketed(door: Door) -> Door:
    """Another process has fetched the ticket already."""
    key = f"wechat:{door.services.settings.wechat.app_id}:jsapi"
    refresh_at = (door.clock.now() + timedelta(hours=1)).timestamp()
    kept = json.dumps({"value": TICKET, "refresh_at": refresh_at})
    door.services.store.set(key, kept, timedelta(hours=2))
    return door


def test_config_is_signed_for_the_exact_address(ticketed: Door, people: People) -> None:
    phone = ticketed.signed_in(people.member.identity_id)
    page = "http://localhost/m/me?a=%E9%80%9A&b=1"

    answer = phone.get("/m/sdk-config", query_string={"url": f"{page}#top"})

    config = answer.get_json()
    signed = f"jsapi_ticket={TICKET}&noncestr={config['nonceStr']}&timestamp={config['timestamp']}&url={page}"
    assert config["signature"] == hashlib.sha1(signed.encode()).hexdigest()
    assert config["appId"] == ticketed.services.settings.wechat.app_id
    assert TICKET not in answer.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/m/",
        "http://localhost.evil.example/m/",
        "http://localhost/console/",
        "http://localhost@evil.example/m/",
        "http://localhost/m/" + "a" * 2000,
    ],
)
def test_addresses_of_others_are_not_signed(ticketed: Door, people: People, url: str) -> None:
    phone = ticketed.signed_in(people.member.identity_id)

    answer = phone.get("/m/sdk-config", query_string={"url": url})

    assert (answer.status_code, answer.get_json()) == (400, {"code": "address_not_ours"})


def test_wechat_away_is_told_as_a_code(open_door: Callable[..., Door], people: People) -> None:
    door = open_door(wechat={"api_base_url": "http://127.0.0.1:9"})
    phone = door.signed_in(people.member.identity_id)

    answer = phone.get("/m/sdk-config?url=http://localhost/m/me")

    assert (answer.status_code, answer.get_json()) == (503, {"code": "wechat_away"})


def wechat(**changes: str) -> WeChat:
    return settings(wechat=GENUINE | changes).wechat


def test_script_comes_from_wechat_or_from_its_stand_in() -> None:
    name = "/open/js/jweixin-1.6.0.js"

    assert jssdk.script_url(wechat()) == f"https://res.wx.qq.com{name}"
    assert jssdk.script_url(wechat(api_base_url="http://127.0.0.1:8001/")) == f"http://127.0.0.1:8001{name}"
    assert jssdk.script_url(wechat(res_base_url="http://127.0.0.1:9/")) == f"http://127.0.0.1:9{name}"
