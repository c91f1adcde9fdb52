"""Who opened a page inside WeChat (facts/wechat.md §3.12). Keeps nothing about anybody."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote

from app.core.settings import WeChat
from app.wechat.answers import text_of
from app.wechat.http import API, OPEN, PlatformSession, bases, exchange

Scope = Literal["snsapi_base", "snsapi_userinfo"]
_STATE: Final = re.compile(r"[a-zA-Z0-9]{1,128}")


@dataclass(frozen=True, slots=True)
class OAuthIdentity:
    """`snapshot`: a visitor of WeChat's preview; the OpenID is made up and must never be bound."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    snapshot: bool
    scope: str


class WebLogin:
    """Safe to share: unlike wechatpy's object it has no place where one visitor could meet another."""

    def __init__(self, settings: WeChat, session: PlatformSession) -> None:
        self._settings = settings
        self._session = session

    def authorize_url(self, redirect_uri: str, state: str, scope: Scope = "snsapi_base") -> str:
        """Where to send the browser; old clients insist on this order of the parameters."""
        if not _STATE.fullmatch(state):
            raise ValueError("state must be 1-128 of [a-zA-Z0-9]")
        return (
            f"{bases(self._settings)[OPEN]}/connect/oauth2/authorize?appid={self._settings.app_id}"
            f"&redirect_uri={quote(redirect_uri, safe='')}&response_type=code&scope={scope}"
            f"&state={state}#wechat_redirect"
        )

    def exchange(self, code: str) -> OAuthIdentity:
        """The person behind a code, which is good once and for five minutes; WeChatError otherwise."""
        secret = self._settings.app_secret.get_secret_value()
        params = {
            "appid": self._settings.app_id,
            "secret": secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        url = f"{API}/sns/oauth2/access_token"
        answer = exchange(self._session, "GET", url, private=(secret, code), params=params)
        return OAuthIdentity(
            openid=text_of(answer, "openid"),
            unionid=answer.get("unionid") or None,
            snapshot=str(answer.get("is_snapshotuser", 0)) == "1",
            scope=str(answer.get("scope", "")),
        )
