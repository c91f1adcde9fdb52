"""Working days of China: published holidays, make-up days, and the office's own word over both."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from app.core import calendar
from app.core.calendar import CalendarDay, CalendarMissing, DayKind, Exceptional
from app.core.db import Session, Sessions

HOLIDAYS_2027 = [date(2027, 2, 5) + timedelta(days=number) for number in range(13)]


@pytest.fixture(scope="module")
def untouched() -> Iterator[Session]:
    """A session of an empty table, one for all examples of a property."""
    engine = create_engine("sqlite://")
    CalendarDay.metadata.create_all(engine, tables=[CalendarDay.metadata.tables["calendar_day"]])
    with Session(engine) as session:
        yield session
    engine.dispose()


def enter(session: Session, kind: DayKind, *days: date) -> None:
    for day in days:
        calendar.set_day(session, day=day, kind=kind, note="")
    session.flush()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # Saturday, worked for 春节
        (date(2026, 2, 15), False),
        (date(2026, 2, 16), False),  # Monday of 春节
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # Saturday, worked for 春节
        (date(2026, 3, 1), False),  # an ordinary Sunday
        (date(2026, 3, 2), True),
        (date(2026, 9, 20), True),  # Sunday, worked for 国庆
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday, worked for 国庆
        (date(2026, 10, 11), False),
    ],
)
def test_day_of_2026_is_as_the_state_council_announced(session: Session, day: date, worked: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert calendar.is_working_day(session, day) is worked


def test_own_day_wins_over_the_published_one_both_ways(session: Session) -> None:
    enter(session, DayKind.WORK, date(2026, 10, 1))
    enter(session, DayKind.REST, date(2026, 10, 8))

    assert calendar.is_working_day(session, date(2026, 10, 1)) is True
    assert calendar.is_working_day(session, date(2026, 10, 8)) is False


def test_own_day_can_be_changed_and_taken_back(session: Session) -> None:
    monday = date(2026, 3, 2)
    enter(session, DayKind.WORK, monday)
    enter(session, DayKind.REST, monday)
    changed = calendar.is_working_day(session, monday)

    calendar.clear_day(session, day=monday)

    assert (changed, calendar.is_working_day(session, monday)) == (False, True)


def test_own_days_are_of_their_year_in_order(session: Session) -> None:
    enter(session, DayKind.REST, date(2026, 12, 31), date(2026, 1, 1), date(2025, 12, 31), date(2027, 1, 1))

    assert [day.day for day in calendar.own_days(session, 2026)] == [date(2026, 1, 1), date(2026, 12, 31)]


def test_unknown_year_is_named(session: Session) -> None:
    with pytest.raises(CalendarMissing, match="working days of 2027 are not known") as missing:
        calendar.is_working_day(session, date(2027, 1, 4))

    assert missing.value.year == 2027


def test_one_own_day_does_not_make_its_year_known(session: Session) -> None:
    enter(session, DayKind.REST, date(2027, 1, 1))

    assert calendar.is_working_day(session, date(2027, 1, 1)) is False
    with pytest.raises(CalendarMissing):
        calendar.is_working_day(session, date(2027, 1, 4))


def test_year_that_the_office_entered_is_ordinary_on_its_other_days(session: Session) -> None:
    enter(session, DayKind.REST, *HOLIDAYS_2027)
    enter(session, DayKind.WORK, date(2027, 2, 20))

    week = [calendar.is_working_day(session, date(2027, 2, 15) + timedelta(days=n)) for n in range(7)]

    assert week == [False, False, False, True, True, True, False]


def test_missing_year_is_an_alarm_from_december_on(session: Session) -> None:
    assert calendar.missing_year(session, date(2026, 11, 30)) is None
    assert calendar.missing_year(session, date(2026, 12, 1)) == 2027
    assert calendar.missing_year(session, date(2027, 1, 1)) == 2027


def test_alarm_ends_when_the_whole_year_is_entered(session: Session) -> None:
    enter(session, DayKind.REST, *HOLIDAYS_2027[:12])
    enter(session, DayKind.WORK, date(2027, 2, 20))
    while_unfinished = calendar.missing_year(session, date(2026, 12, 1))

    enter(session, DayKind.REST, HOLIDAYS_2027[12])

    assert (while_unfinished, calendar.missing_year(session, date(2026, 12, 1))) == (2027, None)


def test_working_days_are_counted_over_a_holiday(session: Session) -> None:
    assert calendar.add_working_days(session, date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert calendar.add_working_days(session, date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert calendar.add_working_days(session, date(2026, 2, 13), 5) == date(2026, 2, 27)
    assert calendar.add_working_days(session, date(2026, 2, 13), 0) == date(2026, 2, 13)


@given(start=st.dates(date(2020, 1, 1), date(2026, 10, 1)), count=st.integers(1, 40))
def test_counted_day_is_worked_and_the_count_is_right(untouched: Session, start: date, count: int) -> None:
    end = calendar.add_working_days(untouched, start, count)

    between = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    assert calendar.is_working_day(untouched, end)
    assert sum(calendar.is_working_day(untouched, day) for day in between) == count


def test_counting_into_an_unknown_year_is_told(session: Session) -> None:
    with pytest.raises(CalendarMissing):
        calendar.add_working_days(session, date(2026, 12, 30), 5)


def test_published_exceptions_join_days_in_a_row() -> None:
    of_2026 = calendar.published_exceptions(2026)

    assert of_2026 is not None
    assert of_2026[:5] == [
        Exceptional(date(2026, 1, 1), date(2026, 1, 3), DayKind.REST, "元旦"),
        Exceptional(date(2026, 1, 4), date(2026, 1, 4), DayKind.WORK, "元旦"),
        Exceptional(date(2026, 2, 14), date(2026, 2, 14), DayKind.WORK, "春节"),
        Exceptional(date(2026, 2, 15), date(2026, 2, 23), DayKind.REST, "春节"),
        Exceptional(date(2026, 2, 28), date(2026, 2, 28), DayKind.WORK, "春节"),
    ]
    assert calendar.published_exceptions(2027) is None


def test_table_works_alike_on_each_engine(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        enter(session, DayKind.REST, *HOLIDAYS_2027)
        enter(session, DayKind.REST, *HOLIDAYS_2027)

    with any_sessions.read() as session:
        assert calendar.missing_year(session, date(2026, 12, 1)) is None
        assert calendar.is_working_day(session, date(2027, 2, 5)) is False
        assert len(calendar.own_days(session, 2027)) == 13
