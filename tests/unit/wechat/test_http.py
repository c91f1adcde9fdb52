"""The one way out: every host redirected, no call unbounded, every failure named and clean."""

import gzip
import threading

import pytest
import requests

from app.core.settings import WeChat
from app.wechat import http
from app.wechat.errors import BadAnswer, WeChatError, WeChatRefused, WeChatUnreachable
from app.wechat.http import API, MP, OPEN, PlatformSession, bases, exchange
from tests.unit.wechat.conftest import settings_for
from tests.unit.wechat.fake_platform import FakePlatform, Raw, Reset

PATH = "/cgi-bin/getcallbackip"
OK = {"ip_list": ["127.0.0.1"]}


def _failure(session: PlatformSession) -> WeChatError:
    with pytest.raises(WeChatError) as failed:
        exchange(session, "GET", API + PATH)
    assert failed.value.__context__ is None
    return failed.value


def _bases(api: str, **changed: str) -> dict[str, str]:
    return bases(settings_for(api).model_copy(update=changed))


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ("https://api.weixin.qq.com", {API: API, MP: MP, OPEN: OPEN}),
        ("https://sh.api.weixin.qq.com/", {API: "https://sh.api.weixin.qq.com", MP: MP, OPEN: OPEN}),
        ("http://127.0.0.1:8001", dict.fromkeys((API, MP, OPEN), "http://127.0.0.1:8001")),
        ("http://10.0.0.1/wx/", dict.fromkeys((API, MP, OPEN), "http://10.0.0.1/wx")),
        ("https://evilweixin.qq.com", dict.fromkeys((API, MP, OPEN), "https://evilweixin.qq.com")),
    ],
)
def test_bases(api: str, expected: dict[str, str]) -> None:
    assert _bases(api) == expected


def test_bases_set_apart() -> None:
    assert _bases("http://a", mp_base_url="http://b/", open_base_url="http://c") == {
        API: "http://a",
        MP: "http://b",
        OPEN: "http://c",
    }


@pytest.mark.parametrize("host", [API, MP, OPEN])
def test_every_host_is_reached_where_the_api_is(
    platform: FakePlatform, session: PlatformSession, host: str
) -> None:
    platform.answer(PATH, OK)

    assert exchange(session, "GET", f"{host}{PATH}", params={"a": "1"}) == OK
    assert [call.query for call in platform.calls] == [{"a": "1"}]


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "https://api.weixin.qq.com.example.com/", "http://127.0.0.1:1/"]
)
def test_no_other_host_is_reached(session: PlatformSession, url: str) -> None:
    with pytest.raises(ValueError, match="not a host of the platform"):
        session.get(url)


def test_one_connection_serves_many_calls(platform: FakePlatform, session: PlatformSession) -> None:
    platform.answer(PATH, OK)

    for _ in range(5):
        exchange(session, "GET", API + PATH)

    assert len({call.peer_port for call in platform.calls}) == 1


def test_a_redirect_is_not_followed(platform: FakePlatform, session: PlatformSession) -> None:
    platform.answer(PATH, Raw(status=302, headers=(("Location", f"{platform.url}/elsewhere"),)))

    failure = _failure(session)

    assert (type(failure), str(failure)) == (BadAnswer, "http_302")
    assert platform.asked("/elsewhere") == []


def test_cookies_are_not_kept(platform: FakePlatform, session: PlatformSession) -> None:
    platform.answer(PATH, Raw(b"{}", headers=(("Set-Cookie", "a=b"),)))

    for _ in range(2):
        exchange(session, "GET", API + PATH)

    assert [call.headers.get("Cookie") for call in platform.calls] == [None, None]


def test_a_compressed_answer_is_read(platform: FakePlatform, session: PlatformSession) -> None:
    packed = gzip.compress(b'{"ip_list": ["127.0.0.1"]}')
    platform.answer(PATH, Raw(packed, headers=(("Content-Encoding", "gzip"),)))

    assert exchange(session, "GET", API + PATH) == OK


def test_raw_control_characters_and_bytes_do_not_lose_an_answer(
    platform: FakePlatform, session: PlatformSession
) -> None:
    platform.answer(PATH, Raw(b'{"nickname": "a\nb\xff"}'))

    assert exchange(session, "GET", API + PATH) == {"nickname": "a\nb\ufffd"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Raw(b"<html>bad gateway</html>", 502), "http_502"),
        (Raw(b"{}", 201), "http_201"),
        (Raw(b""), "not_json"),
        (Raw(b'{"errcode": 0'), "not_json"),
        (Raw(b"[1]"), "not_json"),
        (Raw(b"[" * 100_000), "not_json"),
        (Raw(b'{"errcode": "x"}'), "errcode"),
        (Raw(b'{"errcode": [1]}'), "errcode"),
        (Raw(gzip.compress(b" " * 5_000_000), headers=(("Content-Encoding", "gzip"),)), "too_long"),
    ],
)
def test_bad_answer(platform: FakePlatform, session: PlatformSession, answer: Raw, reason: str) -> None:
    platform.answer(PATH, answer)

    failure = _failure(session)

    assert (type(failure), str(failure)) == (BadAnswer, reason)


def test_refused_with_a_code_given_as_text(platform: FakePlatform, session: PlatformSession) -> None:
    platform.answer(PATH, {"errcode": "45009", "errmsg": "reach max api daily quota limit rid: 1-2-3"})

    failure = _failure(session)

    assert isinstance(failure, WeChatRefused)
    assert (failure.errcode, failure.errmsg) == (45009, "reach max api daily quota limit rid: 1-2-3")


@pytest.mark.parametrize("answer", [Reset(), Raw(b"{}", headers=(("Content-Length", "100"),))])
def test_an_answer_broken_off_may_have_arrived(
    platform: FakePlatform, settings: WeChat, answer: Raw | Reset
) -> None:
    platform.answer(PATH, answer)
    short = settings.model_copy(update={"timeout_seconds": 0.2})

    with PlatformSession(short) as session:
        failure = _failure(session)

    assert isinstance(failure, WeChatUnreachable)
    assert failure.may_have_arrived is True


def test_no_answer_in_time_may_have_arrived(platform: FakePlatform, settings: WeChat) -> None:
    release = threading.Event()
    platform.answer(PATH, lambda _call: release.wait(10) and OK)

    with PlatformSession(settings.model_copy(update={"timeout_seconds": 0.05})) as session:
        failure = _failure(session)

    release.set()
    assert isinstance(failure, WeChatUnreachable)
    assert (failure.reason, failure.may_have_arrived) == ("timeout", True)


@pytest.mark.parametrize(
    ("base", "reason"), [("http://127.0.0.1:1", "connect"), ("https://127.0.0.1:{port}", "tls")]
)
def test_no_connection_has_not_arrived(platform: FakePlatform, base: str, reason: str) -> None:
    port = platform.url.rpartition(":")[2]

    with PlatformSession(settings_for(base.format(port=port))) as session:
        failure = _failure(session)

    assert isinstance(failure, WeChatUnreachable)
    assert (failure.reason, failure.may_have_arrived) == (reason, False)


def test_an_answer_that_drips_is_given_up(
    platform: FakePlatform, session: PlatformSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((0.0, 100.0))
    monkeypatch.setattr(http, "time", type("Stub", (), {"monotonic": lambda: next(moments)}))
    platform.answer(PATH, OK)

    failure = _failure(session)

    assert isinstance(failure, WeChatUnreachable)
    assert (failure.reason, failure.may_have_arrived) == ("timeout", True)


def test_a_connect_timeout_has_not_arrived() -> None:
    failure = http._unreachable(requests.ConnectTimeout())

    assert (failure.reason, failure.may_have_arrived) == ("connect", False)
