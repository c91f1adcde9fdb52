"""Web sign-in: single-use codes, page tokens, refresh tokens."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.serials import random_name
from sandbox.shelf import Shelf

CODE_LIFE = 300
TOKEN_LIFE = 7200
REFRESH_LIFE = 30 * 86400
SCOPES = ("snsapi_base", "snsapi_userinfo")


@dataclass
class Code:
    code: str
    kind: str
    openid: str
    scope: str
    expires_at: float
    snapshot: bool = False
    used: bool = False


@dataclass
class Grant:
    access_token: str
    refresh_token: str
    openid: str
    scope: str
    expires_at: float
    refresh_until: float


class OAuth:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: Shelf[Code] = Shelf(Code)
        self._grants: Shelf[Grant] = Shelf(Grant)

    def issue(self, kind: str, openid: str, *, scope: str = "", snapshot: bool = False) -> Code:
        """A code of kind page, mini or phone; five minutes, once."""
        now = self._clock.now()
        for value in [key for key, one in self._codes.items() if one.expires_at < now - CODE_LIFE]:
            del self._codes[value]
        made = Code(f"0{random_name(31)}", kind, openid, scope, now + CODE_LIFE, snapshot)
        self._codes[made.code] = made
        return made

    def redeem(self, kind: str, value: str) -> Code:
        code = self._codes.get(value)
        if code is None or code.kind != kind:
            raise ApiError(40029)
        if code.used:
            raise ApiError(40163)
        if code.expires_at <= self._clock.now():
            raise ApiError(42003)
        code.used = True
        return code

    def grant(self, openid: str, scope: str) -> Grant:
        now = self._clock.now()
        for value in [key for key, one in self._grants.items() if one.refresh_until < now]:
            del self._grants[value]
        made = Grant(
            f"76_{random_name(107)}",
            f"76_{random_name(107)}",
            openid,
            scope,
            now + TOKEN_LIFE,
            now + REFRESH_LIFE,
        )
        self._grants[made.access_token] = made
        return made

    def refresh(self, refresh_token: str) -> Grant:
        older = next((one for one in self._grants.values() if one.refresh_token == refresh_token), None)
        if older is None:
            raise ApiError(40030)
        if older.refresh_until <= self._clock.now():
            raise ApiError(42002)
        del self._grants[older.access_token]
        return self.grant(older.openid, older.scope)

    def check(self, access_token: str, openid: str) -> Grant:
        found = self._grants.get(access_token)
        if found is None:
            raise ApiError(40001)
        if found.expires_at <= self._clock.now():
            raise ApiError(42001)
        if found.openid != openid:
            raise ApiError(40003)
        return found

    def dump(self) -> dict[str, Any]:
        return {"codes": self._codes.dump(), "grants": self._grants.dump()}

    def load(self, stored: dict[str, Any]) -> None:
        self._codes.load(stored["codes"])
        self._grants.load(stored["grants"])


def snapshot_openid(openid: str) -> str:
    """The virtual account that a snapshot page shows instead of the person."""
    return "o" + hashlib.sha256(f"snapshot/{openid}".encode()).hexdigest()[:27]


def mini_openid(openid: str, mini_app_id: str) -> str:
    """The same person has another openid in the mini-program."""
    return "o" + hashlib.sha256(f"{mini_app_id}/{openid}".encode()).hexdigest()[:27]
