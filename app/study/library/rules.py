"""What the library reckons: whose turn a review is, and when a column has gone stale. Pure."""

from dataclasses import dataclass
from datetime import date

STAGES = 3
"""初审, 复审, 终审 (facts/domain §3, S29)."""
ALERT_DAYS = 45
PROPOSE_DAYS = 60
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Silence:
    """A column without anything new for `days` days."""

    days: int
    propose_archive: bool


def silence(last: date, today: date) -> Silence | None:
    """From day 45 its owner is told, from day 60 the column is proposed for the archive (facts/domain §7.3 FR16)."""
    days = (today - last).days
    return Silence(days, days >= PROPOSE_DAYS) if days >= ALERT_DAYS else None


def is_id(number: int) -> bool:
    """Whether a number from outside can be a row's: beyond that the engines disagree about what happens."""
    return 0 < number <= LARGEST_ID
