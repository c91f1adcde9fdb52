"""Where a person stands with one meeting, as they are told themselves. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from app.meetings.models import Standing
from app.meetings.states import LeaveState


class OwnState(StrEnum):
    SIGNED_IN = "signed_in"
    LEAVE_ASKED = "leave_asked"
    ON_LEAVE = "on_leave"
    LEAVE_REFUSED = "leave_refused"
    NOT_COUNTED = "not_counted"
    SITS_IN = "sits_in"
    MADE_UP = "made_up"
    EXPECTED = "expected"
    NOT_SIGNED_IN = "not_signed_in"


OF_LEAVE = {
    LeaveState.ASKED: OwnState.LEAVE_ASKED,
    LeaveState.GRANTED: OwnState.ON_LEAVE,
    LeaveState.REFUSED: OwnState.LEAVE_REFUSED,
}
OF_STANDING = {Standing.NOT_COUNTED: OwnState.NOT_COUNTED, Standing.INVITED: OwnState.SITS_IN}


def coming(row: Any) -> OwnState:
    """Of a row with checked_in_at, leave_state and standing."""
    return _known(row.checked_in_at, row.leave_state, row.standing) or OwnState.EXPECTED


def past(row: Any) -> OwnState:
    """The same with made_up_on. What was asked for or refused and then not attended is plainly no sign-in."""
    leave = row.leave_state if row.leave_state is LeaveState.GRANTED else None
    known = _known(row.checked_in_at, leave, row.standing)
    if known is not OwnState.SIGNED_IN and row.made_up_on is not None:
        return OwnState.MADE_UP
    return known or OwnState.NOT_SIGNED_IN


def _known(checked_in_at: datetime | None, leave: LeaveState | None, standing: Standing) -> OwnState | None:
    if checked_in_at is not None:
        return OwnState.SIGNED_IN
    return OF_LEAVE.get(leave) if leave in OF_LEAVE else OF_STANDING.get(standing)
