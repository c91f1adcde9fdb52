"""What a person or the platform told us, in one shape for messages and events (facts/wechat.md §2)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from app.wechat.envelope import Malformed

_OPENID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME: Final = re.compile(r"\w{1,64}", re.ASCII)
_MOMENT: Final = re.compile(r"[0-9]{1,12}")
_EVENT_KEY_CHARACTERS: Final = 2_048
_TEXT_CHARACTERS: Final = 20_000
_ORDER: Final = 20
_QR_PREFIX: Final = "qrscene_"

# These come from the platform; the person whom they concern is in `OpenID` (§2.2).
_FROM_PLATFORM: Final = frozenset(
    {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
)
# Events of one sender in one second differ in these, where they have them.
_EVENT_IDS: Final = ("OpenID", "RevokeInfo", "trace_id")
_LISTED_IDS: Final = ("MsgID", "TemplateId")
_SUBSCRIBE_BLOCKS: Final = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")


@dataclass(frozen=True)
class Inbound:
    """`kind` is the MsgType and `event` the Event, both lower-case; `openid` is the person it is about."""

    kind: str
    event: str
    event_key: str = field(repr=False)
    openid: str = field(repr=False)
    to_user: str
    created_at: int
    msg_id: str
    text: str = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def scene(self) -> str:
        """What the scanned code said; empty when nothing was scanned."""
        if self.event == "scan":
            return self.event_key
        if self.event == "subscribe" and self.event_key.startswith(_QR_PREFIX):
            return self.event_key.removeprefix(_QR_PREFIX)
        return ""

    @cached_property
    def key(self) -> str:
        """64 characters: equal for every delivery of the same thing, different for different things (§1.5).

        What grows with time comes first, so that an index of keys grows at one end.
        """
        sender = str(self.fields["FromUserName"])
        if self.kind != "event" and self.msg_id:
            parts = ["message", self.msg_id, sender]
            grows = f"m{self.msg_id.zfill(_ORDER)[-_ORDER:]}"
        else:
            name = self.event or self.kind
            grows = f"e{self.created_at:0{_ORDER}d}"
            parts = ["event", sender, str(self.created_at), name, self.event_key, self.msg_id]
            parts += [str(self.fields.get(name, "")) for name in _EVENT_IDS]
            parts += [str(item.get(name, "")) for item in subscribe_items(self) for name in _LISTED_IDS]
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return grows + digest[len(grows) :]


def parse(fields: Mapping[str, Any]) -> Inbound:
    """Malformed for a field that is missing, too long or of the wrong shape."""
    kind = _required(fields, "MsgType", _NAME).lower()
    event = _required(fields, "Event", _NAME).lower() if kind == "event" else ""
    sender = _required(fields, "FromUserName", _OPENID)
    return Inbound(
        kind=kind,
        event=event,
        event_key=_text(fields, "EventKey", _EVENT_KEY_CHARACTERS),
        openid=_required(fields, "OpenID", _OPENID) if event in _FROM_PLATFORM else sender,
        to_user=_optional(fields, "ToUserName", _OPENID),
        created_at=int(_required(fields, "CreateTime", _MOMENT)),
        msg_id=_optional(fields, "MsgId", _OPENID) or _optional(fields, "MsgID", _OPENID),
        text=_text(fields, "Content", _TEXT_CHARACTERS),
        fields=fields,
    )


def items(value: Any) -> list[dict[str, Any]]:
    """One object, several, or none, as WeChat sends lists: always a list here."""
    several = value if isinstance(value, list) else [value]
    return [item for item in several if isinstance(item, dict)]


def subscribe_items(inbound: Inbound) -> list[dict[str, Any]]:
    """The `List` of a subscribe_msg_* event: inside its own block in XML, at the top in JSON."""
    if not inbound.event.startswith("subscribe_msg_"):
        return []
    for name in _SUBSCRIBE_BLOCKS:
        block = inbound.fields.get(name)
        if isinstance(block, dict):
            return items(block.get("List"))
    return items(inbound.fields.get("List"))


def _text(fields: Mapping[str, Any], name: str, limit: int) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > limit:
        raise Malformed(name)
    return value


def _optional(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = _text(fields, name, _EVENT_KEY_CHARACTERS)
    if value and not pattern.fullmatch(value):
        raise Malformed(name)
    return value


def _required(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = _optional(fields, name, pattern)
    if not value:
        raise Malformed(name)
    return value
