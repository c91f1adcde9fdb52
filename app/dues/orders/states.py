"""The life of an order at WeChat, and of a refund."""

from enum import StrEnum

from app.core.states import Transitions


class OrderState(StrEnum):
    CREATED = "created"
    """Kept here; whether WeChat knows it is not known."""
    PENDING = "pending"
    """WeChat took it; the member may pay."""
    CLOSING = "closing"
    """No longer wanted, or its time is over; WeChat has not confirmed that nobody can pay it any more."""
    CLOSED = "closed"
    PAID = "paid"


S = OrderState
ORDER: Transitions[OrderState] = {
    S.CREATED: frozenset({S.PENDING, S.PAID, S.CLOSING}),
    S.PENDING: frozenset({S.PENDING, S.PAID, S.CLOSING}),
    S.CLOSING: frozenset({S.CLOSED, S.PAID}),
    S.CLOSED: frozenset({S.PAID}),
    S.PAID: frozenset(),
}
"""Closed is not the end: money that WeChat says it has is booked, whatever it said before."""


class RefundState(StrEnum):
    PROPOSED = "proposed"
    REFUSED = "refused"
    WANTED = "wanted"
    """Decided; WeChat was not asked, or has not answered."""
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    """WeChat could not pay it back; a person acts, and WeChat is asked again."""
    CLOSED = "closed"
    """WeChat gave up: the money is still ours to give back another way."""


R = RefundState
REFUND: Transitions[RefundState] = {
    R.PROPOSED: frozenset({R.WANTED, R.REFUSED}),
    R.REFUSED: frozenset(),
    R.WANTED: frozenset({R.PROCESSING, R.SUCCEEDED, R.ABNORMAL, R.CLOSED}),
    R.PROCESSING: frozenset({R.PROCESSING, R.SUCCEEDED, R.ABNORMAL, R.CLOSED}),
    R.ABNORMAL: frozenset({R.PROCESSING, R.SUCCEEDED, R.ABNORMAL, R.CLOSED}),
    R.SUCCEEDED: frozenset(),
    R.CLOSED: frozenset(),
}
