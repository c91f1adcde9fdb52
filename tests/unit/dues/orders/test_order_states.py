"""The tables of orders and refunds, walked: every step that is allowed happens, every other one is refused."""

from datetime import timedelta
from itertools import product

import pytest

from app.core.states import IllegalTransition, advance
from app.dues.orders import rules
from app.dues.orders.states import ORDER, REFUND, OrderState, RefundState
from tests.factories import NOW

ORDER_STEPS = {
    (OrderState.CREATED, OrderState.PENDING),
    (OrderState.CREATED, OrderState.PAID),
    (OrderState.CREATED, OrderState.CLOSING),
    (OrderState.PENDING, OrderState.PENDING),
    (OrderState.PENDING, OrderState.PAID),
    (OrderState.PENDING, OrderState.CLOSING),
    (OrderState.CLOSING, OrderState.CLOSED),
    (OrderState.CLOSING, OrderState.PAID),
    (OrderState.CLOSED, OrderState.PAID),
}
REFUND_STEPS = {
    (RefundState.PROPOSED, RefundState.WANTED),
    (RefundState.PROPOSED, RefundState.REFUSED),
    *product(
        (RefundState.WANTED, RefundState.PROCESSING, RefundState.ABNORMAL),
        (RefundState.PROCESSING, RefundState.SUCCEEDED, RefundState.ABNORMAL, RefundState.CLOSED),
    ),
}


@pytest.mark.parametrize(("before", "after"), list(product(OrderState, OrderState)))
def test_order_takes_only_the_steps_of_its_table(before: OrderState, after: OrderState) -> None:
    if (before, after) in ORDER_STEPS:
        assert advance(ORDER, before, after) is after
    else:
        with pytest.raises(IllegalTransition):
            advance(ORDER, before, after)


@pytest.mark.parametrize(("before", "after"), list(product(RefundState, RefundState)))
def test_refund_takes_only_the_steps_of_its_table(before: RefundState, after: RefundState) -> None:
    if (before, after) in REFUND_STEPS:
        assert advance(REFUND, before, after) is after
    else:
        with pytest.raises(IllegalTransition):
            advance(REFUND, before, after)


@pytest.mark.parametrize("state", [OrderState.CREATED, OrderState.PENDING])
@pytest.mark.parametrize("asked", range(9))
def test_silent_order_is_never_asked_about_after_its_end(state: OrderState, asked: int) -> None:
    ends = NOW + timedelta(minutes=12)

    at = rules.ask_next(state, asked=asked, expires_at=ends, now=NOW)

    assert NOW < at <= ends


@pytest.mark.parametrize("asked", range(9))
def test_order_on_its_way_out_is_asked_about_within_five_minutes_each_time(asked: int) -> None:
    at = rules.ask_next(OrderState.CLOSING, asked=asked, expires_at=NOW - timedelta(days=9), now=NOW)

    assert timedelta(seconds=10) <= at - NOW <= timedelta(minutes=5)
