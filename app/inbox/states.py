"""The life of an inbound event."""

from enum import StrEnum

from app.core.states import Transitions


class InboxState(StrEnum):
    RECEIVED = "received"
    HANDLED = "handled"
    FAILED = "failed"


TRANSITIONS: Transitions[InboxState] = {
    InboxState.RECEIVED: frozenset({InboxState.HANDLED, InboxState.FAILED}),
    InboxState.FAILED: frozenset({InboxState.RECEIVED}),  # replayed by a person
    InboxState.HANDLED: frozenset(),
}
