"""How long an order lasts, and when WeChat is asked about it again. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.dues.orders.states import OrderState

LASTS: Final = timedelta(minutes=30)
LEFT_TO_PAY: Final = timedelta(minutes=2)
"""So much must be left of an order that is shown again; WeChat itself takes no time_expire within a minute."""
ON_ITS_WAY: Final = timedelta(minutes=2)
"""So long a request of ours may still arrive: what WeChat does not know yet is not over before."""
ASKED_FIRST: Final = timedelta(seconds=5)
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (25, 30, 60, 180, 300, 1200))
"""After the first: asked 5 s, 30 s, 1, 2, 5, 10 and 30 minutes after the order was shown (facts/wechat.md §6.7)."""
WHILE_CLOSING: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300))
REFUND_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 180, 360))
ABNORMAL_PAUSE: Final = timedelta(hours=6)
REFUSED_PAUSE: Final = timedelta(hours=1)
"""Until what WeChat refused, or what does not agree, is looked at again: a person is on it."""


def ask_next(state: OrderState, *, asked: int, expires_at: datetime, now: datetime) -> datetime:
    """When WeChat is asked again after it was asked `asked` times in this state."""
    if state is OrderState.CLOSING:
        return now + _pause(WHILE_CLOSING, asked)
    return min(now + _pause(PAUSES, asked), max(expires_at, now))


def ask_refund_next(*, asked: int, now: datetime) -> datetime:
    return now + _pause(REFUND_PAUSES, asked)


def _pause(pauses: Sequence[timedelta], asked: int) -> timedelta:
    return pauses[min(max(asked, 1), len(pauses)) - 1]
