"""When the story's meeting is, on whatever day and at whatever hour the story is played."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from app.core.clock import SHANGHAI, SystemClock
from app.notices import timing

LEAD = timedelta(minutes=20)
LENGTH = timedelta(hours=1)
LATE_LEAD = timedelta(minutes=3)
SATURDAY = 5
LAST_MINUTE = (23, 59)
TOO_LATE = (23, 50)


@dataclass(frozen=True)
class Hours:
    """As they are typed into the console's form: a meeting begins and ends on one day."""

    starts: datetime
    ends: datetime

    def fields(self) -> dict[str, str]:
        return {
            "day": f"{self.starts:%Y-%m-%d}",
            "starts": f"{self.starts:%H:%M}",
            "ends": f"{self.ends:%H:%M}",
        }


def soon() -> Hours:
    """In 20 minutes, so that sign-in is open and leave can still be asked for. Late in the evening: in three."""
    starts = _now() + LEAD
    if (starts.hour, starts.minute) >= TOO_LATE:
        starts = _now() + LATE_LEAD
    return _until_midnight(starts)


def at_once() -> Hours:
    """From the minute that is running. In the last one of a day the next day is waited for."""
    while (_now().hour, _now().minute) == LAST_MINUTE:
        time.sleep(1)
    return _until_midnight(_now())


def _until_midnight(starts: datetime) -> Hours:
    last = starts.replace(hour=LAST_MINUTE[0], minute=LAST_MINUTE[1])
    return Hours(starts, min(starts + LENGTH, last))


def _now() -> datetime:
    return SystemClock().now().astimezone(SHANGHAI)


def pushes_go_out() -> bool:
    """Whether a notice may be pushed now: at other hours it stands in the list of notices alone."""
    return timing.permitted(SystemClock().now(), _worked)


def _worked(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY
