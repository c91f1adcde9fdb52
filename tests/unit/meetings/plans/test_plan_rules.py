"""On which days a recurring meeting is held: named by the rule, moved off rest days, never out of its month."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.meetings import periods
from app.meetings.periods import MONTHS
from app.meetings.plans import rules
from app.meetings.plans.models import Frequency
from app.meetings.plans.rules import Recurrence

M, Q, Y = Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.YEARLY
WEDNESDAY, FRIDAY, SUNDAY = 2, 4, 6
YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def always(_: date) -> bool:
    return True


def except_on(*rest: date) -> Callable[[date], bool]:
    return lambda day: day not in rest


def second_wednesday(frequency: Frequency = M, month: int = 1) -> Recurrence:
    return Recurrence(frequency, month, None, 2, WEDNESDAY)


def on_day(number: int, frequency: Frequency = M, month: int = 1) -> Recurrence:
    return Recurrence(frequency, month, number, None, None)


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        (
            second_wednesday(),
            date(2026, 1, 1),
            date(2026, 3, 31),
            [date(2026, 1, 14), date(2026, 2, 11), date(2026, 3, 11)],
        ),
        (Recurrence(M, 1, None, 1, FRIDAY), date(2026, 5, 1), date(2026, 5, 31), [date(2026, 5, 1)]),
        (Recurrence(M, 1, None, -1, FRIDAY), date(2026, 7, 1), date(2026, 7, 31), [date(2026, 7, 31)]),
        (Recurrence(M, 1, None, -1, FRIDAY), date(2026, 2, 1), date(2026, 2, 28), [date(2026, 2, 27)]),
        (Recurrence(M, 1, None, 4, SUNDAY), date(2026, 2, 1), date(2026, 2, 28), [date(2026, 2, 22)]),
        (
            Recurrence(Q, 1, None, -1, FRIDAY),
            *YEAR.values(),
            [date(2026, 1, 30), date(2026, 4, 24), date(2026, 7, 31), date(2026, 10, 30)],
        ),
        (
            on_day(20, Q, 3),
            *YEAR.values(),
            [date(2026, 3, 20), date(2026, 6, 20), date(2026, 9, 20), date(2026, 12, 20)],
        ),
        (on_day(15, Y, 10), *YEAR.values(), [date(2026, 10, 15)]),
        (
            on_day(31),
            date(2026, 2, 1),
            date(2026, 4, 30),
            [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)],
        ),
        (on_day(30), date(2028, 2, 1), date(2028, 2, 29), [date(2028, 2, 29)]),
        (on_day(5), date(2026, 3, 6), date(2026, 4, 4), []),
        (on_day(5), date(2026, 3, 5), date(2026, 4, 5), [date(2026, 3, 5), date(2026, 4, 5)]),
    ],
)
def test_rule_names_its_days(rule: Recurrence, first: date, last: date, expected: list[date]) -> None:
    found = rules.dates(rule, first=first, last=last, works=always)

    assert found == [(day, day) for day in expected]


@pytest.mark.parametrize(
    ("planned_on", "rest", "held"),
    [
        (date(2026, 3, 11), [], date(2026, 3, 11)),
        (date(2026, 3, 11), [date(2026, 3, 11)], date(2026, 3, 12)),
        (date(2026, 3, 30), [date(2026, 3, 30)], date(2026, 3, 31)),
        (date(2026, 3, 31), [date(2026, 3, 31)], date(2026, 3, 30)),
        (date(2026, 3, 30), [date(2026, 3, 30), date(2026, 3, 31)], date(2026, 3, 29)),
        (date(2026, 12, 31), [date(2026, 12, 31), date(2026, 12, 30)], date(2026, 12, 29)),
        (date(2026, 10, 1), [date(2026, 10, day) for day in range(1, 8)], date(2026, 10, 8)),
    ],
)
def test_rest_day_moves_on_and_only_back_where_the_month_ends(
    planned_on: date, rest: list[date], held: date
) -> None:
    assert rules.held_on(planned_on, except_on(*rest)) == held


def test_a_month_without_a_working_day_leaves_the_day_where_it_is() -> None:
    assert rules.held_on(date(2026, 3, 11), lambda _: False) == date(2026, 3, 11)


def test_moved_day_is_found_where_it_is_held() -> None:
    rule, works = on_day(11), except_on(date(2026, 3, 11))
    eleventh, twelfth = date(2026, 3, 11), date(2026, 3, 12)

    assert rules.dates(rule, first=eleventh, last=eleventh, works=works) == []
    assert rules.dates(rule, first=twelfth, last=twelfth, works=works) == [(eleventh, twelfth)]


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    frequency = draw(st.sampled_from(Frequency))
    month = draw(st.integers(1, MONTHS[frequency]))
    if draw(st.booleans()):
        return Recurrence(frequency, month, draw(st.integers(1, 31)), None, None)
    return Recurrence(
        frequency, month, None, draw(st.sampled_from(sorted(rules.NTHS))), draw(st.integers(0, 6))
    )


@given(
    rule=recurrences(),
    year=st.integers(2000, 2090),
    years=st.integers(1, 3),
    rest=st.sets(st.integers(0, 1200)),
)
def test_once_in_every_period_on_a_working_day_in_order(
    rule: Recurrence, year: int, years: int, rest: set[int]
) -> None:
    first, last = date(year, 1, 1), date(year + years - 1, 12, 31)
    resting = {first + timedelta(days=number) for number in rest}

    found = rules.dates(rule, first=first, last=last, works=lambda day: day not in resting)

    every = list(periods.between(first, last, rule.frequency))
    assert [periods.containing(held, rule.frequency) for _, held in found] == every
    assert [periods.containing(named, rule.frequency) for named, _ in found] == every
    assert all(held not in resting or _all_rest(held, resting) for _, held in found)
    assert all((held.year, held.month) == (named.year, named.month) for named, held in found)
    assert found == sorted(found)


def _all_rest(day: date, resting: set[date]) -> bool:
    return all(day.replace(day=number + 1) in resting for number in range(periods.last_of_month(day).day))


@given(rule=recurrences(), first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), length=st.integers(0, 400))
def test_a_part_of_the_year_holds_what_the_whole_holds_there(
    rule: Recurrence, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    whole = rules.dates(
        rule, first=first - timedelta(days=400), last=last + timedelta(days=400), works=weekdays
    )

    part = rules.dates(rule, first=first, last=last, works=weekdays)

    assert part == [one for one in whole if first <= one[1] <= last]


@given(rule=recurrences(), day=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_rule_names_a_day_if_and_only_if_it_is_among_its_dates(rule: Recurrence, day: date) -> None:
    among = (day, day) in rules.dates(rule, first=day, last=day, works=always)

    assert rules.names(rule, day) is among


@given(rule=recurrences())
def test_what_is_drawn_here_is_sound(rule: Recurrence) -> None:
    assert rules.sound(rule)


@given(rule=recurrences(), other=recurrences())
def test_descriptions_tell_rules_apart(rule: Recurrence, other: Recurrence) -> None:
    assume(rule != other)

    assert rules.described(rule) != rules.described(other)


@pytest.mark.parametrize(
    "rule",
    [
        on_day(0),
        on_day(32),
        on_day(5, M, 2),
        on_day(5, Q, 4),
        on_day(5, Q, 0),
        on_day(5, Y, 13),
        Recurrence(M, 1, None, None, None),
        Recurrence(M, 1, 5, 2, WEDNESDAY),
        Recurrence(M, 1, 5, None, WEDNESDAY),
        Recurrence(M, 1, None, 5, WEDNESDAY),
        Recurrence(M, 1, None, 0, WEDNESDAY),
        Recurrence(M, 1, None, -2, WEDNESDAY),
        Recurrence(M, 1, None, 2, None),
        Recurrence(M, 1, None, 2, 7),
        Recurrence(M, 1, None, 2, -1),
    ],
)
def test_rule_that_names_no_day_or_two_is_not_sound(rule: Recurrence) -> None:
    assert not rules.sound(rule)


def test_no_day_can_be_named_without_one() -> None:
    with pytest.raises(ValueError, match="names a day"):
        rules.nominal(Recurrence(M, 1, None, None, None), periods.containing(date(2026, 3, 1), M))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (second_wednesday(), "每月第二个周三"),
        (Recurrence(Q, 1, None, -1, FRIDAY), "每季度第一个月最后一个周五"),
        (Recurrence(Y, 12, None, 1, SUNDAY), "每年12月第一个周日"),
        (on_day(5), "每月5日"),
        (on_day(20, Q, 3), "每季度第三个月20日"),
        (on_day(15, Y, 10), "每年10月15日"),
        (on_day(31), "每月31日（当月没有这一天的，为最后一天）"),
    ],
)
def test_rule_is_described_in_chinese(rule: Recurrence, text: str) -> None:
    assert rules.described(rule) == text
