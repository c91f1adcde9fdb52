"""When a column has gone stale, what a row's number can be, and which state follows which."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.library.rules import LARGEST_ID, Silence, is_id, silence
from app.study.library.states import VERSION, VersionState

DAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (-1, None),
        (0, None),
        (44, None),
        (45, Silence(45, propose_archive=False)),
        (59, Silence(59, propose_archive=False)),
        (60, Silence(60, propose_archive=True)),
        (400, Silence(400, propose_archive=True)),
    ],
)
def test_owner_is_told_from_day_45_and_the_archive_proposed_from_day_60(
    days: int, found: Silence | None
) -> None:
    assert silence(DAY, DAY + timedelta(days=days)) == found


@pytest.mark.parametrize(
    ("number", "may"),
    [(-1, False), (0, False), (1, True), (LARGEST_ID, True), (LARGEST_ID + 1, False), (2**64, False)],
)
def test_row_has_a_number_that_every_engine_takes(number: int, *, may: bool) -> None:
    assert is_id(number) is may


@given(st.lists(st.sampled_from(VersionState), max_size=8))
def test_nobody_reads_a_version_that_was_not_reviewed(steps: list[VersionState]) -> None:
    state, reviewed = VersionState.DRAFT, False
    for to in steps:
        if to in VERSION[state]:
            state, reviewed = to, state is VersionState.IN_REVIEW
            assert to is not VersionState.PUBLISHED or reviewed


def test_what_is_over_stays_over() -> None:
    over = {state for state, following in VERSION.items() if not following}

    assert over == {VersionState.SUPERSEDED, VersionState.WITHDRAWN, VersionState.DROPPED}
