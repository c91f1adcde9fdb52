"""Where a bill may go: every step that the table allows, and every one that it forbids."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.states import IllegalTransition, advance
from app.dues import months
from app.dues.bills import rules
from app.dues.bills.states import BILL, OPEN, BillState

S = BillState
TODAY = date(2026, 3, 15)
STEPS = {
    S.ASSESSED: {S.DUE, S.PARTIAL, S.PAID, S.REVERSED},
    S.DUE: {S.PENDING, S.PARTIAL, S.PAID, S.OVERDUE, S.REVERSED},
    S.PENDING: {S.DUE, S.PARTIAL, S.PAID, S.OVERDUE},
    S.PARTIAL: {S.PENDING, S.PARTIAL, S.PAID, S.DUE, S.OVERDUE, S.REVERSED},
    S.OVERDUE: {S.PENDING, S.PARTIAL, S.PAID, S.REVERSED},
    S.PAID: {S.PARTIAL, S.DUE, S.OVERDUE},
    S.EXEMPT: {S.REVERSED},
    S.REVERSED: set(),
}


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("to", S)
def test_bill_goes_only_where_the_table_says(current: BillState, to: BillState) -> None:
    if to in STEPS[current]:
        assert advance(BILL, current, to) is to
    else:
        with pytest.raises(IllegalTransition):
            advance(BILL, current, to)


@pytest.mark.parametrize(
    ("amount", "paid", "month", "state"),
    [
        (100, 0, 202604, S.ASSESSED),
        (100, 0, 202603, S.DUE),
        (100, 0, 202602, S.OVERDUE),
        (100, 0, 202512, S.OVERDUE),
        (100, 1, 202602, S.PARTIAL),
        (100, 99, 202604, S.PARTIAL),
        (100, 100, 202602, S.PAID),
    ],
)
def test_state_follows_what_is_paid_and_the_month(
    amount: int, paid: int, month: int, state: BillState
) -> None:
    assert rules.standing_of(amount_fen=amount, paid_fen=paid, month=month, today=TODAY) is state


def test_what_was_paid_ahead_and_given_back_is_due() -> None:
    assert rules.after(S.PAID, S.ASSESSED) is S.DUE
    assert rules.after(S.ASSESSED, S.ASSESSED) is S.ASSESSED


@given(
    state=st.sampled_from(BillState),
    amount=st.integers(0, 500),
    paid=st.integers(0, 500),
    fen=st.integers(1, 1000),
)
def test_bill_takes_no_more_than_is_open_and_nothing_where_it_is_closed(
    state: BillState, amount: int, paid: int, fen: int
) -> None:
    taken = rules.takes(state, amount_fen=amount, paid_fen=min(paid, amount), fen=fen)

    assert 0 <= taken <= fen
    assert min(paid, amount) + taken <= amount
    assert taken == 0 or state in OPEN


@pytest.mark.parametrize(
    ("month", "due"),
    [(202603, date(2026, 3, 20)), (202604, date(2026, 4, 20)), (202602, TODAY), (202512, TODAY)],
)
def test_bill_is_due_on_the_committees_day_but_not_before_it_was_made(month: int, due: date) -> None:
    assert rules.due_on(month, 20, TODAY) == due


@pytest.mark.parametrize(("back", "beyond"), [(0, False), (6, False), (7, True)])
def test_paying_back_more_than_six_months_is_remarked(back: int, beyond: bool) -> None:  # noqa: FBT001 -- a table
    assert rules.beyond_back_payment(months.plus(202603, -back), TODAY, 6) is beyond
