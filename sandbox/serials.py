"""Numbers and random names that WeChat hands out."""

import secrets
import string
import threading
from typing import Any

FIRST_MESSAGE_ID = 24_000_000_000_000_000
ALPHABET = string.ascii_letters + string.digits


def random_name(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Serials:
    """Counters that never hand out a number twice, also after a restart."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._lock = threading.Lock()

    def next(self, name: str) -> int:
        with self._lock:
            self._last[name] = self._last.get(name, 0) + 1
            return self._last[name]

    def message_id(self) -> int:
        return FIRST_MESSAGE_ID + self.next("message")

    def last(self, name: str) -> int:
        return self._last.get(name, 0)

    def dump(self) -> dict[str, int]:
        return dict(self._last)

    def load(self, stored: dict[str, Any]) -> None:
        self._last = {name: int(value) for name, value in stored.items()}
