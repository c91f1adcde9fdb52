"""When, and how often, an account may write to a person first."""

from typing import Any

from sandbox.clock import Clock
from sandbox.errors import ApiError

TWO_DAYS = 48 * 3600
MINUTE = 60
TYPING_WITHIN = 30

# what the person did: (messages, seconds)
OPENED_BY = {
    "message": (5, TWO_DAYS),
    "click": (3, MINUTE),
    "follow": (3, MINUTE),
    "scan": (3, MINUTE),
}
EVENTS = {
    "subscribe": "follow",
    "scan": "scan",
    "click": "click",
    "scancode_push": "click",
    "scancode_waitmsg": "click",
}


class Windows:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, dict[str, dict[str, float]]] = {}
        self._last_act: dict[str, float] = {}

    def open(self, openid: str, kind: str) -> None:
        quota, seconds = OPENED_BY[kind]
        now = self._clock.now()
        self._open.setdefault(openid, {})[kind] = {"ends": now + seconds, "left": quota}
        self._last_act[openid] = now

    def spend(self, openid: str) -> None:
        """Use one message of the window that closes first. 45015: none open; 45047: all used up."""
        now = self._clock.now()
        live = [window for window in self._open.get(openid, {}).values() if window["ends"] > now]
        if not live:
            raise ApiError(45015)
        usable = sorted((window for window in live if window["left"] > 0), key=lambda one: one["ends"])
        if not usable:
            raise ApiError(45047)
        usable[0]["left"] -= 1

    def allow_typing(self, openid: str) -> None:
        if self._clock.now() - self._last_act.get(openid, 0) > TYPING_WITHIN:
            raise ApiError(45080)

    def close(self, openid: str) -> None:
        self._open.pop(openid, None)

    def dump(self) -> dict[str, Any]:
        return {"open": self._open, "last_act": self._last_act}

    def load(self, stored: dict[str, Any]) -> None:
        self._open, self._last_act = stored["open"], stored["last_act"]
