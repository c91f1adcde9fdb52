"""The people with a phone, and whether they follow the account."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.oauth import mini_openid
from sandbox.serials import random_name
from sandbox.shelf import Shelf

OPENID_TAIL = 27
REMARK_LENGTH = 30
PAGE = 10_000
ANDROID = 2


@dataclass
class Person:
    openid: str
    name: str
    unionid: str = ""
    subscribed: bool = False
    subscribe_time: int = 0
    subscribe_scene: str = ""
    qr_scene: int = 0
    qr_scene_str: str = ""
    remark: str = ""
    tagid_list: list[int] = field(default_factory=list)
    receives: bool = True
    refuses: int = 0
    """What every message to this person is answered with, such as 50002 or 43019; 0: nothing is wrong."""
    snapshot: bool = False
    platform: int = ANDROID
    phone_number: str = ""
    visited_mini_at: float = 0.0


class Followers:
    def __init__(self, clock: Clock, mini_app_id: str = "") -> None:
        self._clock = clock
        self._mini_app_id = mini_app_id
        self._in_mini: dict[str, str] = {}
        self.people: Shelf[Person] = Shelf(Person)

    def create(self, *, name: str, openid: str = "", unionid: str = "") -> Person:
        openid = openid or f"o{random_name(OPENID_TAIL)}"
        person = self.people.get(openid)
        if person is None:
            number = int(hashlib.sha256(openid.encode()).hexdigest(), 16) % 10**8
            person = Person(openid, name, unionid, phone_number=f"199{number:08d}")
            self.people[openid] = person
            self._in_mini[self.mini_openid(openid)] = openid
        person.name = name or person.name
        person.unionid = unionid or person.unionid
        return person

    def known(self, openid: str) -> Person:
        """The person of that openid; 40003 for one that is not of this app."""
        person = self.people.get(openid)
        if person is None:
            raise ApiError(40003)
        return person

    def mini_openid(self, openid: str) -> str:
        return mini_openid(openid, self._mini_app_id)

    def has_in_mini(self, openid: str) -> bool:
        return openid in self._in_mini

    def in_mini(self, openid: str) -> Person:
        """The person of that openid of the mini-program; 40003 otherwise."""
        return self.known(self._in_mini.get(openid, ""))

    def following(self, openid: str) -> Person:
        person = self.known(openid)
        if not person.subscribed:
            raise ApiError(43004)
        return person

    def subscribe(self, person: Person, *, scene: str | None) -> None:
        person.subscribed = True
        person.subscribe_time = int(self._clock.now())
        person.subscribe_scene = "ADD_SCENE_SEARCH" if scene is None else "ADD_SCENE_QR_CODE"
        person.qr_scene = int(scene) if scene is not None and scene.isdecimal() else 0
        person.qr_scene_str = "" if scene is None or scene.isdecimal() else scene

    def unsubscribe(self, person: Person) -> None:
        person.subscribed = False
        person.tagid_list = []
        person.remark = ""

    def page(self, after: str, tag: int | None = None) -> dict[str, Any]:
        ids = [
            one.openid
            for one in self.people.values()
            if one.subscribed and (tag is None or tag in one.tagid_list)
        ]
        if after and after not in ids:
            raise ApiError(40003)
        rest = ids[ids.index(after) + 1 :] if after else ids
        shown = rest[:PAGE]
        answer: dict[str, Any] = {"count": len(shown), "next_openid": shown[-1] if shown else ""}
        if shown:
            answer["data"] = {"openid": shown}
        return answer if tag is not None else {"total": len(ids)} | answer

    def dump(self) -> dict[str, Any]:
        return self.people.dump()

    def load(self, stored: dict[str, Any]) -> None:
        self.people.load(stored)
        self._in_mini = {self.mini_openid(openid): openid for openid in self.people}


def as_user_info(person: Person) -> dict[str, Any]:
    """What user/info tells since 2021: no nickname, no portrait."""
    union = {"unionid": person.unionid} if person.unionid else {}
    if not person.subscribed:
        return {"subscribe": 0, "openid": person.openid, **union}
    return {
        "subscribe": 1,
        "openid": person.openid,
        "language": "",
        "subscribe_time": person.subscribe_time,
        **union,
        "remark": person.remark,
        "groupid": person.tagid_list[0] if person.tagid_list else 0,
        "tagid_list": person.tagid_list,
        "subscribe_scene": person.subscribe_scene,
        "qr_scene": person.qr_scene,
        "qr_scene_str": person.qr_scene_str,
    }
