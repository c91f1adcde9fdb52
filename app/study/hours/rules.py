"""What something gives and what a year asks for, in study minutes: 60 are one 学时 (facts/domain §3). Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Final

from app.core.clock import local_day
from app.core.errors import DomainError
from app.meetings.models import MeetingKind
from app.study.hours.models import HoursUnit

HOUR: Final = 60
QUARTER: Final = 15
LEAST: Final = QUARTER
MOST: Final = 4800
"""What one session or declaration may give; the tables check the same."""
LAST_YEAR_UNTIL: Final = (1, 31)
"""Month and day until which what was studied last year may still be declared."""
FEWEST: Final = 5
"""Of fewer people nothing is counted up: one could tell who it is."""
LARGEST_ID: Final = 2**31 - 1
INSTANT: Final = timedelta(microseconds=1)

WHOLE: Final = frozenset({MeetingKind.TRAINING, MeetingKind.PARTY_LECTURE, MeetingKind.CENTRAL_GROUP})
"""Study from beginning to end: training, 党课, collective study of the central group (facts/domain §3, S14b)."""
PARTLY: Final = frozenset({MeetingKind.THEME_DAY, MeetingKind.GROUP_MEETING, MeetingKind.OTHER})
"""Some of it is study, and somebody says how much: the theme day's study part, the 学习 with which a group's meeting
begins, a collective study that has no kind of its own. Meetings that decide, elect or appraise give nothing: whoever
studies on that day holds a session of one of these kinds beside it.
"""
GIVING: Final = WHOLE | PARTLY


class NoHoursKind(DomainError):
    """A meeting of that kind gives no 学时."""

    code: ClassVar[str] = "study_no_hours_kind"


class MinutesWrong(DomainError):
    """Not whole quarters, or not between `least` and `most` minutes."""

    code: ClassVar[str] = "study_minutes_wrong"

    def __init__(self, *, most: int, least: int = LEAST) -> None:
        super().__init__(least=least, most=most)


class UnitWrong(DomainError):
    """Too short for a half or a whole day, or a part of a meeting that was to be reckoned by days."""

    code: ClassVar[str] = "study_unit_wrong"


@dataclass(frozen=True, slots=True)
class Figures:
    """Study minutes that stand on one day; `clock_hour`: what one hour by the clock gives."""

    member_year: int
    leader_year: int
    full_day: int
    half_day: int
    clock_hour: int


def credited(unit: HoursUnit, starts_at: datetime, ends_at: datetime, figures: Figures) -> int:
    """Study minutes of a session by the custom table (S14b), rounded down to quarters, 0 to MOST.

    A session over several days in China gives the day's figure for each. By the clock no day gives more than a whole
    one: nights are not studied through. Raises UnitWrong for what is too short for its unit.
    """
    days = (local_day(ends_at - INSTANT) - local_day(starts_at)).days + 1
    by_clock = _by_clock(int((ends_at - starts_at).total_seconds()) // 60, figures)
    match unit:
        case HoursUnit.FULL_DAY:
            if by_clock <= figures.half_day * days:
                raise UnitWrong
            given = figures.full_day * days
        case HoursUnit.HALF_DAY:
            if by_clock * 2 < figures.half_day * days:
                raise UnitWrong
            given = figures.half_day * days
        case HoursUnit.CLOCK:
            given = min(by_clock, figures.full_day * days)
    return min(_quarters(given), MOST)


def of_meeting(
    kind: MeetingKind,
    unit: HoursUnit,
    *,
    asked: int | None,
    times: tuple[datetime, datetime],
    figures: Figures,
) -> int:
    """Study minutes of a meeting from `times[0]` to `times[1]`; `asked`: fewer of them, which is a must where only a
    part is study. Raises NoHoursKind, UnitWrong, MinutesWrong.
    """
    if kind not in WHOLE | PARTLY:
        raise NoHoursKind
    if kind in PARTLY and unit is not HoursUnit.CLOCK:
        raise UnitWrong
    whole = credited(unit, *times, figures)
    if asked is None and kind in PARTLY:
        raise MinutesWrong(most=whole)
    minutes = whole if asked is None else asked
    if not LEAST <= minutes <= whole or minutes % QUARTER:
        raise MinutesWrong(most=whole)
    return minutes


def declared(unit: HoursUnit, clock_minutes: int | None, figures: Figures) -> int:
    """Study minutes of one day elsewhere, rounded down to quarters; `clock_minutes` is for `HoursUnit.CLOCK` alone.

    Raises MinutesWrong.
    """
    most = min(figures.full_day, MOST)
    if unit is HoursUnit.CLOCK:
        given = _quarters(_by_clock(clock_minutes or 0, figures))
    else:
        given = figures.full_day if unit is HoursUnit.FULL_DAY else figures.half_day
    extra = clock_minutes is not None and unit is not HoursUnit.CLOCK
    if extra or not LEAST <= given <= most:
        raise MinutesWrong(most=most)
    return given


def _by_clock(minutes: int, figures: Figures) -> int:
    return minutes * figures.clock_hour // HOUR


def _quarters(minutes: int) -> int:
    return minutes - minutes % QUARTER


def required(figures: Figures, *, leader: bool) -> int:
    """Study minutes that a calendar year asks of a member, or of a secretary or committee member (S14)."""
    return figures.leader_year if leader else figures.member_year


def missing(minutes: int, needed: int) -> int:
    """Nothing is carried over: a year's surplus is nobody's next year's."""
    return max(needed - minutes, 0)


def enough(minutes: int, needed: int, *, leader: bool, trained: bool) -> bool:
    """Whether a year is complete: a leader's has at least one concentrated training among its hours (S14)."""
    return minutes >= needed and (trained or not leader)


def declarable(held_on: date, today: date) -> bool:
    """Of this calendar year, and of the last one until the end of January; never of a day to come."""
    late = held_on.year == today.year - 1 and (today.month, today.day) <= LAST_YEAR_UNTIL
    return held_on <= today and (held_on.year == today.year or late)


def is_id(number: int) -> bool:
    """Whether a row could have it; PostgreSQL answers larger numbers with an error."""
    return 0 < number <= LARGEST_ID


def text(minutes: int) -> str:
    """Study minutes as 学时 without needless noughts: 150 → 2.5."""
    return f"{(Decimal(minutes) / HOUR).quantize(Decimal('0.01')).normalize():f}"
