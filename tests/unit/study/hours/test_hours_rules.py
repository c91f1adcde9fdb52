"""How 学时 are reckoned: days by the custom table, the rest by the clock, a year at a time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meetings.models import MeetingKind
from app.study.hours import rules
from app.study.hours.models import HoursUnit
from app.study.hours.rules import Figures, MinutesWrong, NoHoursKind, UnitWrong

SHIPPED = Figures(member_year=32 * 60, leader_year=56 * 60, full_day=8 * 60, half_day=4 * 60, clock_hour=60)
LESSONS = Figures(member_year=1920, leader_year=3360, full_day=480, half_day=240, clock_hour=80)
"""Where a lesson of 45 minutes is one 学时."""
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
K, U = MeetingKind, HoursUnit

lengths = st.integers(1, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
moments = st.datetimes(datetime(2019, 1, 2), datetime(2099, 12, 1), timezones=st.just(UTC))


def credited(unit: HoursUnit, minutes: int, figures: Figures = SHIPPED, starts_at: datetime = NINE) -> int:
    return rules.credited(unit, starts_at, starts_at + timedelta(minutes=minutes), figures)


@pytest.mark.parametrize(
    ("unit", "clock", "study"),
    [
        (U.CLOCK, 60, 60),
        (U.CLOCK, 90, 90),
        (U.CLOCK, 104, 90),
        (U.CLOCK, 105, 105),
        (U.CLOCK, 14, 0),
        (U.CLOCK, 10 * 60, 8 * 60),
        (U.HALF_DAY, 180, 4 * 60),
        (U.HALF_DAY, 120, 4 * 60),
        (U.FULL_DAY, 8 * 60, 8 * 60),
        (U.FULL_DAY, 241, 8 * 60),
    ],
)
def test_session_gives_what_the_custom_table_says(unit: HoursUnit, clock: int, study: int) -> None:
    assert credited(unit, clock) == study


@pytest.mark.parametrize(("unit", "clock"), [(U.FULL_DAY, 240), (U.FULL_DAY, 60), (U.HALF_DAY, 119)])
def test_short_meeting_is_no_day_and_no_half_day(unit: HoursUnit, clock: int) -> None:
    with pytest.raises(UnitWrong):
        credited(unit, clock)


def test_training_of_three_days_gives_three_whole_days_and_its_nights_nothing() -> None:
    from_monday_nine_to_wednesday_five = 2 * 24 * 60 + 8 * 60

    assert credited(U.FULL_DAY, from_monday_nine_to_wednesday_five) == 24 * 60
    assert credited(U.CLOCK, from_monday_nine_to_wednesday_five) == 24 * 60


def test_day_ends_at_midnight_in_china() -> None:
    evening = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 19:00 in China

    assert credited(U.FULL_DAY, 5 * 60, starts_at=evening) == 8 * 60
    assert credited(U.FULL_DAY, 10 * 60, starts_at=evening) == 16 * 60


def test_lesson_of_45_minutes_is_one_where_the_figure_says_so() -> None:
    assert credited(U.CLOCK, 90, LESSONS) == 120
    assert rules.declared(U.CLOCK, 45, LESSONS) == 60


@given(starts_at=moments, lasts=lengths, more=lengths)
def test_longer_session_never_gives_less_nor_more_than_its_clock(
    starts_at: datetime, lasts: timedelta, more: timedelta
) -> None:
    minutes = rules.credited(U.CLOCK, starts_at, starts_at + lasts, SHIPPED)

    assert minutes % 15 == 0
    assert 0 <= minutes <= min(lasts.total_seconds() // 60, rules.MOST)
    assert minutes <= rules.credited(U.CLOCK, starts_at, starts_at + lasts + more, SHIPPED)


@given(starts_at=moments, lasts=lengths, unit=st.sampled_from([U.FULL_DAY, U.HALF_DAY]))
def test_days_are_given_whole_or_not_at_all(starts_at: datetime, lasts: timedelta, unit: HoursUnit) -> None:
    one = SHIPPED.full_day if unit is U.FULL_DAY else SHIPPED.half_day
    try:
        minutes = rules.credited(unit, starts_at, starts_at + lasts, SHIPPED)
    except UnitWrong:
        return

    assert minutes in {one, 2 * one, 3 * one, 4 * one}


def of_meeting(kind: MeetingKind, asked: int | None = None, unit: HoursUnit = U.CLOCK) -> int:
    times = NINE, NINE + timedelta(hours=2)
    return rules.of_meeting(kind, unit, asked=asked, times=times, figures=SHIPPED)


@pytest.mark.parametrize("kind", [K.TRAINING, K.PARTY_LECTURE, K.CENTRAL_GROUP])
def test_training_lecture_and_collective_study_count_whole_or_less(kind: MeetingKind) -> None:
    assert of_meeting(kind) == 120
    assert of_meeting(kind, 45) == 45
    assert of_meeting(kind, unit=U.HALF_DAY) == 240


@pytest.mark.parametrize("kind", [K.THEME_DAY, K.GROUP_MEETING, K.OTHER])
def test_study_part_of_a_mixed_meeting_is_named_in_minutes(kind: MeetingKind) -> None:
    assert of_meeting(kind, 60) == 60
    with pytest.raises(MinutesWrong):
        of_meeting(kind)
    with pytest.raises(UnitWrong):
        of_meeting(kind, 240, U.HALF_DAY)


@pytest.mark.parametrize("kind", sorted(frozenset(K) - rules.WHOLE - rules.PARTLY))
def test_meeting_that_decides_elects_or_appraises_gives_nothing(kind: MeetingKind) -> None:
    with pytest.raises(NoHoursKind):
        of_meeting(kind, 60)


@pytest.mark.parametrize("asked", [0, -15, 14, 50, 135, 10**12])
def test_part_is_whole_quarters_and_no_longer_than_the_meeting(asked: int) -> None:
    with pytest.raises(MinutesWrong):
        of_meeting(K.TRAINING, asked)


@pytest.mark.parametrize(
    ("unit", "clock", "study"),
    [
        (U.CLOCK, 15, 15),
        (U.CLOCK, 100, 90),
        (U.CLOCK, 480, 480),
        (U.FULL_DAY, None, 480),
        (U.HALF_DAY, None, 240),
    ],
)
def test_declared_day_gives_what_a_session_would(unit: HoursUnit, clock: int | None, study: int) -> None:
    assert rules.declared(unit, clock, SHIPPED) == study


@pytest.mark.parametrize(
    ("unit", "clock"),
    [
        (U.CLOCK, None),
        (U.CLOCK, 0),
        (U.CLOCK, -60),
        (U.CLOCK, 14),
        (U.CLOCK, 495),
        (U.CLOCK, 10**15),
        (U.FULL_DAY, 60),
    ],
)
def test_declared_day_is_between_a_quarter_and_a_whole_day(unit: HoursUnit, clock: int | None) -> None:
    with pytest.raises(MinutesWrong):
        rules.declared(unit, clock, SHIPPED)


def test_leaders_year_asks_for_more_and_for_a_training() -> None:
    assert rules.required(SHIPPED, leader=False) == 32 * 60
    assert rules.required(SHIPPED, leader=True) == 56 * 60
    assert rules.enough(1920, 1920, leader=False, trained=False)
    assert not rules.enough(1919, 1920, leader=False, trained=True)
    assert rules.enough(3360, 3360, leader=True, trained=True)
    assert not rules.enough(9999, 3360, leader=True, trained=False)


def test_surplus_is_nobodys_next_year() -> None:
    assert [rules.missing(minutes, 1920) for minutes in (0, 1900, 1920, 3000)] == [1920, 20, 0, 0]


@pytest.mark.parametrize(
    ("held_on", "today", "may"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), True),
        (date(2026, 1, 1), date(2026, 12, 31), True),
        (date(2026, 3, 3), date(2026, 3, 2), False),
        (date(2025, 1, 1), date(2026, 1, 31), True),
        (date(2025, 12, 31), date(2026, 2, 1), False),
        (date(2024, 12, 31), date(2026, 1, 1), False),
        (date(2026, 12, 31), date(2026, 1, 31), False),
        (date.min, date(2026, 1, 1), False),
        (date.max, date(2026, 1, 1), False),
        (date.max, date.max, True),
    ],
)
def test_last_year_may_be_declared_until_the_end_of_january(held_on: date, today: date, *, may: bool) -> None:
    assert rules.declarable(held_on, today) is may


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0"), (15, "0.25"), (60, "1"), (150, "2.5"), (1920, "32"), (600, "10"), (80, "1.33")],
)
def test_hours_are_written_without_needless_noughts(minutes: int, text: str) -> None:
    assert rules.text(minutes) == text
