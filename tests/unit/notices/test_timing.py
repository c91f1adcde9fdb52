"""Quiet hours, rest days with their make-up days, the week, the digest's moment and the two reminders."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import calendar
from app.core.calendar import DayKind
from app.core.clock import SHANGHAI, from_local, local_day
from app.core.db import Session
from app.notices.timing import (
    confirm_by,
    digest_moment,
    next_digest,
    next_permitted,
    permitted,
    reminder_moments,
    week_bounds,
    week_of,
)
from app.notices.workdays import known_to

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
calendars: st.SearchStrategy[Callable[[date], bool]] = st.sets(st.integers(0, 13), max_size=12).map(
    lambda rest: lambda day: day.toordinal() % 14 not in rest
)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def plain(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("asked", "given_"),
    [
        ("2026-03-02 08:00", "2026-03-02 08:00"),
        ("2026-03-02 19:59:59", "2026-03-02 19:59:59"),
        ("2026-03-02 20:00", "2026-03-03 08:00"),
        ("2026-03-02 23:30", "2026-03-03 08:00"),
        ("2026-03-02 07:59:59", "2026-03-02 08:00"),
        ("2026-03-06 20:00", "2026-03-09 08:00"),  # Friday evening → Monday
        ("2026-03-07 10:00", "2026-03-09 08:00"),
        ("2026-02-27 21:00", "2026-02-28 08:00"),  # a Saturday worked for 春节
        ("2026-02-14 15:00", "2026-02-14 15:00"),  # another
        ("2026-02-14 20:00", "2026-02-24 08:00"),  # over the whole 春节
        ("2026-10-01 09:00", "2026-10-08 08:00"),  # over 国庆
    ],
)
def test_push_waits_for_working_hours_of_a_working_day(session: Session, asked: str, given_: str) -> None:
    assert next_permitted(china(asked), known_to(session)) == china(given_)


def test_office_s_own_days_count(session: Session) -> None:
    calendar.set_day(session, day=date(2026, 3, 2), kind=DayKind.REST, note="停电")
    calendar.set_day(session, day=date(2026, 3, 7), kind=DayKind.WORK, note="调休")

    assert next_permitted(china("2026-03-02 10:00"), known_to(session)) == china("2026-03-03 08:00")
    assert permitted(china("2026-03-07 10:00"), known_to(session))


def test_year_that_nobody_knows_yet_has_plain_weeks(session: Session) -> None:
    assert next_permitted(china("2040-01-07 10:00"), known_to(session)) == china("2040-01-09 08:00")


@given(moments, calendars)
def test_next_permitted_is_permitted_not_earlier_and_final(
    moment: datetime, is_working_day: Callable[[date], bool]
) -> None:
    found = next_permitted(moment, is_working_day)

    assert found >= moment
    assert permitted(found, is_working_day)
    assert next_permitted(found, is_working_day) == found


@given(moments, calendars)
def test_next_permitted_skips_no_working_day(
    moment: datetime, is_working_day: Callable[[date], bool]
) -> None:
    found = next_permitted(moment, is_working_day)
    first, last = local_day(moment), local_day(found)
    between = [first + timedelta(days=number) for number in range(1, (last - first).days)]

    assert [day for day in between if is_working_day(day)] == []


def test_calendar_without_any_working_day_holds_nothing_for_ever() -> None:
    found = next_permitted(china("2026-03-02 10:00"), lambda _: False)

    assert timedelta(0) < found - china("2026-03-02 10:00") < timedelta(days=61)


@given(moments)
def test_week_holds_its_moment_and_begins_on_a_monday_in_china(moment: datetime) -> None:
    begin, end = week_bounds(moment)

    assert begin <= moment < end
    assert end - begin == timedelta(days=7)
    assert begin.astimezone(SHANGHAI).strftime("%u %H:%M") == "1 00:00"
    assert week_of(begin) == week_of(moment) == week_of(end - timedelta(microseconds=1)) != week_of(end)


def test_week_is_named_as_in_china_and_by_its_own_year() -> None:
    assert week_of(china("2026-11-16 00:00")) == "2026-W47"
    assert week_of(china("2026-11-15 23:59")) == "2026-W46"
    assert week_of(china("2027-01-01 12:00")) == "2026-W53"


@pytest.mark.parametrize(
    ("week", "moment"),
    [
        ("2026-03-02 09:00", "2026-03-06 16:00"),
        ("2026-03-08 23:00", "2026-03-06 16:00"),
        ("2026-09-29 09:00", "2026-09-30 16:00"),  # Friday is 国庆, and so is Thursday
        ("2026-02-18 09:00", None),  # 春节 all week long
    ],
)
def test_digest_goes_out_on_friday_or_the_last_working_day_before(
    session: Session, week: str, moment: str | None
) -> None:
    assert digest_moment(china(week), known_to(session)) == (china(moment) if moment else None)


@given(moments, calendars)
def test_digest_is_in_its_own_week_on_a_working_day(
    moment: datetime, is_working_day: Callable[[date], bool]
) -> None:
    found = digest_moment(moment, is_working_day)

    if found is not None:
        assert week_of(found) == week_of(moment)
        assert permitted(found, is_working_day)


@given(moments, calendars)
def test_next_digest_is_ahead(moment: datetime, is_working_day: Callable[[date], bool]) -> None:
    found = next_digest(moment, is_working_day)

    assert found is None or found > moment


def test_next_digest_after_this_week_s_is_the_next_one_s() -> None:
    assert next_digest(china("2026-03-06 15:59"), plain) == china("2026-03-06 16:00")
    assert next_digest(china("2026-03-06 16:00"), plain) == china("2026-03-13 16:00")
    assert next_digest(china("2026-03-06 16:00"), lambda _: False) is None


@pytest.mark.parametrize(
    ("sent", "until", "expected"),
    [
        ("2026-03-02 09:00", "2026-03-12 18:00", ["2026-03-09 09:00", "2026-03-12 09:00"]),
        ("2026-03-02 09:00", "2026-03-04 18:00", ["2026-03-04 09:00"]),
        ("2026-03-02 09:00", "2026-03-02 18:00", []),
        ("2026-03-02 09:00", "2026-03-15 18:00", ["2026-03-12 09:00", "2026-03-13 09:00"]),  # T-0 is a Sunday
        ("2026-03-06 09:00", "2026-03-08 18:00", []),  # only rest days ahead
    ],
)
def test_reminders_are_three_days_before_and_on_the_day(sent: str, until: str, expected: list[str]) -> None:
    assert reminder_moments(china(sent), china(until), plain) == tuple(map(china, expected))


@given(moments, st.timedeltas(timedelta(0), timedelta(days=60)), calendars)
def test_reminders_are_never_more_than_two_nor_late_nor_at_once(
    sent: datetime, ahead: timedelta, is_working_day: Callable[[date], bool]
) -> None:
    found = reminder_moments(sent, sent + ahead, is_working_day)

    assert len(found) <= 2
    assert sorted(set(found)) == list(found)
    assert all(local_day(sent) < local_day(one) <= local_day(sent + ahead) for one in found)
    assert all(permitted(one, is_working_day) for one in found)


def test_confirmation_is_asked_in_three_working_days() -> None:
    assert confirm_by(china("2026-03-02 09:00"), plain) == from_local(date(2026, 3, 5), 18)
    assert confirm_by(china("2026-03-05 09:00"), plain) == from_local(date(2026, 3, 10), 18)
