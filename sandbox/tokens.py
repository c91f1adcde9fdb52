"""access_token: /token rotates, stable_token keeps, and the two know nothing of each other."""

import math
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.quotas import DayCount
from sandbox.serials import random_name
from sandbox.shelf import Shelf

LIFETIME = 7200
OVERLAP = 300
FORCED_PER_DAY = 20
FORCED_GAP = 30
MALFORMED_BELOW = 100


@dataclass
class Token:
    value: str
    app_id: str
    kind: str
    expires_at: float
    dies_at: float
    forced_at: float = 0.0
    uses: int = 0
    broken: bool = False
    """Rejected by a fault: stable_token still hands it out until a refresh is forced."""


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: Shelf[Token] = Shelf(Token)
        self._current: dict[str, str] = {}
        self._forced = DayCount(clock)

    def rotate(self, app_id: str) -> Token:
        """GET /cgi-bin/token: always a new one; the older lives five minutes more."""
        return self._replace(app_id, "plain", overlap=OVERLAP)

    def stable(self, app_id: str) -> Token:
        current = self._latest(app_id, "stable")
        if current is None or current.expires_at - self._clock.now() <= OVERLAP:
            return self._replace(app_id, "stable", overlap=OVERLAP)
        return current

    def force(self, app_id: str) -> Token:
        """A forced refresh ends the older token at once; 20 a day, 30 s apart."""
        current = self._latest(app_id, "stable")
        if current is not None and self._clock.now() - current.forced_at < FORCED_GAP:
            raise ApiError(45011)
        if self._forced.add(app_id) > FORCED_PER_DAY:
            raise ApiError(45009)
        token = self._replace(app_id, "stable", overlap=0)
        token.forced_at = self._clock.now()
        return token

    def remaining(self, token: Token) -> int:
        return math.ceil(token.expires_at - self._clock.now())

    def check(self, value: str, *, break_after: int = 0) -> Token:
        """The live token of that value, or the error that WeChat would answer."""
        if not value:
            raise ApiError(41001)
        token = self._issued.get(value)
        if token is None:
            raise ApiError(40014 if len(value) < MALFORMED_BELOW else 40001)
        if self._clock.now() >= token.expires_at:
            raise ApiError(42001)
        if token.broken or self._clock.now() >= token.dies_at:
            raise ApiError(40001)
        token.uses += 1
        if break_after and token.uses > break_after:
            token.broken = True
            raise ApiError(40001)
        return token

    def revoke_all(self) -> None:
        for token in self._issued.values():
            token.broken = True

    def _latest(self, app_id: str, kind: str) -> Token | None:
        return self._issued.get(self._current.get(f"{app_id}/{kind}", ""))

    def _replace(self, app_id: str, kind: str, *, overlap: float) -> Token:
        now = self._clock.now()
        older = self._latest(app_id, kind)
        if older is not None:
            older.dies_at = min(older.dies_at, now + overlap)
        self._forget_long_dead(now)
        value = f"75_{random_name(153)}"
        token = Token(value, app_id, kind, expires_at=now + LIFETIME, dies_at=now + LIFETIME)
        self._issued[value] = token
        self._current[f"{app_id}/{kind}"] = value
        return token

    def _forget_long_dead(self, now: float) -> None:
        for value in [key for key, token in self._issued.items() if token.expires_at < now - LIFETIME]:
            del self._issued[value]

    def dump(self) -> dict[str, object]:
        return {"issued": self._issued.dump(), "current": self._current, "forced": self._forced.dump()}

    def load(self, stored: dict[str, dict[str, dict[str, object]]]) -> None:
        self._issued.load(stored["issued"])
        self._current = {key: str(value) for key, value in stored["current"].items()}
        self._forced.load(stored["forced"])
