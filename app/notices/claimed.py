"""A delivery in a worker's hands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.notices.channels import Facts
from app.notices.following import Standing
from app.notices.models import Channel, Urgency
from app.notices.ports import Notice


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a person is reached: the Official Account's chat, or the mini-program."""

    identity_id: int
    openid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claimed:
    """`ways`: what is still to be tried, the present one first. `chat` and `mini` may be missing."""

    id: str
    kind: str
    urgency: Urgency
    member_id: int | None
    announcement_id: int | None
    attempts: int
    unsure_since: datetime | None
    claimed_at: datetime
    facts: Facts
    chat: Chat | None
    mini: Chat | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    ways: tuple[Channel, ...] = ()

    @property
    def channel(self) -> Channel:
        return self.ways[0]

    @property
    def recipient(self) -> Chat:
        """Who gets it on the present way."""
        chat = self.mini if self.channel is Channel.MINI_PROGRAM else self.chat
        if chat is None:
            raise LookupError("a way to nobody")
        return chat

    def standing(self) -> Standing:
        return Standing(self.channel, self.ways[1:], self.attempts, self.claimed_at, self.unsure_since)

    def notice(self) -> Notice:
        return Notice(self.id, self.channel, self.recipient.openid, self.kind, self.fields)
