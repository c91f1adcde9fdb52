"""Aware UTC inside, China's wall clock at the edges."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import FixedClock, SystemClock, from_local, local_day, local_text

LAST_SECOND = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)


def test_system_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()

    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


def test_fixed_clock_stands_until_it_is_moved(now: datetime) -> None:
    clock = FixedClock(now)
    before = clock.now()

    clock.advance(timedelta(minutes=5))

    assert (before, clock.now()) == (now, now + timedelta(minutes=5))


def test_day_in_china_begins_at_four_in_the_afternoon_utc() -> None:
    assert local_day(LAST_SECOND) == date(2026, 3, 1)
    assert local_day(LAST_SECOND + timedelta(seconds=1)) == date(2026, 3, 2)


def test_text_is_china_s_wall_clock() -> None:
    assert local_text(LAST_SECOND) == "2026-03-01 23:59"
    assert local_text(LAST_SECOND, "%d日%H:%M:%S") == "01日23:59:59"


def test_wall_clock_of_china_is_eight_hours_ahead() -> None:
    assert from_local(date(2026, 3, 2), 9, 30) == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert from_local(date(2026, 3, 2)) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


@given(st.dates(date(1992, 1, 1), date(2100, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_wall_clock_there_and_back(day: date, hour: int, minute: int) -> None:
    moment = from_local(day, hour, minute)

    assert moment.tzinfo is UTC
    assert local_day(moment) == day
    assert local_text(moment, "%H:%M") == f"{hour:02d}:{minute:02d}"


def test_moment_of_another_zone_is_read_as_the_moment_it_is() -> None:
    new_year = datetime.fromisoformat("2026-01-01T00:00:00+14:00")

    assert local_day(new_year) == date(2025, 12, 31)
