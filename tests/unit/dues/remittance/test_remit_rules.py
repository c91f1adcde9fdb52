"""Periods and shares: the calendar's, and half up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dues import months
from app.dues.remittance import rules
from app.dues.remittance.models import RemitEvery

E = RemitEvery
MONTHS = st.builds(lambda year, month: year * 100 + month, st.integers(2001, 2098), st.integers(1, 12))


@pytest.mark.parametrize(
    ("every", "month", "period"),
    [
        (E.MONTH, 202602, (202602, 202602)),
        (E.QUARTER, 202601, (202601, 202603)),
        (E.QUARTER, 202603, (202601, 202603)),
        (E.QUARTER, 202612, (202610, 202612)),
        (E.HALF, 202606, (202601, 202606)),
        (E.HALF, 202607, (202607, 202612)),
        (E.YEAR, 202601, (202601, 202612)),
        (E.YEAR, 202612, (202601, 202612)),
    ],
)
def test_period_is_the_calendars(every: RemitEvery, month: int, period: tuple[int, int]) -> None:
    assert rules.period_of(every, month) == period


@given(st.sampled_from(RemitEvery), MONTHS)
def test_periods_follow_each_other_without_gap_or_overlap(every: RemitEvery, month: int) -> None:
    first, last = rules.period_of(every, month)

    assert first <= month <= last
    assert rules.period_of(every, last) == (first, last)
    assert rules.period_of(every, months.plus(last, 1))[0] == months.plus(last, 1)


@pytest.mark.parametrize(
    ("received", "ratio", "fen"),
    [
        (10_000, 500, 500),
        (10, 500, 1),  # 0.5 fen
        (9, 500, 0),
        (30, 500, 2),  # 1.5 fen: half up, not to even
        (50, 500, 3),  # 2.5 fen
        (1, 10_000, 1),
        (99_999_999_999, 3333, 33_330_000_000),
        (0, 500, 0),
        (-100, 500, 0),
    ],
)
def test_share_is_rounded_half_up_to_the_fen(received: int, ratio: int, fen: int) -> None:
    assert rules.share(received, ratio) == fen


@given(st.integers(0, 10**13), st.integers(1, 10_000))
def test_share_is_never_more_than_was_received(received: int, ratio: int) -> None:
    share = rules.share(received, ratio)

    assert 0 <= share <= received
    assert abs(share * 10_000 - received * ratio) <= 5_000


@pytest.mark.parametrize(
    ("until", "days", "day"), [(202603, 10, date(2026, 4, 10)), (202612, 31, date(2027, 1, 31))]
)
def test_share_is_due_that_many_days_after_the_period(until: int, days: int, day: date) -> None:
    assert rules.due_on(until, days) == day
