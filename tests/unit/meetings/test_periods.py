"""Months, quarters and years: where they begin and end, and how they are written."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings import periods
from app.meetings.periods import MONTHS, Period
from app.meetings.plans.models import Frequency

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
frequencies = st.sampled_from(Frequency)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_period_is_read_from_how_it_is_written(key: str, first: date, last: date) -> None:
    period = periods.read(key)

    assert period is not None
    assert (period.first, period.last, period.key) == (first, last, key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "26",
        "2026-",
        "2026-Q0",
        "2026-Q5",
        "2026-13",
        "2026-00",
        "2026-1",
        "0999",
        "2026-01-01",
        "２０２６",
    ],
)
def test_nothing_else_is_a_period(key: str) -> None:
    assert periods.read(key) is None


@given(day=days, frequency=frequencies)
def test_every_day_lies_in_one_period_which_reads_back(day: date, frequency: Frequency) -> None:
    period = periods.containing(day, frequency)

    assert period.holds(day)
    assert periods.read(period.key) == period
    assert periods.containing(period.last, frequency) == period
    assert not period.holds(period.last + timedelta(days=1))
    assert period.following == periods.containing(period.last + timedelta(days=1), frequency)


@given(first=days, length=st.integers(0, 800), frequency=frequencies)
def test_periods_of_a_range_touch_each_other_and_cover_it(
    first: date, length: int, frequency: Frequency
) -> None:
    last = first + timedelta(days=length)

    found = list(periods.between(first, last, frequency))

    assert found[0].holds(first)
    assert found[-1].holds(last)
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(found))


def test_a_range_that_ends_before_it_begins_has_none() -> None:
    assert list(periods.between(date(2026, 3, 1), date(2026, 2, 28), Frequency.MONTHLY)) == []


@given(day=days, frequency=frequencies, data=st.data())
def test_months_of_a_period_lie_in_it(day: date, frequency: Frequency, data: st.DataObject) -> None:
    period = periods.containing(day, frequency)
    number = data.draw(st.integers(1, MONTHS[frequency]))

    assert period.holds(period.month(number))
    assert period.month(1) == period.first


@given(day=days, months=st.integers(-120, 120))
def test_months_later_lands_in_that_month(day: date, months: int) -> None:
    landed = periods.months_later(day, months)

    assert (landed.year * 12 + landed.month) - (day.year * 12 + day.month) == months
    assert landed.day == day.day or landed == periods.last_of_month(landed)
    assert landed.day <= day.day


def test_months_later_stays_inside_a_shorter_month() -> None:
    assert periods.months_later(date(2026, 8, 31), -6) == date(2026, 2, 28)
    assert periods.months_later(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert periods.months_later(date(2026, 1, 15), -1) == date(2025, 12, 15)


def test_months_later_ends_with_the_calendar() -> None:
    assert periods.months_later(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert periods.months_later(date(9999, 12, 1), 1) == date.max


def test_periods_are_ordered_by_their_first_day() -> None:
    march = Period(date(2026, 3, 1), Frequency.MONTHLY)

    assert march < march.following
