"""Each event meets an order, and a refund, in each of its states: what it becomes, and whether money is booked."""

import pytest
from sqlalchemy import select, update

from app.dues.books.models import Account, Journal, JournalKind
from app.dues.orders import moving
from app.dues.orders.models import Order, Refund
from app.dues.orders.refund_settling import settle_refund
from app.dues.orders.settling import Outcome, settle
from app.dues.orders.states import OrderState, RefundState
from app.dues.orders.wishes import Wish
from app.dues.ports import RefundSaid, RefundStatus, Trade, TradeState
from app.dues.statements.models import CaseKind
from tests.fakes.gateway import APP_ID, MCHID
from tests.unit.dues.orders.counter import DUE, NOW, OPENID, Counter

OPEN_STATES = (OrderState.CREATED, OrderState.PENDING)


def put(at: Counter, state: OrderState) -> Order:
    """An order of the first bill in that state."""
    order = at.settled(Wish(at.bills[:1])) if state is OrderState.PAID else at.open(Wish(at.bills[:1]))[0]
    if state is not OrderState.PAID:
        kept = {"state": state, "open_member_id": at.member if state in OPEN_STATES else None}
        with at.sessions.begin() as session:
            session.execute(update(Order).where(Order.id == order.id).values(kept))
    return at.order(order.id)


def trade(order: Order, *, state: TradeState = TradeState.PAID) -> Trade:
    transaction = order.transaction_id or "4200000000000000000000000001"
    return Trade(MCHID, APP_ID, order.out_trade_no, state, transaction, order.amount_fen, "CNY", OPENID, NOW)


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("said", [TradeState.PAID, TradeState.REFUNDED])
def test_paid_is_booked_once_in_every_state(at: Counter, state: OrderState, said: TradeState) -> None:
    order = put(at, state)

    with at.sessions.begin() as session:
        outcome = settle(session, trade(order, state=said), now=NOW)

    assert outcome is (Outcome.ALREADY if state is OrderState.PAID else Outcome.BOOKED)
    assert (at.order(order.id).state, at.order(order.id).open_member_id) == (OrderState.PAID, None)
    assert at.receipts() == [DUE]


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("said", [TradeState.NOT_PAID, TradeState.CLOSED, TradeState.UNKNOWN])
def test_not_paid_books_nothing_in_any_state(at: Counter, state: OrderState, said: TradeState) -> None:
    order = put(at, state)

    with at.sessions.begin() as session:
        assert settle(session, trade(order, state=said), now=NOW) is Outcome.NOTHING

    assert at.order(order.id).state is state


@pytest.mark.parametrize("state", OrderState)
def test_time_over_leaves_only_what_could_still_be_paid(at: Counter, state: OrderState) -> None:
    order = put(at, state)

    with at.sessions.begin() as session:
        moving.expire(session, order.id, order.expires_at)

    assert at.order(order.id).state is (OrderState.CLOSING if state in OPEN_STATES else state)


@pytest.mark.parametrize("state", OrderState)
def test_answer_of_prepay_shows_only_what_is_still_wanted(at: Counter, state: OrderState) -> None:
    order = put(at, state)

    with at.sessions.begin() as session:
        moving.shown(session, order.id, prepay_id="wx-new", now=NOW)

    shown = at.order(order.id)
    assert shown.state is (OrderState.PENDING if state in OPEN_STATES else state)
    assert (shown.prepay_id == "wx-new") is (state in OPEN_STATES)


def refund_in(at: Counter, state: RefundState) -> Refund:
    """Of a payment that cash had overtaken, so that its amount stands in REFUNDS."""
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(order.id)
    with at.sessions.begin() as session:
        session.execute(update(Refund).values(state=state, ask_at=NOW))
    return at.refund()


def said(at: Counter, refund: Refund, status: RefundStatus) -> RefundSaid:
    order = at.order(refund.order_id)
    number = refund.refund_id or "50300000000000000000000000001"
    ended = NOW if status is RefundStatus.SUCCEEDED else None
    return RefundSaid(
        MCHID, order.out_trade_no, refund.out_refund_no, status, number, DUE, order.amount_fen, ended
    )


UNDER_WAY = (RefundState.WANTED, RefundState.PROCESSING, RefundState.ABNORMAL)
BECOMES = {
    RefundStatus.PROCESSING: RefundState.PROCESSING,
    RefundStatus.SUCCEEDED: RefundState.SUCCEEDED,
    RefundStatus.ABNORMAL: RefundState.ABNORMAL,
    RefundStatus.CLOSED: RefundState.CLOSED,
}


@pytest.mark.parametrize("state", RefundState)
@pytest.mark.parametrize("status", RefundStatus)
def test_refund_follows_what_wechat_says_only_while_it_is_under_way(
    at: Counter, state: RefundState, status: RefundStatus
) -> None:
    refund = refund_in(at, state)
    before = at.books()

    with at.sessions.begin() as session:
        outcome = settle_refund(session, said(at, refund, status), now=NOW)

    moves = state in UNDER_WAY and status in BECOMES
    assert at.refund().state is (BECOMES[status] if moves else state)
    gone = DUE if moves and status is RefundStatus.SUCCEEDED else 0
    assert at.books().get(Account.WECHAT, 0) == before[Account.WECHAT] - gone
    assert at.books().get(Account.REFUNDS, 0) == before[Account.REFUNDS] + gone
    strange = status in BECOMES and (
        state in (RefundState.PROPOSED, RefundState.REFUSED)
        or (state is RefundState.CLOSED and status is RefundStatus.SUCCEEDED)
    )
    assert (outcome is Outcome.REFUSED) is strange
    assert at.order(refund.order_id).refunded_fen == (0 if moves and status is RefundStatus.CLOSED else DUE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(RefundStatus.ABNORMAL, CaseKind.REFUND_ABNORMAL), (RefundStatus.CLOSED, CaseKind.REFUND_CLOSED)],
)
def test_refund_that_did_not_reach_the_member_is_a_persons_matter(
    at: Counter, status: RefundStatus, kind: CaseKind
) -> None:
    refund = refund_in(at, RefundState.PROCESSING)

    for _ in range(2):
        with at.sessions.begin() as session:
            settle_refund(session, said(at, at.refund(refund.id), status), now=NOW)

    assert at.cases() == [CaseKind.PAID_TWICE, kind]
    assert at.books()[Account.REFUNDS] == -DUE


def test_abnormal_that_is_told_late_does_not_undo_what_succeeded(at: Counter) -> None:
    refund = refund_in(at, RefundState.PROCESSING)

    for status in (
        RefundStatus.ABNORMAL,
        RefundStatus.SUCCEEDED,
        RefundStatus.ABNORMAL,
        RefundStatus.PROCESSING,
    ):
        with at.sessions.begin() as session:
            settle_refund(session, said(at, at.refund(refund.id), status), now=NOW)

    assert at.refund().state is RefundState.SUCCEEDED
    with at.sessions.read() as session:
        refunded = session.scalars(select(Journal).where(Journal.kind == JournalKind.REFUNDED)).all()
    assert len(refunded) == 1
