"""What we ask of the Official Account: codes, menus, people, messages, and how it is faring."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from app.core.clock import Clock
from app.core.settings import MiniProgram, WeChat
from app.wechat import records
from app.wechat.answers import number_of, object_of, objects_of, text_of
from app.wechat.api import Api
from app.wechat.errors import BadAnswer, WeChatRefused
from app.wechat.grants import Grant, SharedStore
from app.wechat.http import API, MP, PlatformSession, bases, exchange
from app.wechat.records import Follower, QrTicket, Quota, Template
from app.wechat.tokens import TokenBroker

LONGEST_SCENE: Final = 64
LONGEST_QR: Final = timedelta(days=30)
_TAGGED_AT_ONCE: Final = 50
_NO_MENU: Final = 46003
_TAG_EXISTS: Final = 45157


def token_broker(
    settings: WeChat | MiniProgram,
    session: PlatformSession,
    store: SharedStore,
    clock: Clock,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> TokenBroker:
    """The token of an Official Account or a mini-program: both are asked for in the same way."""

    def fetch(*, force: bool) -> Grant:
        secret = settings.app_secret.get_secret_value()
        body = {
            "grant_type": "client_credential",
            "appid": settings.app_id,
            "secret": secret,
            "force_refresh": force,
        }
        answer = exchange(session, "POST", f"{API}/cgi-bin/stable_token", private=(secret,), json=body)
        return Grant(text_of(answer, "access_token"), number_of(answer, "expires_in"))

    return TokenBroker(fetch, store, clock, name=f"wechat:{settings.app_id}:token", sleep=sleep)


class WeChatClient:
    """Safe to share between threads. Asking raises WeChatError. Notices go out through `app.wechat.notices`."""

    def __init__(
        self,
        settings: WeChat,
        store: SharedStore,
        clock: Clock,
        *,
        session: PlatformSession | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self.session = session or PlatformSession(settings)
        self.broker = token_broker(settings, self.session, store, clock, sleep=sleep)
        self.api = Api(settings.app_id, session=self.session, broker=self.broker, sleep=sleep)

    def create_qr(self, scene: str, expires: timedelta) -> QrTicket:
        """A temporary code that says `scene` (1-64 characters) for at most 30 days."""
        if not 1 <= len(scene) <= LONGEST_SCENE or not timedelta(seconds=1) <= expires <= LONGEST_QR:
            raise ValueError("a scene has 1-64 characters, a code lives 1 s to 30 days")
        body = {
            "expire_seconds": int(expires.total_seconds()),
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        answer = self.api.post("qrcode/create", data=body, idempotent=True)
        return QrTicket(
            text_of(answer, "ticket"), text_of(answer, "url"), number_of(answer, "expire_seconds")
        )

    def qr_image_url(self, ticket: str) -> str:
        """Where a browser gets the code's picture."""
        return f"{bases(self._settings)[MP]}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"

    def publish_menu(self, menu: Mapping[str, Any]) -> None:
        self.api.post("menu/create", data=dict(menu), idempotent=True)

    def publish_conditional_menu(self, menu: Mapping[str, Any], tag_id: int) -> str:
        """The menu for those with the tag; the default menu must be there first. Gives the menu's id."""
        body = {**menu, "matchrule": {"tag_id": str(tag_id)}}
        return str(number_of(self.api.post("menu/addconditional", data=body), "menuid"))

    def delete_menus(self) -> None:
        """The default menu and every conditional one."""
        self.api.get("menu/delete")

    def get_menu(self) -> dict[str, Any] | None:
        """What is published: `menu` and `conditionalmenu`; None when nothing is."""
        try:
            return dict(self.api.get("menu/get"))
        except WeChatRefused as refused:
            if refused.errcode != _NO_MENU:
                raise
        return None

    def trymatch(self, user_id: str) -> dict[str, Any]:
        """The menu that this person (OpenID or WeChat id) sees."""
        return dict(self.api.post("menu/trymatch", data={"user_id": user_id}, idempotent=True))

    def user_info(self, openid: str) -> Follower:
        return records.follower(self.api.get("user/info", params={"openid": openid, "lang": "zh_CN"}))

    def ensure_tag(self, name: str) -> int:
        """The id of the tag with this name, made when it is not there."""
        if (tag_id := self._tag_id(name)) is not None:
            return tag_id
        try:
            answer = self.api.post("tags/create", data={"tag": {"name": name}})
        except WeChatRefused as refused:
            if refused.errcode != _TAG_EXISTS:
                raise
        else:
            return number_of(object_of(answer, "tag"), "id")
        if (tag_id := self._tag_id(name)) is None:
            raise BadAnswer("tag_exists_but_is_not_listed")
        return tag_id

    def _tag_id(self, name: str) -> int | None:
        tags = objects_of(self.api.get("tags/get"), "tags")
        return next((number_of(tag, "id") for tag in tags if tag.get("name") == name), None)

    def tag(self, openids: Iterable[str], tag_id: int) -> None:
        self._tagging("tags/members/batchtagging", openids, tag_id)

    def untag(self, openids: Iterable[str], tag_id: int) -> None:
        self._tagging("tags/members/batchuntagging", openids, tag_id)

    def _tagging(self, path: str, openids: Iterable[str], tag_id: int) -> None:
        everyone = list(openids)
        for start in range(0, len(everyone), _TAGGED_AT_ONCE):
            some = everyone[start : start + _TAGGED_AT_ONCE]
            self.api.post(path, data={"openid_list": some, "tagid": tag_id}, idempotent=True)

    def templates(self) -> list[Template]:
        answer = self.api.get("template/get_all_private_template")
        return [records.template(item) for item in objects_of(answer, "template_list")]

    def callback_check(self, action: str = "all", operator: str = "DEFAULT") -> dict[str, Any]:
        """What the platform finds when it looks for our callback: `dns` and `ping` lists."""
        body = {"action": action, "check_operator": operator}
        return dict(self.api.post("callback/check", data=body, idempotent=True))

    def callback_ips(self) -> list[str]:
        """The addresses that pushes come from; they change."""
        listed = self.api.get("getcallbackip").get("ip_list")
        if not isinstance(listed, list):
            raise BadAnswer("no_ip_list")
        return [str(address) for address in listed]

    def quota(self, path: str) -> Quota:
        """What is left today for one API, e.g. `/cgi-bin/message/template/send`."""
        return records.quota(self.api.post("openapi/quota/get", data={"cgi_path": path}, idempotent=True))
