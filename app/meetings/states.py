"""The life of a leave."""

from enum import StrEnum

from app.core.states import Transitions


class LeaveState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


LEAVE: Transitions[LeaveState] = {
    LeaveState.ASKED: frozenset({LeaveState.GRANTED, LeaveState.REFUSED, LeaveState.WITHDRAWN}),
    LeaveState.GRANTED: frozenset({LeaveState.REFUSED, LeaveState.WITHDRAWN}),
    LeaveState.REFUSED: frozenset({LeaveState.GRANTED, LeaveState.ASKED, LeaveState.WITHDRAWN}),
    LeaveState.WITHDRAWN: frozenset({LeaveState.ASKED, LeaveState.GRANTED}),
}
"""An answer may be corrected, and whoever withdrew may ask again, until the record is closed."""
