"""The life of a month's bill (facts/domain §1.6)."""

from enum import StrEnum

from app.core.states import Transitions


class BillState(StrEnum):
    ASSESSED = "assessed"
    DUE = "due"
    PENDING = "pending"
    """The member says that they transferred it, and nobody has confirmed that yet."""
    PARTIAL = "partial"
    PAID = "paid"
    EXEMPT = "exempt"
    OVERDUE = "overdue"
    REVERSED = "reversed"


OPEN = frozenset({BillState.ASSESSED, BillState.DUE, BillState.PENDING, BillState.PARTIAL, BillState.OVERDUE})
"""Something may still be paid on it."""

S = BillState
BILL: Transitions[BillState] = {
    S.ASSESSED: frozenset({S.DUE, S.PARTIAL, S.PAID, S.REVERSED}),
    S.DUE: frozenset({S.PENDING, S.PARTIAL, S.PAID, S.OVERDUE, S.REVERSED}),
    S.PENDING: frozenset({S.DUE, S.PARTIAL, S.PAID, S.OVERDUE}),
    S.PARTIAL: frozenset({S.PENDING, S.PARTIAL, S.PAID, S.DUE, S.OVERDUE, S.REVERSED}),
    S.OVERDUE: frozenset({S.PENDING, S.PARTIAL, S.PAID, S.REVERSED}),
    S.PAID: frozenset({S.PARTIAL, S.DUE, S.OVERDUE}),
    S.EXEMPT: frozenset({S.REVERSED}),
    S.REVERSED: frozenset(),
}
"""Back from paid only by a reversal or a refund; reversed only where nothing is paid on it."""
