"""The menu under the chat: limits of every button, and who sees which."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import ApiError
from sandbox.followers import Person
from sandbox.serials import Serials

Json = dict[str, Any]
TOP, SUB = 3, 5
TOP_NAME, SUB_NAME = 16, 60
KEY_LENGTH = 128
URL_LENGTH = 1024
MOST_DOMAINS = 3
KEYED = {
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
}
NEEDS = {
    "view": ("url",),
    "miniprogram": ("appid", "pagepath", "url"),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
} | dict.fromkeys(KEYED, ("key",))
ABOLISHED = {"sex", "country", "province", "city", "language", "group_id"}
RULES = {"tag_id", "client_platform_type"}


class Menus:
    def __init__(self, serials: Serials) -> None:
        self._serials = serials
        self._default: Json | None = None
        self._conditional: list[Json] = []

    def create(self, request: Json) -> None:
        self._default = {"button": checked(request.get("button")), "menuid": self._number()}

    def add_conditional(self, request: Json) -> str:
        rule = request.get("matchrule")
        if self._default is None:
            raise ApiError(65303)
        if not isinstance(rule, dict) or not any(rule.get(name) for name in RULES | ABOLISHED):
            raise ApiError(65304)
        if any(rule.get(name) for name in ABOLISHED):
            raise ApiError(65320)
        buttons = checked(request.get("button"))
        if len(_domains(buttons)) > MOST_DOMAINS:
            raise ApiError(65316)
        number = self._number()
        kept = {name: str(value) for name, value in rule.items() if name in RULES and value}
        self._conditional.append({"button": buttons, "matchrule": kept, "menuid": number})
        return str(number)

    def delete_conditional(self, number: str) -> None:
        left = [one for one in self._conditional if str(one["menuid"]) != number]
        if len(left) == len(self._conditional):
            raise ApiError(65301)
        self._conditional = left

    def delete(self) -> None:
        self._default, self._conditional = None, []

    def everything(self) -> Json:
        if self._default is None:
            raise ApiError(46003)
        answer: Json = {"menu": self._default}
        if self._conditional:
            answer["conditionalmenu"] = self._conditional[::-1]
        return answer

    def seen_by(self, person: Person) -> Json | None:
        """The rule added last wins; without a match the default menu."""
        matching = [one for one in self._conditional if _matches(one["matchrule"], person)]
        return matching[-1] if matching else self._default

    def _number(self) -> int:
        return 400_000_000 + self._serials.next("menu")

    def dump(self) -> Json:
        return {"default": self._default, "conditional": self._conditional}

    def load(self, stored: Json) -> None:
        self._default, self._conditional = stored["default"], stored["conditional"]


def _matches(rule: Json, person: Person) -> bool:
    if "tag_id" in rule and rule["tag_id"] not in {str(tag) for tag in person.tagid_list}:
        return False
    return bool(rule.get("client_platform_type", str(person.platform)) == str(person.platform))


def checked(buttons: object) -> list[Json]:
    """The buttons, or the error code of the first one that breaks a limit."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP:
        raise ApiError(40016)
    for button in buttons:
        if not isinstance(button, dict):
            raise ApiError(40016)
        _check_name(button, TOP_NAME, 40018)
        if button.get("sub_button"):
            _check_subs(button["sub_button"])
        else:
            _check_action(button, (40017, 40019, 40020, 40054))
    return buttons


def _check_subs(subs: object) -> None:
    if not isinstance(subs, list) or len(subs) > SUB:
        raise ApiError(40023)
    for sub in subs:
        if not isinstance(sub, dict):
            raise ApiError(40023)
        if sub.get("sub_button"):
            raise ApiError(40022)
        _check_name(sub, SUB_NAME, 40025)
        _check_action(sub, (40024, 40026, 40027, 40055))


def _check_name(button: Json, longest: int, errcode: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise ApiError(errcode)


def _check_action(button: Json, codes: tuple[int, int, int, int]) -> None:
    wrong_kind, wrong_key, wrong_url, wrong_domain = codes
    needs = NEEDS.get(str(button.get("type")))
    if needs is None:
        raise ApiError(wrong_kind)
    for name in needs:
        value = button.get(name)
        if not isinstance(value, str) or not value:
            raise ApiError({"key": wrong_key, "url": wrong_url}.get(name, 40035))
    if len(str(button.get("key", "")).encode()) > KEY_LENGTH:
        raise ApiError(wrong_key)
    url = str(button.get("url", ""))
    if len(url.encode()) > URL_LENGTH:
        raise ApiError(wrong_url)
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise ApiError(wrong_domain)


def _domains(buttons: list[Json]) -> set[str]:
    flat = [sub for button in buttons for sub in (button.get("sub_button") or [button])]
    return {urlsplit(str(one["url"])).netloc for one in flat if one.get("url")}
