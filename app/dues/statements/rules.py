"""When a day's trade bill is asked for, and when its absence is a person's matter. Pure."""

from datetime import date, datetime, timedelta
from typing import Final

from app.core.clock import from_local

MADE_AT: Final = 10, 5
"""WeChat makes a day's bill about ten o'clock of the next (facts/wechat.md §6.6)."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (10, 20, 30, 60, 120, 240))
TRIES_ALONE: Final = 4
"""So often in vain before a person is told; with these pauses that is after noon."""
LINE_TRIES: Final = 8
"""So often a line about which WeChat does not answer is asked about before it is left to a person: most of a day."""
BEING_MADE: Final = frozenset({"STATEMENT_CREATING"})
"""There will be one: not a day without trade."""
DAYS_KEPT: Final = 90
"""WeChat gives bills of three months back."""


def ready_at(day: date) -> datetime:
    return from_local(day + timedelta(days=1), *MADE_AT)


def ask_next(tries: int, now: datetime) -> datetime:
    return now + PAUSES[min(max(tries, 1), len(PAUSES)) - 1]


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of the day in China, and of the next."""
    return from_local(day), from_local(day + timedelta(days=1))
