"""What a plan may say, and by which day: reasonable ones, which nobody is called to account for. Pure."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from unicodedata import category

from app.core import wording
from app.core.errors import DomainError
from app.study.plans.models import Slot

TITLE_LIMIT: Final = 60
NOTICE_DAYS: Final = 3
"""Working days between the day people are told and the first day that may be suggested (facts/domain §7.3 FR11)."""
MONTHS: Final = range(1, 13)
ONE_DAY: Final = timedelta(days=1)
UNPRINTED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

IsWorkingDay = Callable[[date], bool]


class PlanTitle(DomainError):
    """Empty, or longer than `details["limit"]` signs."""

    code = "study_plan_title"


class PlanMarked(DomainError):
    """`details["words"]`: marks of secrecy, which never go through WeChat (facts/domain §8.2)."""

    code = "study_plan_marked"


class PlanYear(DomainError):
    """A plan is for this year or the next one: nobody studies in a year that is over."""

    code = "study_plan_year"


class PlanMonth(DomainError):
    code = "study_plan_month"


class DayOutside(DomainError):
    """Before the month of the entry, or not in the year of the plan."""

    code = "study_plan_day_outside"


class DayNotWorked(DomainError):
    """Nobody is asked to study by a day of rest (facts/domain §7.3 FR19). `details["day"]`."""

    code = "study_plan_day_not_worked"


class DayTooSoon(DomainError):
    """Less than three working days after people learn of it. `details["earliest"]`."""

    code = "study_plan_day_too_soon"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the planner fills in. `suggested_by` None: the last working day of the month that is still reasonable."""

    month: int
    slot: Slot
    title: str
    item_id: int | None = None
    suggested_by: date | None = None


def line(text: str) -> str:
    """One line without what nobody sees."""
    spaced = " ".join(text.split())
    return "".join(one for one in spaced if category(one) not in UNPRINTED).strip()


def checked_title(text: str) -> str:
    """Raises PlanTitle, PlanMarked."""
    title = line(text)
    if not title or len(title) > TITLE_LIMIT:
        raise PlanTitle(limit=TITLE_LIMIT, length=len(title))
    if words := wording.marked(title):
        raise PlanMarked(words=words)
    return title


def check_year(year: int, today: date) -> None:
    """Raises PlanYear."""
    if year not in (today.year, today.year + 1):
        raise PlanYear(year=year)


def check_month(month: int) -> None:
    """Raises PlanMonth."""
    if month not in MONTHS:
        raise PlanMonth(month=month)


def earliest(told: date, works: IsWorkingDay) -> date:
    """The first day that may be suggested to people who learn of it on the day `told`."""
    day = told
    for _ in range(NOTICE_DAYS):
        day = _worked_after(day, works)
    return day


def _worked_after(day: date, works: IsWorkingDay) -> date:
    """No calendar rests for two months; one that says so is wrong, and holds nothing up for ever."""
    later = (day + ONE_DAY * number for number in range(1, 61))
    return next((one for one in later if works(one)), day + ONE_DAY)


def last_worked(year: int, month: int, works: IsWorkingDay) -> date:
    """The last working day of a month."""
    last = date(year, month, monthrange(year, month)[1])
    days = (last - ONE_DAY * number for number in range(last.day))
    return next((one for one in days if works(one)), last)


def day_of(entry: Entry, *, year: int, told: date, works: IsWorkingDay) -> date:
    """The day that was given, or the one we propose to people who are told on `told`."""
    return entry.suggested_by or max(last_worked(year, entry.month, works), earliest(told, works))


def check_day(day: date, *, year: int, month: int, works: IsWorkingDay) -> None:
    """Raises DayOutside, DayNotWorked."""
    if day.year != year or day < date(year, month, 1):
        raise DayOutside(year=year, month=month)
    if not works(day):
        raise DayNotWorked(day=day)


def check_notice(day: date, *, told: date, works: IsWorkingDay) -> None:
    """Raises DayTooSoon."""
    first = earliest(told, works)
    if day < first:
        raise DayTooSoon(earliest=first)


def a_year_later(day: date, *, month: int, works: IsWorkingDay) -> date:
    """For a copied plan: the same day of the next year, or the working day before it in its month, or after it."""
    year = day.year + 1
    same = date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
    first = date(year, month, 1)
    before = (same - ONE_DAY * number for number in range((same - first).days + 1))
    return next((one for one in before if works(one)), None) or _worked_after(same, works)
