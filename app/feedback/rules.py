"""When an answer is due. Pure: the working days come in from outside."""

from collections.abc import Callable
from datetime import date, timedelta

SATURDAY = 5


def plain_working_day(day: date) -> bool:
    """Monday to Friday: what counts while a year's holidays are not known yet."""
    return day.weekday() < SATURDAY


def due_day(start: date, working_days: int, is_working_day: Callable[[date], bool]) -> date:
    """The last day for an answer: `working_days` working days after the day it was written."""
    day = start
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day
