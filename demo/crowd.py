"""Everybody beyond the guests: who has bound a chat, and how WeChat sees that chat. By number, so always the same."""

import re
from dataclasses import dataclass
from typing import Any

from demo.cast import openid

NUMBERED = re.compile(r"oDemo(\d{5})0{18}")
UNBOUND_OF = (16, 5)
GONE_OF = (97, 3)
LEFT_UNSEEN_OF = (131, 7)
BLOCKS_OF = (113, 11)
LIMITED_OF = (523, 29)
BLACKLISTED_OF = (1031, 2)
LIMITED, BLACKLISTED = 50002, 43019


@dataclass(frozen=True, slots=True)
class Someone:
    """The person at that number among all Party members outside the demo branch, counted from 1."""

    number: int

    @classmethod
    def of(cls, openid_: str) -> "Someone | None":
        """Whose OpenID it is; None for a guest, and for whoever came later."""
        found = NUMBERED.fullmatch(openid_)
        return cls(int(found.group(1))) if found else None

    @property
    def openid(self) -> str:
        return openid(f"{self.number:05d}")

    @property
    def bound(self) -> bool:
        return not self._is(UNBOUND_OF)

    @property
    def follows(self) -> bool:
        """As WeChat knows it."""
        return not self._is(GONE_OF) and not self._is(LEFT_UNSEEN_OF)

    @property
    def known_to_follow(self) -> bool:
        """As the backend knows it: the event of some who left was lost."""
        return not self._is(GONE_OF)

    def phone(self, name: str) -> dict[str, Any]:
        """The person as the sandbox takes them."""
        refuses = LIMITED if self._is(LIMITED_OF) else BLACKLISTED if self._is(BLACKLISTED_OF) else 0
        return {
            "openid": self.openid,
            "name": name,
            "subscribed": self.follows,
            "receives": not self._is(BLOCKS_OF),
            "refuses": refuses,
        }

    def _is(self, every: tuple[int, int]) -> bool:
        step, first = every
        return self.number % step == first
