"""What a person is told of themselves: signing in outweighs leave, and nothing is called absence."""

from datetime import date
from types import SimpleNamespace

import pytest

from app.meetings import own_states
from app.meetings.models import Standing
from app.meetings.own_states import OwnState
from app.meetings.states import LeaveState
from tests.factories import NOW

V, SITS_IN, NOT_COUNTED = Standing.VOTING, Standing.INVITED, Standing.NOT_COUNTED
ASKED, GRANTED, REFUSED, BACK = LeaveState


@pytest.mark.parametrize(
    ("here", "leave", "standing", "coming", "past"),
    [
        (0, None, V, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
        (0, None, Standing.NON_VOTING, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
        (0, None, SITS_IN, OwnState.SITS_IN, OwnState.SITS_IN),
        (0, None, NOT_COUNTED, OwnState.NOT_COUNTED, OwnState.NOT_COUNTED),
        (1, None, V, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (1, GRANTED, V, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (1, None, SITS_IN, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (0, ASKED, V, OwnState.LEAVE_ASKED, OwnState.NOT_SIGNED_IN),
        (0, GRANTED, V, OwnState.ON_LEAVE, OwnState.ON_LEAVE),
        (0, REFUSED, V, OwnState.LEAVE_REFUSED, OwnState.NOT_SIGNED_IN),
        (0, BACK, V, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
    ],
)
def test_own_state(
    here: int, leave: LeaveState | None, standing: Standing, coming: OwnState, past: OwnState
) -> None:
    row = SimpleNamespace(
        checked_in_at=NOW if here else None, leave_state=leave, standing=standing, made_up_on=None
    )

    assert (own_states.coming(row), own_states.past(row)) == (coming, past)


@pytest.mark.parametrize(
    ("leave", "here", "told"),
    [(None, 0, OwnState.MADE_UP), (GRANTED, 0, OwnState.MADE_UP), (None, 1, OwnState.SIGNED_IN)],
)
def test_caught_up_is_said_of_who_was_away(leave: LeaveState | None, here: int, told: OwnState) -> None:
    row = SimpleNamespace(
        checked_in_at=NOW if here else None, leave_state=leave, standing=V, made_up_on=date(2026, 3, 9)
    )

    assert own_states.past(row) is told
