"""Every API call and every push, newest last, with secrets masked."""

import threading
from collections import deque
from typing import Any

from sandbox.serials import Serials

Json = dict[str, Any]
KEEP = 2000
SECRETS = {"access_token", "secret", "appsecret", "refresh_token", "session_key", "code", "js_code", "ticket"}
SHOWN = 6


def masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if name in SECRETS and isinstance(value, str) and len(value) > SHOWN:
        return value[:SHOWN] + "***"
    return value


class Log:
    def __init__(self, serials: Serials) -> None:
        self._serials = serials
        self._entries: deque[Json] = deque(maxlen=KEEP)
        self._lock = threading.Lock()

    def add(self, kind: str, **entry: Any) -> None:
        with self._lock:
            number = self._serials.next("log")
            self._entries.append(masked(entry) | {"id": number, "kind": kind})

    def since(self, number: int, limit: int = 500) -> list[Json]:
        with self._lock:
            found = [entry for entry in self._entries if entry["id"] > number]
        return found[-limit:]

    def by_rid(self, rid: str) -> Json | None:
        with self._lock:
            return next((entry for entry in self._entries if entry.get("rid") == rid), None)
