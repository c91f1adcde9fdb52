"""The working days as the timing rules ask for them."""

from datetime import date

import structlog

from app.core import calendar
from app.core.db import Session
from app.notices.timing import IsWorkingDay

log = structlog.get_logger()

SATURDAY = 5


def known_to(session: Session) -> IsWorkingDay:
    """Each day is asked for once. Where a year is not published yet, Monday to Friday: a notice is never lost."""
    seen: dict[date, bool] = {}

    def is_working_day(day: date) -> bool:
        if day not in seen:
            seen[day] = _asked(session, day)
        return seen[day]

    return is_working_day


def _asked(session: Session, day: date) -> bool:
    try:
        return calendar.is_working_day(session, day)
    except calendar.CalendarMissing as missing:
        log.warning("calendar.missing", year=missing.year)
        return day.weekday() < SATURDAY
