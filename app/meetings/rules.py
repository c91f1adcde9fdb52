"""What a person who signs in is told. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckInOutcome(StrEnum):
    CHECKED_IN = "checked_in"
    ALREADY = "already"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    NOT_EXPECTED = "not_expected"
    UNKNOWN = "unknown"
    KEPT = "kept"


REFUSALS = frozenset(
    {
        CheckInOutcome.TOO_EARLY,
        CheckInOutcome.CLOSED,
        CheckInOutcome.CANCELLED,
        CheckInOutcome.NOT_EXPECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Window:
    """When a meeting takes sign-ins: from the first moment to the last, both included."""

    opens: datetime
    closes: datetime
    cancelled: bool


def judge(window: Window, *, expected: bool, already: bool, at: datetime) -> CheckInOutcome:
    """Somebody who is signed in stays so, whatever the clock says at a second tap."""
    if already:
        return CheckInOutcome.ALREADY
    if window.cancelled:
        return CheckInOutcome.CANCELLED
    if not expected:
        return CheckInOutcome.NOT_EXPECTED
    if at < window.opens:
        return CheckInOutcome.TOO_EARLY
    return CheckInOutcome.CLOSED if at > window.closes else CheckInOutcome.CHECKED_IN
