"""What becomes of a plan, and of a wish."""

from enum import StrEnum

from app.core.states import Transitions


class PlanState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"


PLAN: Transitions[PlanState] = {
    PlanState.DRAFT: frozenset({PlanState.PUBLISHED, PlanState.ENDED}),
    PlanState.PUBLISHED: frozenset({PlanState.ENDED}),
    PlanState.ENDED: frozenset(),
}


class WishState(StrEnum):
    ASKED = "asked"
    OFFERED = "offered"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


WISH: Transitions[WishState] = {
    WishState.ASKED: frozenset({WishState.OFFERED, WishState.DECLINED, WishState.TAKEN_BACK}),
    WishState.OFFERED: frozenset(),
    WishState.DECLINED: frozenset(),
    WishState.TAKEN_BACK: frozenset(),
}
