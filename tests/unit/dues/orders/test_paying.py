"""One payment from the tap to the receipt, and every step at which something may be lost."""

from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.orders import moving
from app.dues.orders.desk import OrderPaid, OrderReplaced, PayNoAnswer, PayRefused
from app.dues.orders.rules import LASTS
from app.dues.orders.settling import Outcome, settle
from app.dues.orders.states import OrderState
from app.dues.orders.wishes import Wish
from app.dues.policies.models import DuesPolicy, Twice
from app.dues.statements.models import CaseKind
from sandbox.pay.refusals import CannotPay
from tests.fakes.gateway import LOST, MCHID, NOT_SENT, trade_of
from tests.unit.dues.orders.counter import DUE, NOW, OPENID, Counter, counter


def test_opening_asks_wechat_and_gives_the_sheet(at: Counter) -> None:
    order, sheet = at.open()

    assert (order.state, order.amount_fen, order.expires_at) == (OrderState.PENDING, 2 * DUE, NOW + LASTS)
    assert sheet.package == f"prepay_id={order.prepay_id}"
    assert order.out_trade_no.isalnum()
    assert len(order.out_trade_no) <= 32
    assert order.description == "2026年2月至3月党费"


def test_paid_and_told_of_is_booked_once_with_one_receipt(at: Counter) -> None:
    order = at.settled()

    assert (order.state, order.open_member_id, order.ask_at) == (OrderState.PAID, None, None)
    assert at.receipts() == [2 * DUE]
    assert at.books() == {Account.WECHAT: 2 * DUE, Account.RECEIVABLE: -2 * DUE}
    assert at.bill().state is BillState.PAID
    assert at.desk.ask(order.id) is OrderState.PAID
    assert at.receipts() == [2 * DUE]


def test_the_same_wish_finds_the_same_order(at: Counter) -> None:
    first, _ = at.open()
    at.later(minutes=3)

    again, sheet = at.open()

    assert (again.id, sheet.package) == (first.id, f"prepay_id={first.prepay_id}")
    assert at.platform.said["prepay"] == 1
    assert again.ask_at == at.clock.now() + timedelta(seconds=5)


def test_the_same_wish_shortly_before_the_end_opens_a_new_order(at: Counter) -> None:
    first, _ = at.open()
    at.later(minutes=29)

    again, _ = at.open()

    assert again.id != first.id
    assert at.order(first.id).state is OrderState.CLOSING


def test_another_wish_leaves_the_earlier_order_to_be_closed(at: Counter) -> None:
    first, sheet = at.open()

    second, _ = at.open(Wish(at.bills[:1]))
    at.later(seconds=1)
    at.run()

    assert (at.order(first.id).state, at.order(second.id).state) == (OrderState.CLOSED, OrderState.PENDING)
    with pytest.raises(CannotPay):
        at.platform.pay(sheet, OPENID)


def test_tapping_again_after_a_payment_nobody_told_us_of_says_that_it_is_paid(at: Counter) -> None:
    at.paid()

    with pytest.raises(OrderPaid):
        at.open()
    assert at.receipts() == [2 * DUE]


def test_prepay_answer_lost_the_next_tap_goes_on_with_the_same_order(at: Counter) -> None:
    at.platform.troubles.append(LOST)
    with pytest.raises(PayNoAnswer):
        at.open()

    order, sheet = at.open()

    assert at.platform.pay(sheet, OPENID) == order.out_trade_no
    assert len(at.platform.payments.orders.all) == 1


def test_prepay_never_sent_the_order_is_closed_in_the_end(at: Counter) -> None:
    at.platform.troubles.append(NOT_SENT)
    with pytest.raises(PayNoAnswer):
        at.open()

    at.later(minutes=31)
    at.run(3)

    assert at.order(1).state is OrderState.CLOSED
    assert at.cases() == []


def test_prepay_refused_the_order_is_left_and_the_operator_told(at: Counter) -> None:
    at.platform.payments.merchants[MCHID].app_ids.clear()

    with pytest.raises(PayRefused):
        at.open()
    at.later(minutes=3)
    at.run()

    assert at.order(1).state is OrderState.CLOSED


def test_number_closed_at_wechat_while_we_asked_takes_a_new_one(at: Counter) -> None:
    at.platform.troubles.append(LOST)
    with pytest.raises(PayNoAnswer):
        at.open()
    at.platform.payments.close(MCHID, at.order(1).out_trade_no)

    order, sheet = at.open()

    assert order.id == 2
    assert at.platform.pay(sheet, OPENID) == order.out_trade_no


def test_replaced_while_wechat_took_it_shows_no_sheet(at: Counter) -> None:
    at.platform.meanwhile["prepay"] = lambda: at.open(Wish(at.bills[:1]))

    with pytest.raises(OrderReplaced):
        at.open()

    assert at.order(1).state is OrderState.CLOSING
    assert at.order(2).state is OrderState.PENDING


def test_paid_before_the_answer_of_prepay_is_kept(at: Counter) -> None:
    """Another tap has the sheet already: the notification overtakes the record of this one's answer."""
    at.platform.troubles.append(LOST)
    with pytest.raises(PayNoAnswer):
        at.open()
    number = at.order(1).out_trade_no
    prepay_id = next(iter(at.platform.payments.orders.prepays))

    def pay_and_tell() -> None:
        at.platform.payments.pay(prepay_id, OPENID)
        with at.sessions.begin() as session:
            paid = trade_of(at.platform.payments.query(MCHID, number))
            assert settle(session, paid, now=at.clock.now()) is Outcome.BOOKED

    at.platform.meanwhile["query"] = pay_and_tell
    with at.sessions.begin() as session:
        moving.shown(session, 1, prepay_id=prepay_id, now=NOW)
    assert at.desk.ask(1) is OrderState.PAID
    with at.sessions.begin() as session:
        assert moving.shown(session, 1, prepay_id="wx-late", now=NOW).state is OrderState.PAID
    assert at.receipts() == [2 * DUE]


def test_silent_orders_are_asked_about_by_the_schedule(at: Counter) -> None:
    at.open()
    asked = []
    while (due := at.order(1).ask_at) is not None and due < NOW + LASTS:
        at.clock.at = due - timedelta(seconds=1)
        assert at.desk.ask_due() == 0
        at.clock.at = due
        assert at.desk.ask_due() == 1
        asked.append(int((due - NOW).total_seconds()))

    assert asked == [5, 30, 60, 120, 300, 600]


def test_time_over_closes_at_wechat_and_asks_once_more(at: Counter) -> None:
    order, sheet = at.open()
    at.later(minutes=30)

    at.run()

    assert at.order(order.id).state is OrderState.CLOSED
    assert (at.platform.said["close"], at.platform.said["query"]) == (1, 1)
    with pytest.raises(CannotPay):
        at.platform.pay(sheet, OPENID)


def test_paid_while_closing_is_booked(at: Counter) -> None:
    order, sheet = at.open()
    at.later(minutes=29, seconds=59)
    at.open(Wish(at.bills[:1]))
    at.platform.meanwhile["close"] = lambda: at.platform.pay(sheet, OPENID)

    at.run()

    assert at.order(order.id).state is OrderState.PAID
    assert at.receipts() == [2 * DUE]


def test_answer_of_closing_lost_closes_again(at: Counter) -> None:
    order, _ = at.open()
    at.later(minutes=30)
    at.platform.troubles.append(LOST)
    at.run()
    assert at.order(order.id).state is OrderState.CLOSING

    at.run(2)

    assert at.order(order.id).state is OrderState.CLOSED


def test_told_of_a_payment_after_it_was_closed_books_it(at: Counter) -> None:
    order, sheet = at.open()
    at.platform.pay(sheet, OPENID)
    trade = trade_of(at.platform.payments.query(MCHID, order.out_trade_no))
    with at.sessions.begin() as session:
        moving.closed(session, moving.locked(session, order.id), NOW)

    with at.sessions.begin() as session:
        outcome = settle(session, trade, now=NOW)

    assert outcome is Outcome.BOOKED
    assert at.order(order.id).state is OrderState.PAID


def test_down_for_an_hour_loses_nothing_and_catches_up(at: Counter) -> None:
    order = at.paid()
    at.platform.down = True
    for _ in range(60):
        at.run(6)
    assert at.order(order.id).state is OrderState.CLOSING
    assert at.cases() == []

    at.platform.down = False
    at.later(minutes=5)
    at.run()

    assert at.order(order.id).state is OrderState.PAID
    assert at.receipts() == [2 * DUE]


def test_two_orders_for_the_same_bills_both_paid_the_second_goes_back(at: Counter) -> None:
    _, first = at.open()
    _, second = at.open(Wish(at.bills, extra_fen=100))
    at.platform.pay(first, OPENID)
    at.platform.pay(second, OPENID)

    at.later(seconds=5)
    at.run(2)
    at.later(minutes=1)
    at.run()

    assert at.receipts() == [2 * DUE, 2 * DUE + 100]
    assert at.cases() == [CaseKind.PAID_TWICE]
    assert at.books() == {Account.WECHAT: 2 * DUE + 100, Account.RECEIVABLE: -2 * DUE, Account.EXTRA: -100}
    assert at.platform.took() == 2 * DUE + 100


def test_paid_in_cash_while_the_order_waited_goes_back(at: Counter) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()

    at.desk.ask(order.id)

    assert at.books()[Account.REFUNDS] == -DUE
    assert (at.refund().amount_fen, at.order(order.id).refunded_fen) == (DUE, DUE)
    assert at.cases() == [CaseKind.PAID_TWICE]


def test_paid_in_cash_closes_the_order_that_nobody_paid(at: Counter) -> None:
    order, _ = at.open(Wish(at.bills[:1]))
    at.cash()
    at.later(seconds=5)

    at.run(2)

    assert at.order(order.id).state is OrderState.CLOSED


def test_policy_of_keeping_makes_the_second_payment_an_advance(sessions: Sessions, clock: FixedClock) -> None:
    at = counter(sessions, clock, twice=Twice.ADVANCE)
    order = at.paid(Wish(at.bills[:1]))
    at.cash()

    at.desk.ask(order.id)

    assert at.books()[Account.ADVANCE] == -DUE
    assert at.cases() == [CaseKind.PAID_TWICE]


def test_rule_changed_between_order_and_payment_settles_by_the_new_one(at: Counter) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    with at.sessions.begin() as session:
        session.query(DuesPolicy).update({"twice": Twice.ADVANCE, "by_wechat": False, "mchid": ""})

    at.desk.ask(order.id)

    assert at.order(order.id).state is OrderState.PAID
    assert at.books()[Account.ADVANCE] == -DUE


def test_no_rule_left_gives_back_what_is_not_owed(at: Counter) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    with at.sessions.begin() as session:
        session.query(DuesPolicy).update({"standing": None})

    at.desk.ask(order.id)

    assert at.books()[Account.REFUNDS] == -DUE


def test_merchant_no_longer_set_up_is_a_case_and_no_crash(at: Counter) -> None:
    order = at.paid()
    gateways = dict(at.platform.gateways)
    at.platform.gateways.clear()

    at.later(minutes=31)
    at.run(3)

    assert at.cases() == [CaseKind.NOT_BOOKED]
    at.platform.gateways |= gateways
    at.later(hours=1)
    at.run()
    assert at.order(order.id).state is OrderState.PAID


def test_merchant_that_is_gone_once_more_is_told_of_once_more(at: Counter) -> None:
    gateways = dict(at.platform.gateways)
    for _ in range(2):
        at.platform.gateways |= gateways
        at.open()
        at.platform.gateways.clear()
        for _ in range(3):
            at.later(hours=1)
            at.run()
        at.platform.gateways |= gateways
        at.later(days=1)
        at.run(3)

    assert at.cases() == [CaseKind.NOT_BOOKED, CaseKind.NOT_BOOKED]


def test_one_order_that_cannot_be_asked_about_holds_up_no_other(at: Counter) -> None:
    first, _ = at.open()
    at.open(Wish(at.bills[:1]))

    def bug() -> None:
        raise RuntimeError

    at.platform.meanwhile["close"] = bug
    at.later(seconds=6)
    at.desk.ask_due()

    assert at.order(first.id).state is OrderState.CLOSING
    assert at.platform.said["query"] == 1
    at.later(minutes=1)
    at.run()
    assert at.order(first.id).state is OrderState.CLOSED
