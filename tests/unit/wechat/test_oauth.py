"""Web logins: the link in the order that clients want, and nobody taken for another."""

import threading

import pytest
from wechatpy.oauth import WeChatOAuth

from app.core.settings import WeChat
from app.wechat.errors import BadAnswer, WeChatRefused
from app.wechat.http import PlatformSession
from app.wechat.oauth import OAuthIdentity, WebLogin
from tests.unit.wechat.conftest import SECRET, settings_for
from tests.unit.wechat.fake_platform import Call, FakePlatform

PATH = "/sns/oauth2/access_token"
BACK = "https://zhibu.example.com/m/back?to=/m/dues&x=1"


@pytest.fixture
def login(settings: WeChat, session: PlatformSession) -> WebLogin:
    return WebLogin(settings, session)


@pytest.mark.parametrize("scope", ["snsapi_base", "snsapi_userinfo"])
def test_authorize_url_same_as_wechatpy(session: PlatformSession, scope: str) -> None:
    theirs = WeChatOAuth("wx0123456789abcdef", SECRET, BACK, scope, "abc123")
    ours = WebLogin(settings_for("https://api.weixin.qq.com"), session)

    assert ours.authorize_url(BACK, "abc123", scope) == theirs.authorize_url  # type: ignore[arg-type] # both literals
    theirs._http.close()


def test_authorize_url_of_a_stand_in(platform: FakePlatform, login: WebLogin) -> None:
    assert login.authorize_url("https://a/b?c=d", "s1") == (
        f"{platform.url}/connect/oauth2/authorize?appid=wx0123456789abcdef"
        "&redirect_uri=https%3A%2F%2Fa%2Fb%3Fc%3Dd&response_type=code&scope=snsapi_base&state=s1#wechat_redirect"
    )


@pytest.mark.parametrize("state", ["", "a" * 129, "a-b", "签到", "a\n"])
def test_authorize_url_with_a_state_that_wechat_would_drop(login: WebLogin, state: str) -> None:
    with pytest.raises(ValueError, match="state must be"):
        login.authorize_url(BACK, state)


def test_exchange(platform: FakePlatform, login: WebLogin) -> None:
    answer = {
        "access_token": "A",
        "expires_in": 7200,
        "refresh_token": "R",
        "openid": "oPERSON",
        "scope": "snsapi_base",
    }
    platform.answer(PATH, answer, {**answer, "is_snapshotuser": 1, "unionid": "u1"}, {"scope": "x"})

    real, snapshot = login.exchange("CODE"), login.exchange("CODE")

    assert real == OAuthIdentity(openid="oPERSON", unionid=None, snapshot=False, scope="snsapi_base")
    assert snapshot == OAuthIdentity(openid="oPERSON", unionid="u1", snapshot=True, scope="snsapi_base")
    assert repr(real) == "OAuthIdentity(snapshot=False, scope='snsapi_base')"
    assert platform.calls[0].query == {
        "appid": "wx0123456789abcdef",
        "secret": SECRET,
        "code": "CODE",
        "grant_type": "authorization_code",
    }
    with pytest.raises(BadAnswer):
        login.exchange("CODE")


def test_exchange_of_a_used_code(platform: FakePlatform, login: WebLogin) -> None:
    platform.answer(PATH, {"errcode": 40163, "errmsg": "code been used: CODE-1, rid: 1"})

    with pytest.raises(WeChatRefused) as refused:
        login.exchange("CODE-1")

    assert (refused.value.errcode, refused.value.errmsg) == (40163, "code been used: ***, rid: 1")
    assert len(platform.calls) == 1


def test_exchange_by_sixteen_threads_mixes_nobody_up(platform: FakePlatform, login: WebLogin) -> None:
    def who(call: Call) -> dict[str, str]:
        return {"openid": f"o{call.query['code']}"}

    platform.answer(PATH, who)
    got: dict[str, str] = {}

    def log_in(code: str) -> None:
        got[code] = login.exchange(code).openid

    threads = [threading.Thread(target=log_in, args=(f"c{number}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == {f"c{number}": f"oc{number}" for number in range(16)}
