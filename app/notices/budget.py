"""A person's week: one push that is not their own matter, then no more (facts/domain §7.3 FR8)."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState

DIGEST_KIND = "digest"
PUSHED = frozenset(
    {
        DeliveryState.QUEUED,
        DeliveryState.SENDING,
        DeliveryState.SENT,
        DeliveryState.DELIVERED,
        DeliveryState.UNCERTAIN,
    }
)
"""What has reached the person, or still may. An emergency and a person's own matters use nothing up."""


def used(week: tuple[datetime, datetime], *, beside: str) -> Select[int | None]:
    """The members who get a push in that week already, other than the one of the subject `beside`."""
    return select(Delivery.member_id).where(
        Delivery.state.in_(PUSHED),
        Delivery.not_before >= week[0],
        Delivery.not_before < week[1],
        or_(Delivery.urgency == Urgency.OWN_PUSH, Delivery.kind == DIGEST_KIND),
        Delivery.subject != beside,
    )


def owed(week: tuple[datetime, datetime]) -> Select[int | None]:
    """The members for whom something waits since an earlier week: this week's push is the digest's, then.

    Otherwise a push of its own each week would keep the digest away for ever.
    """
    return select(Delivery.member_id).where(
        Delivery.state == DeliveryState.HELD, Delivery.created_at < week[0]
    )
