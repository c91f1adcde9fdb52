"""The lives of a transfer that a member reports, and of cash on its way up."""

from enum import StrEnum

from app.core.states import Transitions


class TransferState(StrEnum):
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TRANSFER: Transitions[TransferState] = {
    TransferState.REPORTED: frozenset(
        {TransferState.CONFIRMED, TransferState.REFUSED, TransferState.WITHDRAWN}
    ),
    TransferState.CONFIRMED: frozenset(),
    TransferState.REFUSED: frozenset(),
    TransferState.WITHDRAWN: frozenset(),
}


class HandoverState(StrEnum):
    OFFERED = "offered"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


HANDOVER: Transitions[HandoverState] = {
    HandoverState.OFFERED: frozenset(
        {HandoverState.RECEIVED, HandoverState.REFUSED, HandoverState.WITHDRAWN}
    ),
    HandoverState.RECEIVED: frozenset(),
    HandoverState.REFUSED: frozenset(),
    HandoverState.WITHDRAWN: frozenset(),
}
