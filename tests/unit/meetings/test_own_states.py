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
        (False, None, V, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
        (False, None, Standing.NON_VOTING, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
        (False, None, SITS_IN, OwnState.SITS_IN, OwnState.SITS_IN),
        (False, None, NOT_COUNTED, OwnState.NOT_COUNTED, OwnState.NOT_COUNTED),
        (True, None, V, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (True, GRANTED, V, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (True, None, SITS_IN, OwnState.SIGNED_IN, OwnState.SIGNED_IN),
        (False, ASKED, V, OwnState.LEAVE_ASKED, OwnState.NOT_SIGNED_IN),
        (False, GRANTED, V, OwnState.ON_LEAVE, OwnState.ON_LEAVE),
        (False, REFUSED, V, OwnState.LEAVE_REFUSED, OwnState.NOT_SIGNED_IN),
        (False, BACK, V, OwnState.EXPECTED, OwnState.NOT_SIGNED_IN),
    ],
)
def test_own_state(
    here: bool, leave: LeaveState | None, standing: Standing, coming: OwnState, past: OwnState
) -> None:  # noqa: FBT001 -- a table's column
    row = SimpleNamespace(
        checked_in_at=NOW if here else None, leave_state=leave, standing=standing, made_up_on=None
    )

    assert (own_states.coming(row), own_states.past(row)) == (coming, past)


@pytest.mark.parametrize(
    ("leave", "here", "told"),
    [(None, False, OwnState.MADE_UP), (GRANTED, False, OwnState.MADE_UP), (None, True, OwnState.SIGNED_IN)],
)
def test_caught_up_is_said_of_who_was_away(leave: LeaveState | None, here: bool, told: OwnState) -> None:  # noqa: FBT001 -- a table's column
    row = SimpleNamespace(
        checked_in_at=NOW if here else None, leave_state=leave, standing=V, made_up_on=date(2026, 3, 9)
    )

    assert own_states.past(row) is told
