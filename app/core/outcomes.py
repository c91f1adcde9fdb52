"""What became of something that we sent: values that senders return and domains decide on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

NO_ANSWER: Final = "no_answer_may_have_arrived"
"""The reason of what was sent and not answered, where a repeat would not be dropped by the platform."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took it; `remote_id` is its number for it, where it gives one."""

    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The same may succeed `after` some time; what `may_have_arrived` is repeated only while the platform knows it."""

    reason: str
    after: timedelta
    may_have_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """This one will not succeed, or may have arrived and must not be repeated unasked."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """No send of this account can succeed: for `after`, or until a person or the next day changes something."""

    reason: str
    after: timedelta | None = None


Outcome = Accepted | RetryLater | Rejected | Stopped
