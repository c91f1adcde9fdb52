"""Which days a plan may suggest."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.plans import rules
from app.study.plans.models import Slot
from app.study.plans.rules import (
    DayNotWorked,
    DayOutside,
    DayTooSoon,
    Entry,
    PlanMarked,
    PlanMonth,
    PlanTitle,
    PlanYear,
)

FIRST_OF_YEARS = [date(year, 1, 1) for year in range(2024, 2034)]
days = st.dates(FIRST_OF_YEARS[0], FIRST_OF_YEARS[-1])
rests = st.frozensets(st.dates(FIRST_OF_YEARS[0], FIRST_OF_YEARS[-1]), max_size=40)


def weekdays(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (date(2026, 3, 2), date(2026, 3, 5)),  # Monday → Thursday
        (date(2026, 3, 4), date(2026, 3, 9)),  # Wednesday → Monday
        (date(2026, 3, 7), date(2026, 3, 11)),  # Saturday → Wednesday
    ],
)
def test_earliest_is_the_third_working_day_after_people_are_told(told: date, first: date) -> None:
    assert rules.earliest(told, weekdays) == first


@given(told=days, free=rests)
def test_between_telling_and_the_earliest_day_lie_two_working_days(told: date, free: frozenset[date]) -> None:
    def works(day: date) -> bool:
        return weekdays(day) and day not in free

    first = rules.earliest(told, works)
    between = [told + timedelta(days=number) for number in range(1, (first - told).days)]

    assert works(first)
    assert sum(works(day) for day in between) == rules.NOTICE_DAYS - 1


def test_calendar_that_never_works_holds_nothing_up_for_ever() -> None:
    assert rules.earliest(date(2026, 3, 2), lambda _: False) == date(2026, 3, 5)
    assert rules.last_worked(2026, 2, lambda _: False) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("month", "day"), [(2, date(2026, 2, 27)), (3, date(2026, 3, 31)), (5, date(2026, 5, 29))]
)
def test_without_a_day_the_last_working_day_of_the_month_is_proposed(month: int, day: date) -> None:
    wanted = Entry(month, Slot.FILM, "一部片")

    assert rules.day_of(wanted, year=2026, told=date(2026, 1, 5), works=weekdays) == day


def test_late_in_the_month_the_first_reasonable_day_is_proposed() -> None:
    wanted = Entry(3, Slot.FILM, "一部片")

    assert rules.day_of(wanted, year=2026, told=date(2026, 3, 30), works=weekdays) == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2026, 3, 31), None),
        (date(2026, 4, 10), None),
        (date(2026, 2, 27), DayOutside),
        (date(2025, 3, 31), DayOutside),
        (date(2027, 1, 4), DayOutside),
        (date(1, 1, 1), DayOutside),
        (date(9999, 12, 31), DayOutside),
        (date(2026, 3, 28), DayNotWorked),
    ],
)
def test_day_lies_in_the_year_not_before_its_month_and_is_worked(
    day: date, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        rules.check_day(day, year=2026, month=3, works=weekdays)
    else:
        with pytest.raises(refusal):
            rules.check_day(day, year=2026, month=3, works=weekdays)


def test_notice_is_three_working_days_and_the_refusal_says_from_when() -> None:
    rules.check_notice(date(2026, 3, 5), told=date(2026, 3, 2), works=weekdays)

    with pytest.raises(DayTooSoon) as refused:
        rules.check_notice(date(2026, 3, 4), told=date(2026, 3, 2), works=weekdays)

    assert refused.value.details == {"earliest": date(2026, 3, 5)}


@pytest.mark.parametrize(
    ("day", "month", "moved"),
    [
        (date(2025, 3, 31), 3, date(2026, 3, 31)),
        (date(2025, 2, 28), 2, date(2026, 2, 27)),  # a Saturday then
        (date(2024, 2, 29), 2, date(2025, 2, 28)),
        (date(2025, 8, 1), 8, date(2026, 8, 3)),  # a Saturday, and none before it in its month
        (date(2025, 4, 11), 3, date(2026, 4, 10)),
    ],
)
def test_copied_day_is_a_working_day_of_the_next_year(day: date, month: int, moved: date) -> None:
    assert rules.a_year_later(day, month=month, works=weekdays) == moved


@given(day=days)
def test_copied_day_never_leaves_its_year_nor_comes_before_its_month(day: date) -> None:
    moved = rules.a_year_later(day, month=day.month, works=weekdays)

    assert weekdays(moved)
    assert moved.year == day.year + 1
    assert moved >= date(moved.year, day.month, 1)
    assert moved <= date(moved.year, day.month, monthrange(moved.year, day.month)[1])


@pytest.mark.parametrize(
    ("given_title", "kept"),
    [
        ("  2026年\n学习\x00计划 ", "2026年 学习计划"),
        ("学" * 60, "学" * 60),
        ("零宽\u200b空格", "零宽空格"),
        ("半个\ud800字", "半个字"),
    ],
)
def test_title_is_one_line_without_what_nobody_sees(given_title: str, kept: str) -> None:
    assert rules.checked_title(given_title) == kept


@pytest.mark.parametrize("title", ["", " \n\x00\u200b", "学" * 61, "学" * 10_000])
def test_title_that_is_empty_or_too_long_is_refused(title: str) -> None:
    with pytest.raises(PlanTitle):
        rules.checked_title(title)


def test_title_with_a_mark_of_secrecy_is_refused() -> None:
    with pytest.raises(PlanMarked) as refused:
        rules.checked_title("内部资料学习安排")

    assert refused.value.details == {"words": ("内部资料",)}


@pytest.mark.parametrize("year", [1, 2025, 2028, 9999, 2**40])
def test_plan_is_for_this_year_or_the_next(year: int) -> None:
    rules.check_year(2026, date(2026, 3, 2))
    rules.check_year(2027, date(2026, 3, 2))

    with pytest.raises(PlanYear):
        rules.check_year(year, date(2026, 3, 2))


@pytest.mark.parametrize("month", [0, 13, -1, 2**40])
def test_month_is_one_of_twelve(month: int) -> None:
    with pytest.raises(PlanMonth):
        rules.check_month(month)
