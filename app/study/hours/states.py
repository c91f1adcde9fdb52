"""What becomes of a member's own declaration."""

from enum import StrEnum

from app.core.states import Transitions


class DeclarationState(StrEnum):
    DECLARED = "declared"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    """With a reason; the member may correct it and declare it again."""
    TAKEN_BACK = "taken_back"


S = DeclarationState
DECLARATION: Transitions[DeclarationState] = {
    S.DECLARED: frozenset({S.ACCEPTED, S.RETURNED, S.TAKEN_BACK}),
    S.RETURNED: frozenset({S.DECLARED, S.TAKEN_BACK}),
    S.ACCEPTED: frozenset({S.RETURNED}),
    S.TAKEN_BACK: frozenset({S.DECLARED}),
}
