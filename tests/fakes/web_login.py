"""WeChat's side of signing in to a page: codes that are good once."""

from urllib.parse import parse_qs, urlsplit

from app.wechat.errors import WeChatError, WeChatRefused
from app.wechat.http import PlatformSession
from app.wechat.oauth import OAuthIdentity, WebLogin
from tests.services import settings


class FakeWebLogin(WebLogin):
    """Gives out codes; the address to which it sends a browser is the real one's."""

    def __init__(self, *, genuine: bool = True) -> None:
        base = "https://api.weixin.qq.com" if genuine else "http://127.0.0.1:9"
        wechat = settings(wechat={"api_base_url": base}).wechat
        super().__init__(wechat, PlatformSession(wechat))
        self.codes: dict[str, OAuthIdentity | WeChatError] = {}
        self.asked: list[str] = []

    def code_for(self, openid: str, *, snapshot: bool = False) -> str:
        code = f"code{len(self.codes)}"
        self.codes[code] = OAuthIdentity(openid, None, snapshot, "snsapi_base")
        return code

    def failing(self, error: WeChatError) -> str:
        code = f"code{len(self.codes)}"
        self.codes[code] = error
        return code

    def exchange(self, code: str) -> OAuthIdentity:
        self.asked.append(code)
        found = self.codes.get(code)
        if found is None:
            raise WeChatRefused(40029, "invalid code")
        self.codes[code] = found if isinstance(found, WeChatError) else WeChatRefused(40163, "code been used")
        if isinstance(found, WeChatError):
            raise found
        return found


def state_of(address: str) -> str:
    """The state that a browser was sent to WeChat with."""
    return parse_qs(urlsplit(address).query)["state"][0]
