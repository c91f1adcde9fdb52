"""The life of one delivery to one person."""

from enum import StrEnum

from app.core.states import Transitions


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


TRANSITIONS: Transitions[DeliveryState] = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING, DeliveryState.REJECTED}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.SENT, DeliveryState.REJECTED, DeliveryState.QUEUED, DeliveryState.UNCERTAIN}
    ),
    # Only a person sends it again; or the worker that was given up reports after all.
    DeliveryState.UNCERTAIN: frozenset({DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.REJECTED}),
    DeliveryState.SENT: frozenset(),
    DeliveryState.REJECTED: frozenset(),
}
