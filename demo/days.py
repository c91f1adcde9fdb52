"""Days on which things happen."""

from datetime import date, timedelta

from app.notices.timing import IsWorkingDay


def working_day(day: date, works: IsWorkingDay) -> date:
    """The same day, or the next that is worked: nobody calls a meeting on days of rest."""
    while not works(day):
        day += timedelta(days=1)
    return day
