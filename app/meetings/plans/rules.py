"""On which days a recurring meeting is held. Pure: the working days come in from outside."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.clock import from_local
from app.meetings import periods
from app.meetings.periods import MONTHS, Period
from app.meetings.plans.models import Frequency, Plan
from app.meetings.words import word
from app.notices.timing import IsWorkingDay

LAST = -1
NTHS = frozenset({1, 2, 3, 4, LAST})
"""Not every month has a fifth one."""
DAYS_OF_WEEK = 7
LONGEST_MONTH, SHORTEST_MONTH = 31, 28
ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)
NUMBERS = "零一二三四五六七八九十"
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Recurrence:
    """As the columns of `Plan` say it: a day of the month, or the `nth` `weekday` of it."""

    frequency: Frequency
    month: int
    month_day: int | None
    nth: int | None
    weekday: int | None


def recurrence(plan: Plan) -> Recurrence:
    return Recurrence(plan.frequency, plan.month, plan.month_day, plan.nth, plan.weekday)


def sound(rule: Recurrence) -> bool:
    """Whether the rule names exactly one day in each of its periods."""
    if not 1 <= rule.month <= MONTHS[rule.frequency]:
        return False
    if rule.month_day is not None:
        return rule.nth is None and rule.weekday is None and 1 <= rule.month_day <= LONGEST_MONTH
    return rule.nth in NTHS and rule.weekday is not None and 0 <= rule.weekday < DAYS_OF_WEEK


def nominal(rule: Recurrence, period: Period) -> date:
    """The day that the rule names, worked or not. Where the month has no such day: its last one."""
    first = period.month(rule.month)
    last = periods.last_of_month(first)
    if rule.month_day is not None:
        return first.replace(day=min(rule.month_day, last.day))
    if rule.nth is None or rule.weekday is None:
        raise ValueError("a rule names a day of the month or a weekday")
    if rule.nth == LAST:
        return last - ONE_DAY * ((last.weekday() - rule.weekday) % DAYS_OF_WEEK)
    return first + ONE_DAY * ((rule.weekday - first.weekday()) % DAYS_OF_WEEK) + ONE_WEEK * (rule.nth - 1)


def names(rule: Recurrence, day: date) -> bool:
    """Whether the day is one of the rule's own, before any move off a rest day."""
    return nominal(rule, periods.containing(day, rule.frequency)) == day


def held_on(planned_on: date, works: IsWorkingDay) -> date:
    """The day itself or the next working day; the one before where the next lies in another month."""
    last = periods.last_of_month(planned_on)
    later = (planned_on + ONE_DAY * ahead for ahead in range((last - planned_on).days + 1))
    earlier = (planned_on - ONE_DAY * back for back in range(1, planned_on.day))
    return next((day for days in (later, earlier) for day in days if works(day)), planned_on)


def dates(rule: Recurrence, *, first: date, last: date, works: IsWorkingDay) -> list[tuple[date, date]]:
    """(the rule's day, the day on which it is held) of all that are held in the range, in order."""
    named = (nominal(rule, period) for period in periods.between(first, last, rule.frequency))
    found = ((day, held_on(day, works)) for day in named)
    return [(day, held) for day, held in found if first <= held <= last]


def described(rule: Recurrence) -> str:
    """每月第二个周三, 每季度第一个月最后一个周五, 每年10月15日."""
    if rule.frequency is Frequency.YEARLY:
        where = f"每年{rule.month}月"
    elif rule.frequency is Frequency.QUARTERLY:
        where = f"每季度第{NUMBERS[rule.month]}个月"
    else:
        where = word(rule.frequency)
    return where + _described_day(rule)


def _described_day(rule: Recurrence) -> str:
    if rule.month_day is not None:
        short = "（当月没有这一天的，为最后一天）" if rule.month_day > SHORTEST_MONTH else ""
        return f"{rule.month_day}日{short}"
    which = "最后一个" if rule.nth == LAST else f"第{NUMBERS[rule.nth or 0]}个"
    return f"{which}周{WEEKDAYS[rule.weekday or 0]}"


def has(plan: Plan, planned_on: date) -> bool:
    """Whether it is one of the plan's own days, from its beginning to its end."""
    begun = plan.begins_on <= planned_on
    return begun and planned_on <= (plan.ends_on or planned_on) and names(recurrence(plan), planned_on)


def times(plan: Plan, day: date) -> tuple[datetime, datetime]:
    """When the plan's meeting of that day begins and ends."""
    starts_at = from_local(day) + timedelta(minutes=plan.starts_minute)
    return starts_at, starts_at + timedelta(minutes=plan.minutes)
