"""When a push may go out (facts/domain §7.3 FR8, FR9, FR11). Pure: the working days come in from outside."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from app.core.clock import SHANGHAI, from_local, local_day

QUIET_UNTIL = time(8)
QUIET_FROM = time(20)
DIGEST_DAY = 4
DIGEST_HOUR = 16
REMINDER_HOUR = 9
REMINDER_DAYS = (3, 0)
"""Before the day by which an announcement wants to be confirmed; two, and never more."""
CONFIRM_HOUR = 18
CONFIRM_WORKING_DAYS = 3
LONGEST_REST = 60
ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)

IsWorkingDay = Callable[[date], bool]


def permitted(moment: datetime, is_working_day: IsWorkingDay) -> bool:
    """From 08:00 until before 20:00 in China, on a day that is worked."""
    at = moment.astimezone(SHANGHAI).time()
    return QUIET_UNTIL <= at < QUIET_FROM and is_working_day(local_day(moment))


def next_permitted(moment: datetime, is_working_day: IsWorkingDay) -> datetime:
    """`moment` itself where it is permitted, otherwise 08:00 of the next working day that is still ahead."""
    if permitted(moment, is_working_day):
        return moment
    today = local_day(moment)
    opens = from_local(today, QUIET_UNTIL.hour)
    if moment < opens and is_working_day(today):
        return opens
    return from_local(_working_after(today, is_working_day), QUIET_UNTIL.hour)


def _working_after(day: date, is_working_day: IsWorkingDay) -> date:
    """No calendar rests for two months; one that says so is wrong, and holds nothing up for ever."""
    following = (day + ONE_DAY * number for number in range(1, LONGEST_REST + 1))
    return next((one for one in following if is_working_day(one)), day + ONE_DAY * LONGEST_REST)


def week_of(moment: datetime) -> str:
    """`2026-W47`: the calendar week in China, Monday to Sunday."""
    year, week, _ = local_day(moment).isocalendar()
    return f"{year}-W{week:02d}"


def week_bounds(moment: datetime) -> tuple[datetime, datetime]:
    """The first moment of that week, and of the next one."""
    monday = _monday(moment)
    return from_local(monday), from_local(monday + ONE_WEEK)


def _monday(moment: datetime) -> date:
    day = local_day(moment)
    return day - ONE_DAY * day.weekday()


def digest_moment(
    week: datetime, is_working_day: IsWorkingDay, *, day: int = DIGEST_DAY, hour: int = DIGEST_HOUR
) -> datetime | None:
    """When the digest of the week in which `week` falls goes out; None for a week without a working day before.

    On the digest's day, or the last working day of that week before it.
    """
    monday = _monday(week)
    candidates = (monday + ONE_DAY * number for number in range(day, -1, -1))
    worked = next((one for one in candidates if is_working_day(one)), None)
    return None if worked is None else from_local(worked, hour)


def next_digest(
    now: datetime, is_working_day: IsWorkingDay, *, day: int = DIGEST_DAY, hour: int = DIGEST_HOUR
) -> datetime | None:
    """The first digest moment after `now`; None where none is known within two months."""
    for ahead in range(LONGEST_REST // 7):
        moment = digest_moment(now + ONE_WEEK * ahead, is_working_day, day=day, hour=hour)
        if moment is not None and moment > now:
            return moment
    return None


def told_at(sent: datetime, is_working_day: IsWorkingDay, *, by_digest: bool) -> datetime:
    """When people hear of what is sent at that moment: nobody is asked about it, or reminded of it, before."""
    return (next_digest(sent, is_working_day) if by_digest else None) or sent


def reminder_moments(sent: datetime, until: datetime, is_working_day: IsWorkingDay) -> tuple[datetime, ...]:
    """At most two, in order: on the working mornings before `until`, none on the day of sending itself."""
    days = {_working_until(local_day(until) - ONE_DAY * before, is_working_day) for before in REMINDER_DAYS}
    return tuple(from_local(day, REMINDER_HOUR) for day in sorted(days) if day > local_day(sent))


def _working_until(day: date, is_working_day: IsWorkingDay) -> date:
    before = (day - ONE_DAY * number for number in range(LONGEST_REST))
    return next((one for one in before if is_working_day(one)), day)


def working_day_before(day: date, is_working_day: IsWorkingDay) -> date:
    """The last day before that one on which people work."""
    return _working_until(day - ONE_DAY, is_working_day)


def working_day_after(day: date, is_working_day: IsWorkingDay) -> date:
    return _working_after(day, is_working_day)


def confirm_by(sent: datetime, is_working_day: IsWorkingDay) -> datetime:
    """The due date where the writer names none: three working days, in the afternoon (FR11)."""
    day = local_day(sent)
    for _ in range(CONFIRM_WORKING_DAYS):
        day = _working_after(day, is_working_day)
    return from_local(day, CONFIRM_HOUR)
