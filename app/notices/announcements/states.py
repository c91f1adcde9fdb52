"""The life of an announcement."""

from enum import StrEnum

from app.core.states import Transitions


class AnnouncementState(StrEnum):
    """`SCHEDULED` is approved and waits for its time; `SENDING` has its deliveries; `SENT` has none left open."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


S = AnnouncementState
TRANSITIONS: Transitions[AnnouncementState] = {
    S.DRAFT: frozenset({S.IN_REVIEW, S.SCHEDULED, S.WITHDRAWN}),
    S.IN_REVIEW: frozenset({S.DRAFT, S.SCHEDULED, S.WITHDRAWN}),
    S.SCHEDULED: frozenset({S.DRAFT, S.SENDING, S.WITHDRAWN}),
    S.SENDING: frozenset({S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset({S.SENDING, S.WITHDRAWN}),  # "retry these" opens it again
    S.WITHDRAWN: frozenset(),
}
