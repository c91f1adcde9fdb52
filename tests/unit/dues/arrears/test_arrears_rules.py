"""Months in a row, and which reminder is due (facts/domain §1.4, §2.7)."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dues import months
from app.dues.arrears import rules
from app.dues.arrears.models import ReminderStep as Step
from app.dues.arrears.rules import Limits, Run

LIMITS = Limits()


def spans(*unpaid: int, excused: tuple[int, ...] = ()) -> list[tuple[int, int, int]]:
    return [(run.first, run.last, run.length) for run in rules.runs(unpaid, excused)]


def test_months_in_a_row_go_over_the_end_of_a_year() -> None:
    assert spans(202601, 202511, 202512) == [(202511, 202601, 3)]


def test_month_without_debt_ends_a_row() -> None:
    assert spans(202601, 202602, 202604) == [(202601, 202602, 2), (202604, 202604, 1)]


def test_excused_month_is_out_of_the_count_and_ends_the_row() -> None:
    assert spans(202601, 202602, 202603, 202604, excused=(202603,)) == [
        (202601, 202602, 2),
        (202604, 202604, 1),
    ]


def test_nothing_unpaid_is_no_row() -> None:
    assert (spans(), rules.longest([])) == ([], None)


def test_longest_row_counts_and_of_equal_ones_the_later() -> None:
    assert rules.longest([Run(202501, 202503), Run(202505, 202505)]) == Run(202501, 202503)
    assert rules.longest([Run(202501, 202502), Run(202505, 202506)]) == Run(202505, 202506)


@pytest.mark.parametrize(
    ("length", "due"),
    [
        (0, None),
        (1, None),
        (2, Step.MONTH_2),
        (3, Step.MONTH_2),
        (4, Step.MONTH_4),
        (5, Step.MONTH_5),
        (6, None),
        (7, None),
        (24, None),
    ],
)
def test_step_is_the_highest_reached_and_nothing_from_the_sixth_month_on(
    length: int, due: Step | None
) -> None:
    assert rules.step_due(length, (), LIMITS) is due


@pytest.mark.parametrize(
    ("length", "said", "due"),
    [
        (2, {Step.MONTH_2}, None),
        (3, {Step.MONTH_2}, None),
        (4, {Step.MONTH_2}, Step.MONTH_4),
        (5, {Step.MONTH_2, Step.MONTH_4}, Step.MONTH_5),
        (5, {Step.MONTH_5}, None),
        (3, {Step.MONTH_4}, None),
        (2, {Step.MEMBER}, Step.MONTH_2),
    ],
)
def test_what_was_said_is_not_said_again(length: int, said: set[Step], due: Step | None) -> None:
    assert rules.step_due(length, said, LIMITS) is due


def test_standard_without_a_reminder_reminds_of_nothing() -> None:
    assert rules.step_due(4, (), Limits(reminders=(), lapse=6)) is None


def test_member_is_reminded_from_ten_days_after_collecting_and_not_once_a_month_is_over() -> None:
    first, last = rules.member_days(date(2026, 3, 20))

    assert (first, last) == (date(2026, 2, 18), date(2026, 3, 10))


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_rows_hold_every_unpaid_month_once_and_never_touch(unpaid: set[int], excused: set[int]) -> None:
    owed = {months.plus(202001, one) for one in unpaid}
    out = {months.plus(202001, one) for one in excused}

    found = rules.runs(owed, out)

    held = [month for run in found for month in months.through(run.first, run.last)]
    assert sorted(held) == sorted(owed - out)
    gaps = [months.between(one.last, other.first) for one, other in pairwise(found)]
    assert all(gap > 1 for gap in gaps)


@given(st.integers(0, 40))
def test_a_reminder_is_said_once_however_the_row_grows(until: int) -> None:
    said: list[Step] = []
    for length in range(until + 1):
        step = rules.step_due(length, said, LIMITS)
        said += [step] if step else []

    assert said == [step for mark, step in rules.STEPS.items() if mark <= until]
