"""Months, quarters and years, and how they are written: 2026-03, 2026-Q1, 2026. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.meetings.plans.models import Frequency

MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}
YEAR = 12
_WRITTEN = re.compile(r"([1-9][0-9]{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """From its first day to its last, both included."""

    first: date
    frequency: Frequency

    @property
    def last(self) -> date:
        year, month = divmod(self.first.month - 1 + MONTHS[self.frequency] - 1, YEAR)
        return last_of_month(date(self.first.year + year, month + 1, 1))

    @property
    def key(self) -> str:
        if self.frequency is Frequency.YEARLY:
            return f"{self.first.year}"
        if self.frequency is Frequency.QUARTERLY:
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first.year}-{self.first.month:02d}"

    @property
    def following(self) -> "Period":
        return Period(self.last + timedelta(days=1), self.frequency)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def month(self, number: int) -> date:
        """The first day of the period's `number`-th month, from 1."""
        return date(self.first.year, self.first.month + number - 1, 1)


def containing(day: date, frequency: Frequency) -> Period:
    months = MONTHS[frequency]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), frequency)


def read(key: str) -> Period | None:
    """None for what is not written as a period is."""
    written = _WRITTEN.fullmatch(key)
    if written is None:
        return None
    year, quarter, month = written.groups()
    if quarter:
        return Period(date(int(year), int(quarter) * 3 - 2, 1), Frequency.QUARTERLY)
    if month:
        return Period(date(int(year), int(month), 1), Frequency.MONTHLY)
    return Period(date(int(year), 1, 1), Frequency.YEARLY)


def between(first: date, last: date, frequency: Frequency) -> Iterator[Period]:
    """Every period of which a day lies in the range, in order."""
    period = containing(first, frequency)
    while period.first <= last:
        yield period
        period = period.following


def last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last one where it has no such day; within the years 1 to 9999."""
    year, month = divmod(day.month - 1 + months, YEAR)
    if day.year + year > date.max.year:
        return date.max
    if day.year + year < date.min.year:
        return date.min
    landing = date(day.year + year, month + 1, 1)
    return landing.replace(day=min(day.day, last_of_month(landing).day))
