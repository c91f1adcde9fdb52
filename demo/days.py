"""Days on which things happen."""

from datetime import date, timedelta

SATURDAY = 5


def working_day(day: date) -> date:
    """The same day, or the Monday after a weekend: nobody calls a meeting on days of rest."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)
