"""What becomes of a push."""

from enum import StrEnum

from app.core.states import Transitions


class PushState(StrEnum):
    SCHEDULED = "scheduled"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


PUSH: Transitions[PushState] = {
    PushState.SCHEDULED: frozenset({PushState.SENT, PushState.WITHDRAWN}),
    # What has its deliveries may still be taken back from those who have not heard of it.
    PushState.SENT: frozenset({PushState.WITHDRAWN}),
    PushState.WITHDRAWN: frozenset(),
}
