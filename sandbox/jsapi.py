"""jsapi_ticket: one for two hours, the same for everybody who asks."""

from typing import Any

from sandbox.clock import Clock
from sandbox.serials import random_name

LIFETIME = 7200


class JsTickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: dict[str, tuple[str, float]] = {}

    def current(self, kind: str) -> tuple[str, int]:
        """The ticket and the seconds that it still lives."""
        now = self._clock.now()
        value, ends = self._tickets.get(kind, ("", 0.0))
        if ends <= now:
            value, ends = random_name(86), now + LIFETIME
            self._tickets[kind] = (value, ends)
        return value, int(ends - now)

    def dump(self) -> dict[str, Any]:
        return {kind: list(one) for kind, one in self._tickets.items()}

    def load(self, stored: dict[str, Any]) -> None:
        self._tickets = {kind: (str(one[0]), float(one[1])) for kind, one in stored.items()}
