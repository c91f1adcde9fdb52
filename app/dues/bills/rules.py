"""Where a bill stands, out of what is paid on it and its month. Pure."""

from datetime import date

from app.core.states import advance
from app.dues import months
from app.dues.bills.states import BILL, OPEN, BillState


def standing_of(*, amount_fen: int, paid_fen: int, month: int, today: date) -> BillState:
    """The state of a bill that nothing is pending on. Overdue once its month is over; what is partly paid stays so."""
    if paid_fen >= amount_fen:
        return BillState.PAID
    if paid_fen > 0:
        return BillState.PARTIAL
    return unpaid(month, today)


def unpaid(month: int, today: date) -> BillState:
    ahead = months.between(months.of(today), month)
    if ahead == 0:
        return BillState.DUE
    return BillState.ASSESSED if ahead > 0 else BillState.OVERDUE


def after(current: BillState, to: BillState) -> BillState:
    """`to`, as the table allows it; what was paid for a month to come is due again, never merely assessed."""
    if to is BillState.ASSESSED and current is not BillState.ASSESSED:
        to = BillState.DUE
    return current if to is current else advance(BILL, current, to)


def takes(state: BillState, *, amount_fen: int, paid_fen: int, fen: int) -> int:
    """How much of `fen` may be put on a bill in that state."""
    return max(0, min(fen, amount_fen - paid_fen)) if state in OPEN else 0


def due_on(month: int, due_day: int, today: date) -> date:
    """The committee's day of that month, but no day before the bill was made."""
    return max(months.first_day(month).replace(day=due_day), today)


def beyond_back_payment(month: int, today: date, back_months: int) -> bool:
    """Later than dues are generally paid back (facts/domain §1.4): a word to the person, never a reason to refuse."""
    return months.between(month, months.of(today)) > back_months
