"""What a person who signs in is told. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SENT_WITHIN = timedelta(minutes=2)
"""How long after its scan a page may send it, over a slow network, and still be counted by itself."""


class CheckInOutcome(StrEnum):
    CHECKED_IN = "checked_in"
    ALREADY = "already"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    NOT_EXPECTED = "not_expected"
    ON_LEAVE = "on_leave"
    EXPIRED = "expired"
    LATE = "late"
    FOREIGN = "foreign"
    SIT_IN = "sit_in"
    LOCKED = "wrong_codes"
    UNKNOWN = "unknown"
    KEPT = "kept"


SIGNED = frozenset({CheckInOutcome.CHECKED_IN, CheckInOutcome.ALREADY})
REFUSALS = frozenset(
    {
        CheckInOutcome.TOO_EARLY,
        CheckInOutcome.CLOSED,
        CheckInOutcome.CANCELLED,
        CheckInOutcome.NOT_EXPECTED,
        CheckInOutcome.ON_LEAVE,
        CheckInOutcome.EXPIRED,
        CheckInOutcome.LATE,
        CheckInOutcome.FOREIGN,
        CheckInOutcome.SIT_IN,
        CheckInOutcome.LOCKED,
    }
)
"""Kept with their reason, for the recorder."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a meeting takes sign-ins: from the first moment to the last, both included; none once it is `recorded`."""

    opens: datetime
    closes: datetime
    cancelled: bool
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was shown for the scan. `fresh`: it was not too old then; `in_time`: the scan was sent soon after."""

    fresh: bool = True
    in_time: bool = True


LASTING = Ticket()
"""WeChat's own code, the six digits, a card: good as long as the window is open."""


def judge(
    window: Window,
    *,
    expected: bool,
    already: bool,
    at: datetime,
    on_leave: bool = False,
    ticket: Ticket = LASTING,
) -> CheckInOutcome:
    """`at`: the moment of the scan. Who is signed in stays so, whatever the clock says at a second tap."""
    if already:
        return CheckInOutcome.ALREADY
    if window.cancelled:
        return CheckInOutcome.CANCELLED
    if not expected:
        return CheckInOutcome.NOT_EXPECTED
    if at < window.opens:
        return CheckInOutcome.TOO_EARLY
    if at > window.closes or window.recorded:
        return CheckInOutcome.CLOSED
    return _inside(ticket, on_leave=on_leave)


def _inside(ticket: Ticket, *, on_leave: bool) -> CheckInOutcome:
    if not ticket.fresh:
        return CheckInOutcome.EXPIRED
    if not ticket.in_time:
        return CheckInOutcome.LATE
    return CheckInOutcome.ON_LEAVE if on_leave else CheckInOutcome.CHECKED_IN


def in_time(*, scanned_at: datetime, sent_at: datetime) -> bool:
    """Both by the server's own clock: what a phone thinks the time is counts for nothing."""
    return sent_at - scanned_at <= SENT_WITHIN
