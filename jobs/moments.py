"""When a timed job is due: times of day in China. Pure; whether a day is worked is asked of the caller."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from app.core.clock import from_local, local_day
from app.notices.timing import IsWorkingDay, digest_moment

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WEEKS_BACK = 3
"""No holiday of China is longer."""


class Moments(Protocol):
    def last(self, now: datetime, works: IsWorkingDay) -> datetime | None:
        """The latest due moment that is not after `now`."""
        ...


@dataclass(frozen=True)
class Daily:
    at: time

    def last(self, now: datetime, works: IsWorkingDay) -> datetime | None:
        today = local_day(now)
        return next(at for day in (today, today - DAY) if (at := _moment(day, self.at)) <= now)


@dataclass(frozen=True)
class DigestTime:
    """Once a week, by the rule that the people who write announcements are shown as well."""

    def last(self, now: datetime, works: IsWorkingDay) -> datetime | None:
        moments = (digest_moment(now - weeks * WEEK, works) for weeks in range(WEEKS_BACK + 1))
        return next((moment for moment in moments if moment is not None and moment <= now), None)


def _moment(day: date, at: time) -> datetime:
    return from_local(day, at.hour, at.minute)
