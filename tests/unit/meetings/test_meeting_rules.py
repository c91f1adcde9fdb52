"""What a person who signs in is told: the whole table."""

from datetime import timedelta
from itertools import product

import pytest

from app.meetings.rules import REFUSALS, SENT_WITHIN, CheckInOutcome, Ticket, Window, in_time, judge
from tests.factories import NOW
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


@pytest.mark.parametrize(
    ("fresh", "in_time_", "on_leave", "outcome"),
    [
        (True, True, False, OUT.CHECKED_IN),
        (True, True, True, OUT.ON_LEAVE),
        (True, False, False, OUT.LATE),
        (True, False, True, OUT.LATE),
        (False, True, False, OUT.EXPIRED),
        (False, True, True, OUT.EXPIRED),
        (False, False, False, OUT.EXPIRED),
        (False, False, True, OUT.EXPIRED),
    ],
)
def test_inside_the_window_ticket_and_leave_decide(
    *, fresh: bool, in_time_: bool, on_leave: bool, outcome: CheckInOutcome
) -> None:
    window, ticket = Window(OPENS, CLOSES, cancelled=False), Ticket(fresh=fresh, in_time=in_time_)

    assert judge(window, expected=True, already=False, at=OPENS, on_leave=on_leave, ticket=ticket) is outcome


@pytest.mark.parametrize(
    ("moment", "expected", "outcome"),
    [
        ("before", True, OUT.TOO_EARLY),
        ("after", True, OUT.CLOSED),
        ("inside", False, OUT.NOT_EXPECTED),
    ],
)
def test_what_a_new_code_would_not_help_is_said_before_the_code_s_age(
    moment: str, outcome: CheckInOutcome, *, expected: bool
) -> None:
    window, stale = Window(OPENS, CLOSES, cancelled=False), Ticket(fresh=False, in_time=False)

    assert (
        judge(window, expected=expected, already=False, at=MOMENTS[moment], on_leave=True, ticket=stale)
        is outcome
    )


def test_closed_record_takes_nobody_in_though_the_window_is_open() -> None:
    window = Window(OPENS, CLOSES, cancelled=False, recorded=True)

    assert judge(window, expected=True, already=False, at=OPENS) is OUT.CLOSED
    assert judge(window, expected=True, already=True, at=OPENS) is OUT.ALREADY


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (timedelta(0), True),
        (SENT_WITHIN, True),
        (SENT_WITHIN + INSTANT, False),
        (timedelta(seconds=-1), True),
    ],
)
def test_scan_may_be_two_minutes_on_its_way(after: timedelta, *, counts: bool) -> None:
    assert in_time(scanned_at=NOW, sent_at=NOW + after) is counts


def test_refusals_are_what_a_recorder_may_settle() -> None:
    assert set(OUT) - REFUSALS == {OUT.CHECKED_IN, OUT.ALREADY, OUT.UNKNOWN, OUT.KEPT}
