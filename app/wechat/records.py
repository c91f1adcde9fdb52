"""What the platform tells about codes, people, templates and quotas, as checked values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.wechat.answers import number_of, object_of, text_of

_KEYWORD: Final = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class QrTicket:
    """`url` is what the code says; `expires_in` is in seconds."""

    ticket: str = field(repr=False)
    url: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Follower:
    """Someone who has written to or followed the account; without a subscription the rest is empty."""

    subscribed: bool
    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)
    subscribed_at: int | None = None
    subscribe_scene: str = ""
    scene: str = ""
    tag_ids: tuple[int, ...] = ()
    remark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Template:
    template_id: str
    title: str
    content: str

    @property
    def keywords(self) -> tuple[str, ...]:
        """The names of its fields, in their order."""
        return tuple(_KEYWORD.findall(self.content))


@dataclass(frozen=True, slots=True)
class Quota:
    daily_limit: int
    used: int
    remain: int


def follower(answer: Mapping[str, Any]) -> Follower:
    subscribed = number_of(answer, "subscribe") == 1
    return Follower(
        subscribed=subscribed,
        openid=text_of(answer, "openid"),
        unionid=answer.get("unionid") or None,
        subscribed_at=number_of(answer, "subscribe_time") if subscribed else None,
        subscribe_scene=str(answer.get("subscribe_scene", "")),
        scene=str(answer.get("qr_scene_str") or answer.get("qr_scene") or ""),
        tag_ids=tuple(tag for tag in answer.get("tagid_list") or () if isinstance(tag, int)),
        remark=str(answer.get("remark", "")),
    )


def template(item: Mapping[str, Any]) -> Template:
    return Template(text_of(item, "template_id"), str(item.get("title", "")), str(item.get("content", "")))


def quota(answer: Mapping[str, Any]) -> Quota:
    numbers = object_of(answer, "quota")
    return Quota(*(number_of(numbers, name) for name in ("daily_limit", "used", "remain")))
