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
    DeliveryState.UNCERTAIN: frozenset({DeliveryState.QUEUED}),  # only a person sends it again
    DeliveryState.SENT: frozenset(),
    DeliveryState.REJECTED: frozenset(),
}
