"""How a notice leaves the house, and how fast: met in `app.wechat`, joined in `wiring`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from app.core.outcomes import Outcome
from app.notices.models import Channel

GoesOn = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Notice:
    """One try on one way. `id` is the same at every try; `kind` names the declaration, `fields` fills it in."""

    id: str
    channel: Channel
    openid: str = field(repr=False)
    kind: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try."""

    id: str
    outcome: Outcome


class NoticeSender(Protocol):
    def send_many(self, notices: Sequence[Notice], goes_on: GoesOn) -> Iterable[Sent]:
        """Try each once, many at a time. Never raises for what the platform answers, or does not answer.

        Left out are those not begun, because `goes_on` said no or their channel was stopped meanwhile.
        """
        ...

    def close(self) -> None:
        """End what it holds open; the next send opens it again."""
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many may go now; where none, how long until one may."""

    granted: int
    wait: timedelta = timedelta(0)


class Pace(Protocol):
    """What all workers together may send."""

    def take(self, wanted: int) -> Allowance: ...
    def give_back(self, unused: int) -> None: ...


class NoLimit:
    """A `Pace` for an account that has none."""

    def take(self, wanted: int) -> Allowance:
        return Allowance(wanted)

    def give_back(self, unused: int) -> None:
        return
