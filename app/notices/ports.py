"""How a notice leaves the house: met in `app.wechat`, joined in `wiring`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.core.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the same at every attempt. `kind` names the sentence, `fields` fills it in."""

    id: str
    openid: str
    kind: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """What happened on which channel."""

    channel: str
    outcome: Outcome


class NoticeSender(Protocol):
    def send(self, notice: Notice) -> Sent:
        """Try once. Never raises for what the platform answers, or does not answer."""
        ...
