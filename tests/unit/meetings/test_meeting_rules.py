"""What a person who signs in is told: the whole table."""

from itertools import product

import pytest

from app.meetings.rules import REFUSALS, CheckInOutcome, Window, judge
from tests.unit.meetings.rooms import CLOSES, INSTANT, OPENS

MOMENTS = {
    "before": OPENS - INSTANT,
    "opening": OPENS,
    "inside": OPENS + INSTANT,
    "closing": CLOSES,
    "after": CLOSES + INSTANT,
}
OUT = CheckInOutcome
BY_TIME = {
    "before": OUT.TOO_EARLY,
    "opening": OUT.CHECKED_IN,
    "inside": OUT.CHECKED_IN,
    "closing": OUT.CHECKED_IN,
    "after": OUT.CLOSED,
}
TABLE = [
    ("already", cancelled, expected, moment, OUT.ALREADY)
    for cancelled, expected, moment in product((True, False), (True, False), MOMENTS)
]
TABLE += [
    ("new", True, expected, moment, OUT.CANCELLED) for expected, moment in product((True, False), MOMENTS)
]
TABLE += [("new", False, False, moment, OUT.NOT_EXPECTED) for moment in MOMENTS]
TABLE += [("new", False, True, moment, outcome) for moment, outcome in BY_TIME.items()]


@pytest.mark.parametrize(("before", "cancelled", "expected", "moment", "outcome"), TABLE)
def test_judge_says(
    before: str, *, cancelled: bool, expected: bool, moment: str, outcome: CheckInOutcome
) -> None:
    window = Window(OPENS, CLOSES, cancelled=cancelled)

    assert judge(window, expected=expected, already=before == "already", at=MOMENTS[moment]) is outcome


def test_table_covers_every_case() -> None:
    cases = {row[:4] for row in TABLE}

    assert cases == set(product(("already", "new"), (True, False), (True, False), MOMENTS))


def test_refusals_are_what_a_recorder_may_settle() -> None:
    assert set(OUT) - REFUSALS == {OUT.CHECKED_IN, OUT.ALREADY, OUT.UNKNOWN, OUT.KEPT}
