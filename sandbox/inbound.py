"""Messages and events as WeChat words them, before they are sealed."""

from dataclasses import dataclass
from typing import Any

from sandbox.serials import random_name

Json = dict[str, Any]
PLATFORM_EVENTS = {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
SILENT_EVENTS = {"unsubscribe", "view", "view_miniprogram", "location", "templatesendjobfinish"}


@dataclass(frozen=True)
class Push:
    openid: str
    fields: Json
    answerable: bool
    """Whether the person waits for an answer, and would see that the service failed."""

    @property
    def kind(self) -> str:
        return str(self.fields.get("MsgType", ""))

    @property
    def label(self) -> str:
        return str(self.fields.get("Event") or self.kind)


@dataclass(frozen=True)
class Writer:
    """Fills in what every push has: to, from, when."""

    original_id: str

    def _common(self, openid: str, kind: str, wall: int) -> Json:
        return {
            "ToUserName": self.original_id,
            "FromUserName": openid,
            "CreateTime": wall,
            "MsgType": kind,
        }

    def message(self, openid: str, kind: str, *, wall: int, number: int, content: Json) -> Push:
        fields = self._common(openid, kind, wall) | content | {"MsgId": number}
        return Push(openid, fields, answerable=True)

    def event(self, openid: str, name: str, *, wall: int, fields: Json, sender: str = "") -> Push:
        body = self._common(sender or openid, "event", wall) | {"Event": name} | fields
        return Push(openid, body, answerable=name.lower() not in SILENT_EVENTS and bool(openid))


def platform_sender(event: str) -> str:
    """Whom an event without a person comes from."""
    return "mphelper" if event.endswith("JOBFINISH") else f"o{random_name(27)}"
