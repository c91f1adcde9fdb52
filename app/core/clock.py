"""The only place that reads the time. Aware UTC inside, Asia/Shanghai at the edges."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Gives the present moment; a fake one stands still in tests."""

    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands where it was put until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def local_day(moment: datetime) -> date:
    """The calendar day in China on which `moment` falls."""
    return moment.astimezone(SHANGHAI).date()


def local_text(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    return moment.astimezone(SHANGHAI).strftime(pattern)


def from_local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC moment of a wall-clock time in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
