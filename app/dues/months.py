"""Calendar months in China as yyyymm, and counting in them. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.core.clock import local_day

FIRST, LAST = 200001, 209912
YEAR = 12


def of(day: date) -> int:
    return day.year * 100 + day.month


def current(now: datetime) -> int:
    """The month in China at that moment."""
    return of(local_day(now))


def plus(month: int, count: int) -> int:
    """That many months later, or earlier where `count` is negative."""
    index = month // 100 * YEAR + month % 100 - 1 + count
    return index // YEAR * 100 + index % YEAR + 1


def between(first: int, last: int) -> int:
    """How many months `last` is after `first`; negative where it is before."""
    return (last // 100 - first // 100) * YEAR + last % 100 - first % 100


def through(first: int, last: int) -> Iterator[int]:
    """Both ends included."""
    return (plus(first, step) for step in range(between(first, last) + 1))


def first_day(month: int) -> date:
    return date(month // 100, month % 100, 1)


def last_day(month: int) -> date:
    return first_day(plus(month, 1)) - timedelta(days=1)


def valid(month: int) -> bool:
    return FIRST <= month <= LAST and 1 <= month % 100 <= YEAR


def text(month: int) -> str:
    """As members read it: 2026年3月."""
    return f"{month // 100}年{month % 100}月"


def read(typed: str) -> int | None:
    """From `2026-03`, as a browser's month field sends it, or `202603`."""
    digits = typed.strip().replace("-", "")
    month = int(digits) if len(digits) == len("202603") and digits.isascii() and digits.isdigit() else 0
    return month if valid(month) else None
