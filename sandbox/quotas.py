"""Calls per Beijing day and per minute, and the ten resets a month."""

from typing import Any

from sandbox.clock import Clock
from sandbox.errors import ApiError

RESETS_PER_MONTH = 10
MINUTE = 60
ANY_OTHER = (100_000, 30_000)

# (a day, a minute) for a new verified account; None = no limit of that kind
LIMITS: dict[str, tuple[int | None, int | None]] = {
    "/cgi-bin/token": (2000, None),
    "/cgi-bin/stable_token": (500_000, 10_000),
    "/cgi-bin/menu/create": (1000, None),
    "/cgi-bin/menu/delete": (1000, None),
    "/cgi-bin/menu/get": (10_000, None),
    "/cgi-bin/menu/addconditional": (2000, None),
    "/cgi-bin/menu/delconditional": (2000, None),
    "/cgi-bin/menu/trymatch": (20_000, None),
    "/cgi-bin/media/upload": (100_000, None),
    "/cgi-bin/media/get": (200_000, None),
    "/cgi-bin/message/custom/send": (500_000, None),
    "/cgi-bin/qrcode/create": (100_000, None),
    "/cgi-bin/user/get": (500, None),
    "/cgi-bin/user/info": (5_000_000, None),
    "/cgi-bin/user/info/updateremark": (10_000, None),
    "/cgi-bin/message/template/send": (100_000, None),
    "/cgi-bin/message/subscribe/send": (10_000_000, None),
    "/cgi-bin/clear_quota": (None, None),
    "/cgi-bin/clear_quota/v2": (None, None),
    "/sns/oauth2/access_token": (None, 50_000),
    "/sns/oauth2/refresh_token": (None, 50_000),
    "/sns/auth": (None, 50_000),
    "/sns/userinfo": (None, 50_000),
    "/sns/jscode2session": (None, None),
    "/wxa/getwxacodeunlimit": (None, 5000),
    "/wxa/msg_sec_check": (2_000_000, 4000),
}


class DayCount:
    """How often something was done since midnight in Beijing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day = ""
        self._counts: dict[str, int] = {}

    def add(self, name: str) -> int:
        self._turn()
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name]

    def used(self, name: str) -> int:
        self._turn()
        return self._counts.get(name, 0)

    def forget(self, name: str = "") -> None:
        for key in [key for key in self._counts if name in {"", key}]:
            del self._counts[key]

    def _turn(self) -> None:
        if self._day != self._clock.day():
            self._day, self._counts = self._clock.day(), {}

    def dump(self) -> dict[str, Any]:
        return {"day": self._day, "counts": self._counts}

    def load(self, stored: dict[str, Any]) -> None:
        self._day, self._counts = stored["day"], stored["counts"]


class Quotas:
    def __init__(self, clock: Clock, overrides: dict[str, Any]) -> None:
        self._clock = clock
        self._overrides = overrides
        self._day = DayCount(clock)
        self._minutes: dict[str, tuple[int, int]] = {}
        self._resets: dict[str, int] = {}

    def spend(self, path: str) -> None:
        daily, minute = self.limits(path)
        if daily is not None and self._day.used(path) >= daily:
            raise ApiError(45009)
        if minute is not None and self._this_minute(path) >= minute:
            raise ApiError(45011)
        self._day.add(path)
        self._minutes[path] = (self._minute(), self._this_minute(path) + 1)

    def limits(self, path: str) -> tuple[int | None, int | None]:
        daily, minute = LIMITS.get(path, ANY_OTHER)
        override = self._overrides.get(path, {})
        return override.get("daily", daily), override.get("minute", minute)

    def limit(self, path: str, override: dict[str, int | None]) -> None:
        self._overrides[path] = override

    def report(self, path: str) -> dict[str, Any]:
        daily, minute = self.limits(path)
        ceiling = daily or 0
        used = self._day.used(path)
        return {
            "quota": {"daily_limit": ceiling, "used": used, "remain": max(ceiling - used, 0)},
            "rate_limit": {"call_count": minute or 0, "refresh_second": MINUTE},
            "component_rate_limit": {"call_count": 0, "refresh_second": 0},
        }

    def reset(self, path: str = "") -> None:
        """Ten a month; `path` empty means every API."""
        month = self._clock.month()
        if self._resets.get(month, 0) >= RESETS_PER_MONTH:
            raise ApiError(48006)
        self._resets = {month: self._resets.get(month, 0) + 1}
        self._day.forget(path)

    def _minute(self) -> int:
        return int(self._clock.now() // MINUTE)

    def _this_minute(self, path: str) -> int:
        minute, count = self._minutes.get(path, (0, 0))
        return count if minute == self._minute() else 0

    def dump(self) -> dict[str, Any]:
        return {"day": self._day.dump(), "resets": self._resets}

    def load(self, stored: dict[str, Any]) -> None:
        self._day.load(stored["day"])
        self._resets = stored["resets"]
