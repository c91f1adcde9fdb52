"""QR codes of the account: each ticket stands for a scene."""

import io
from dataclasses import dataclass
from typing import Any

import qrcode

from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.serials import random_name
from sandbox.shelf import Shelf

LONGEST = 2_592_000
DEFAULT_LIFE = 60
MOST_PERMANENT = 100_000
PERMANENT_IDS = 100_000
LARGEST_ID = 2**32 - 1
SCENE_LENGTH = 64
KEEP = 3000
URL = "http://weixin.qq.com/q/"
KINDS = {"QR_SCENE": False, "QR_STR_SCENE": False, "QR_LIMIT_SCENE": True, "QR_LIMIT_STR_SCENE": True}


@dataclass
class Ticket:
    ticket: str
    scene: str
    url: str
    created_at: float
    expires_at: float | None
    expire_seconds: int = 0


class TicketExpired(ValueError):
    """二维码已过期."""


class Tickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: Shelf[Ticket] = Shelf(Ticket)

    def create(self, request: dict[str, Any]) -> Ticket:
        action = request.get("action_name")
        if action not in KINDS:
            raise ApiError(40052)
        permanent = KINDS[action]
        scene = _scene(request.get("action_info"), text="STR" in action, permanent=permanent)
        life = 0 if permanent else _life(request.get("expire_seconds", DEFAULT_LIFE))
        self._prune()
        if permanent and sum(one.expires_at is None for one in self._tickets.values()) >= MOST_PERMANENT:
            raise ApiError(45009)
        now = self._clock.now()
        name = f"gQ{random_name(94)}=="
        made = Ticket(
            name, scene, URL + random_name(22), now, None if permanent else now + life, expire_seconds=life
        )
        self._tickets[name] = made
        return made

    def live(self, name: str) -> Ticket:
        found = self._tickets.get(name)
        if found is None:
            raise KeyError(name)
        return self._unexpired(found)

    def by_url(self, url: str) -> Ticket | None:
        return next((self._unexpired(one) for one in self._tickets.values() if one.url == url), None)

    def of_scene(self, scene: str) -> Ticket:
        """The newest code of a scene; for a scene never drawn, a code as if it hung on a wall."""
        drawn = [one for one in self._tickets.values() if one.scene == scene]
        if drawn:
            return self._unexpired(drawn[-1])
        return Ticket(f"gQ{random_name(94)}==", scene, URL + random_name(22), self._clock.now(), None)

    def newest(self, limit: int = 50) -> list[Ticket]:
        now = self._clock.now()
        live = [one for one in self._tickets.values() if one.expires_at is None or one.expires_at > now]
        return live[::-1][:limit]

    def _unexpired(self, ticket: Ticket) -> Ticket:
        if ticket.expires_at is not None and ticket.expires_at <= self._clock.now():
            raise TicketExpired(ticket.scene)
        return ticket

    def _prune(self) -> None:
        if len(self._tickets) > KEEP:
            now = self._clock.now()
            for one in list(self._tickets.values())[: KEEP // 2]:
                if one.expires_at is not None and one.expires_at <= now:
                    del self._tickets[one.ticket]

    def dump(self) -> dict[str, Any]:
        return self._tickets.dump()

    def load(self, stored: dict[str, Any]) -> None:
        self._tickets.load(stored)


def _life(asked: object) -> int:
    if not isinstance(asked, int) or isinstance(asked, bool) or asked <= 0:
        raise ApiError(40053)
    return min(asked, LONGEST)


def _scene(action_info: object, *, text: bool, permanent: bool) -> str:
    scene = action_info.get("scene") if isinstance(action_info, dict) else None
    if not isinstance(scene, dict):
        raise ApiError(40053)
    if text:
        name = scene.get("scene_str")
        if not isinstance(name, str) or not 1 <= len(name) <= SCENE_LENGTH:
            raise ApiError(40053)
        return name
    number = scene.get("scene_id")
    largest = PERMANENT_IDS if permanent else LARGEST_ID
    if not isinstance(number, int) or not 1 <= number <= largest:
        raise ApiError(40053)
    return str(number)


def drawn(text: str) -> bytes:
    """The code of a text as the JPEG that mp.weixin.qq.com serves."""
    code = qrcode.QRCode(border=2, box_size=10)
    code.add_data(text)
    image = io.BytesIO()
    code.make_image().get_image().convert("RGB").save(image, "JPEG")
    return image.getvalue()
