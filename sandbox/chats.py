"""What each person sees in the chat, oldest first."""

from typing import Any

from sandbox.clock import Clock
from sandbox.serials import Serials

Json = dict[str, Any]
KEEP = 300


class Chats:
    def __init__(self, clock: Clock, serials: Serials) -> None:
        self._clock = clock
        self._serials = serials
        self._chats: dict[str, list[Json]] = {}

    def add(self, openid: str, by: str, kind: str, **content: Any) -> Json:
        """`by` is me, account or system."""
        message = {
            "id": self._serials.next("chat"),
            "at": self._clock.now(),
            "by": by,
            "kind": kind,
        } | content
        chat = self._chats.setdefault(openid, [])
        chat.append(message)
        del chat[:-KEEP]
        return message

    def since(self, openid: str, number: int) -> list[Json]:
        return [message for message in self._chats.get(openid, []) if message["id"] > number]

    def dump(self) -> dict[str, list[Json]]:
        return self._chats

    def load(self, stored: dict[str, list[Json]]) -> None:
        self._chats = stored
