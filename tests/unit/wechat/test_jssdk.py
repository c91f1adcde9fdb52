"""JS-SDK: the published signature, one ticket for all."""

from datetime import timedelta

import pytest
from wechatpy.client.api import WeChatJSAPI

from app.core.clock import FixedClock
from app.redis_store import MemoryStore
from app.wechat.client import WeChatClient
from app.wechat.errors import TokenUnavailable
from app.wechat.jssdk import JsSdk, signature
from tests.unit.wechat.fake_platform import FakePlatform
from tests.unit.wechat.known_answers import known

PATH = "/cgi-bin/ticket/getticket"
TICKET = {"errcode": 0, "errmsg": "ok", "ticket": "TICKET", "expires_in": 7200}


@pytest.fixture
def sdk(client: WeChatClient, store: MemoryStore, clock: FixedClock) -> JsSdk:
    return JsSdk(client.api, store, clock)


def test_signature_published_sample() -> None:
    vector = known("jssdk.signature")

    signed = signature(
        vector["jsapi_ticket"], vector["noncestr"], int(vector["timestamp"]), vector["url"] + "#here"
    )

    assert signed == vector["expected"]


def test_config_signed_as_wechatpy_would(platform: FakePlatform, sdk: JsSdk, clock: FixedClock) -> None:
    platform.answer(PATH, TICKET)

    config = sdk.config("https://zhibu.example.com/m/scan?a=1#top")

    assert sorted(config) == ["appId", "nonceStr", "signature", "timestamp"]
    assert (config["appId"], config["timestamp"]) == ("wx0123456789abcdef", int(clock.now().timestamp()))
    assert config["signature"] == WeChatJSAPI().get_jsapi_signature(
        config["nonceStr"], "TICKET", config["timestamp"], "https://zhibu.example.com/m/scan?a=1"
    )


def test_config_never_repeats_a_nonce(platform: FakePlatform, sdk: JsSdk) -> None:
    platform.answer(PATH, TICKET)

    assert sdk.config("https://a")["nonceStr"] != sdk.config("https://a")["nonceStr"]


def test_ticket_is_shared_until_it_nearly_ends(
    platform: FakePlatform, client: WeChatClient, store: MemoryStore, clock: FixedClock, sdk: JsSdk
) -> None:
    platform.answer(PATH, TICKET, {**TICKET, "ticket": "NEXT"})

    both = [sdk.ticket(), JsSdk(client.api, store, clock).ticket()]
    clock.advance(timedelta(seconds=6_901))

    assert both == ["TICKET", "TICKET"]
    assert sdk.ticket() == "NEXT"
    assert [call.query["type"] for call in platform.asked(PATH)] == ["jsapi", "jsapi"]


def test_ticket_refused(platform: FakePlatform, sdk: JsSdk) -> None:
    platform.answer(PATH, {"errcode": 48001, "errmsg": "api unauthorized"})

    with pytest.raises(TokenUnavailable) as unavailable:
        sdk.ticket()

    assert unavailable.value.errcode == 48001
