"""Outbound defects of wechatpy 1.8.18 (facts/wechat.md §7.3, by number): it fails, ours does not."""

import io
import socket
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from wechatpy.session.memorystorage import MemoryStorage

from app.core.clock import FixedClock
from app.core.settings import MiniProgram, WeChat
from app.redis_store import MemoryStore
from app.wechat.client import WeChatClient
from app.wechat.errors import BadAnswer, TokenUnavailable, WeChatRefused, WeChatUnreachable
from app.wechat.http import PlatformSession
from app.wechat.mini import MiniLogin
from tests.unit.wechat.bare import bare_client
from tests.unit.wechat.conftest import SECRET, settings_for
from tests.unit.wechat.fake_platform import Call, FakePlatform, Raw

INFO = "/cgi-bin/user/info"
STALE = {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
PERSON = {"subscribe": 0, "openid": "oPERSON"}


def _in_threads(number: int, work: Callable[[], Any]) -> None:
    barrier = threading.Barrier(number)

    def together() -> None:
        barrier.wait()
        work()

    threads = [threading.Thread(target=together) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_defect_1_a_token_refused_for_ever_is_retried_once(
    platform: FakePlatform, client: WeChatClient
) -> None:
    platform.answer(INFO, *[STALE] * 30, PERSON)
    with bare_client(platform.url) as (bare, _):
        bare.user.get("oPERSON")
    asked_by_bare = len(platform.asked(INFO))
    platform.answer(INFO, STALE)

    with pytest.raises(WeChatRefused) as refused:
        client.user_info("oPERSON")

    assert refused.value.errcode == 40001
    assert asked_by_bare == 31
    assert len(platform.asked(INFO)) == asked_by_bare + 2


def test_defect_2_a_cold_token_is_fetched_once_by_twenty_threads(
    platform: FakePlatform, client: WeChatClient
) -> None:
    def slow_token(call: Call) -> dict[str, Any]:
        time.sleep(0.05)
        return platform.new_token(call)

    platform.answer("/cgi-bin/token", slow_token)
    platform.answer("/cgi-bin/stable_token", slow_token)
    platform.answer(INFO, PERSON)

    with bare_client(platform.url) as (bare, _):
        _in_threads(20, lambda: bare.user.get("oPERSON"))
    _in_threads(20, lambda: client.user_info("oPERSON"))

    assert len(platform.asked("/cgi-bin/token")) > 1
    assert len(platform.asked("/cgi-bin/stable_token")) == 1
    assert len(platform.asked(INFO)) == 40


def test_defect_3_a_file_is_whole_again_on_the_retry(platform: FakePlatform, client: WeChatClient) -> None:
    upload, whole = "/cgi-bin/media/upload", b"x" * 10_000
    platform.answer(upload, STALE, {"media_id": "m1"}, STALE, {"media_id": "m1"})

    with bare_client(platform.url) as (bare, _):
        bare.media.upload("image", io.BytesIO(whole))
    client.api.media.upload("image", io.BytesIO(whole))

    sent = [whole in call.body for call in platform.asked(upload)]
    assert sent == [True, False, True, True]


def test_defect_3_a_file_is_sent_from_where_it_stood(platform: FakePlatform, client: WeChatClient) -> None:
    upload, file = "/cgi-bin/media/upload", io.BytesIO(b"head-and-tail")
    platform.answer(upload, STALE, {"media_id": "m1"})
    file.seek(5)

    client.api.media.upload("image", ("a.jpg", file))

    sent = [(b"and-tail" in call.body, b"head" in call.body) for call in platform.asked(upload)]
    assert sent == [(True, False), (True, False)]


def test_defect_3_bytes_need_no_rewinding(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/media/upload", STALE, {"media_id": "m1"})

    client.api.media.upload("image", ("a.jpg", b"whole"))

    assert [b"whole" in call.body for call in platform.asked("/cgi-bin/media/upload")] == [True, True]


def _nobody_there() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_defect_4_no_error_holds_the_secret(clock: FixedClock, store: MemoryStore) -> None:
    url = _nobody_there()
    with bare_client(url) as (bare, _), pytest.raises(requests.ConnectionError) as leaked:
        bare.user.get("oPERSON")
    settings = settings_for(url)

    with PlatformSession(settings) as session:
        ours = WeChatClient(settings, store, clock, session=session)
        with pytest.raises(TokenUnavailable) as failed:
            ours.user_info("oPERSON")
        with pytest.raises(WeChatUnreachable) as unreachable:
            MiniLogin(_mini(), session).code_to_session("CODE")

    assert SECRET in str(leaked.value)
    for error in (failed.value, unreachable.value):
        assert SECRET not in "".join(traceback.format_exception(error))
        assert error.__context__ is None


def test_defect_4_no_error_holds_the_token_or_the_person(
    platform: FakePlatform, client: WeChatClient
) -> None:
    text = "invalid oGZUI0egBJY1zhBYw2KhdUfwVJJE short-id TOKEN-1 access_token=abc rid: 67a86383-6a244402-0d460307"
    platform.answer(INFO, {"errcode": 40003, "errmsg": text})

    with pytest.raises(WeChatRefused) as refused:
        client.user_info("short-id")

    assert str(refused.value) == (
        "refused with 40003: invalid *** *** *** access_token=*** rid: 67a86383-6a244402-0d460307"
    )
    assert refused.value.__context__ is None


def _mini() -> MiniProgram:
    return MiniProgram.model_validate({"app_id": "wx1", "app_secret": SECRET})


def test_defect_5_every_call_has_a_time_limit(
    platform: FakePlatform, clock: FixedClock, store: MemoryStore
) -> None:
    release = threading.Event()
    platform.answer("/cgi-bin/stable_token", lambda _call: release.wait(10) and {})
    platform.answer(INFO, PERSON)
    with bare_client(platform.url, timeout=3) as (bare, timeouts):
        bare.user.get("oPERSON")
    settings = settings_for(platform.url, timeout=0.05)

    with PlatformSession(settings) as session, pytest.raises(TokenUnavailable) as unavailable:
        WeChatClient(settings, store, clock, session=session).user_info("oPERSON")

    release.set()
    assert timeouts == [None, 3]
    assert unavailable.value.reason == "timeout"


def test_defect_6_a_mini_program_login_needs_no_token(
    platform: FakePlatform, session: PlatformSession
) -> None:
    login = "/sns/jscode2session"
    platform.answer(login, {"openid": "oMINI", "session_key": "k"})

    with bare_client(platform.url) as (bare, _):
        bare.wxa.code_to_session("CODE")
    MiniLogin(_mini(), session).code_to_session("CODE")

    assert [sorted(call.query) for call in platform.asked(login)] == [
        ["access_token", "appid", "grant_type", "js_code", "secret"],
        ["appid", "grant_type", "js_code", "secret"],
    ]
    assert len(platform.asked("/cgi-bin/token") + platform.asked("/cgi-bin/stable_token")) == 1


def test_defect_7_a_second_process_sees_when_the_shared_token_ends(
    platform: FakePlatform, settings: WeChat, store: MemoryStore, clock: FixedClock, session: PlatformSession
) -> None:
    dying = {"access_token": "DYING", "expires_in": 5}
    platform.answer(INFO, PERSON)
    platform.answer("/cgi-bin/token", dying)
    shared = MemoryStorage()
    with bare_client(platform.url, session=shared) as (first, _):
        first.fetch_access_token()
    with bare_client(platform.url, session=shared) as (second, _):
        bare_token = second.access_token
    platform.answer("/cgi-bin/stable_token", {"access_token": "OLD", "expires_in": 7200}, platform.new_token)
    WeChatClient(settings, store, clock, session=session).broker.token()

    clock.advance(timedelta(seconds=7200 - 299))
    ours = WeChatClient(settings, store, clock, session=session).broker.token()

    assert bare_token == "DYING"
    assert ours == "TOKEN-1"


def test_defect_11_what_is_not_json_is_an_error(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer(INFO, Raw(b"<html>502 Bad Gateway</html>"))
    with bare_client(platform.url) as (bare, _):
        given = bare.user.get("oPERSON")

    with pytest.raises(BadAnswer) as bad:
        client.user_info("oPERSON")

    assert isinstance(given, requests.Response)
    assert bad.value.reason == "not_json"


def test_defect_11_a_missing_field_is_an_error_of_ours(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/getcallbackip", {})
    with bare_client(platform.url) as (bare, _), pytest.raises(KeyError):
        bare.misc.get_wechat_ips()

    with pytest.raises(BadAnswer) as ours:
        client.callback_ips()
    with pytest.raises(BadAnswer) as through_wechatpy:
        client.api.misc.get_wechat_ips()

    assert (ours.value.reason, through_wechatpy.value.reason) == ("no_ip_list", "missing_field")


def test_defect_15_posts_say_that_they_are_json(platform: FakePlatform, client: WeChatClient) -> None:
    platform.answer("/cgi-bin/menu/create", {"errcode": 0, "errmsg": "ok"})
    menu = {"button": [{"type": "click", "name": "签到", "key": "k"}]}

    with bare_client(platform.url) as (bare, _):
        bare.menu.create(menu)
    client.publish_menu(menu)

    calls = platform.asked("/cgi-bin/menu/create")
    assert [call.headers.get("Content-Type") for call in calls] == [None, "application/json"]
    assert "签到".encode() in calls[1].body
