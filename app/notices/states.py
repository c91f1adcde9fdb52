"""The life of one delivery to one person."""

from enum import StrEnum

from app.core.states import Transitions


class DeliveryState(StrEnum):
    """`LISTED`: only in the person's own list of notices, and on the branch's printed list."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    LISTED = "listed"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"


S = DeliveryState
TRANSITIONS: Transitions[DeliveryState] = {
    S.HELD: frozenset({S.QUEUED, S.LISTED, S.WITHDRAWN}),
    # Sent: the worker that was given up reports after all. Uncertain: too late for WeChat to drop a repeat.
    S.QUEUED: frozenset({S.SENDING, S.SENT, S.LISTED, S.REJECTED, S.UNCERTAIN, S.WITHDRAWN}),
    S.SENDING: frozenset({S.SENT, S.LISTED, S.REJECTED, S.QUEUED, S.UNCERTAIN}),
    S.SENT: frozenset({S.DELIVERED, S.REJECTED}),  # the platform's later word
    # Only a person sends it again; or the worker that was given up reports after all.
    S.UNCERTAIN: frozenset({S.QUEUED, S.HELD, S.SENT, S.DELIVERED, S.LISTED, S.REJECTED}),
    S.REJECTED: frozenset({S.QUEUED, S.HELD}),  # a person's "retry these"
    S.LISTED: frozenset({S.QUEUED, S.HELD}),  # the same, after the person has bound or followed
    S.DELIVERED: frozenset(),
    S.WITHDRAWN: frozenset(),
}

OPEN = frozenset({S.QUEUED, S.SENDING})
"""What the progress bar still waits for. A held one waits for the week's digest."""
