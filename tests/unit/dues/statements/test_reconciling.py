"""A day's trade bill beside our books: what agrees, what is found, and what becomes a person's matter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.books.models import Account
from app.dues.orders.models import Order
from app.dues.orders.states import OrderState, RefundState
from app.dues.orders.wishes import Wish
from app.dues.ports import BadStatement, NoStatement, Statement, StatementKind, StatementLine
from app.dues.statements import cases
from app.dues.statements.cases import CaseNeedsNote, CaseSettled
from app.dues.statements.desk import StatementDesk
from app.dues.statements.models import Case, CaseKind, CaseState, StatementState, TradeLine, TradeStatement
from tests.fakes.gateway import MCHID, NOT_SENT, broken
from tests.unit.dues.orders.counter import DUE, Counter, counter

DAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 3, 2, 5, tzinfo=UTC)  # 10:05 of the next day in China
Change = Callable[[list[StatementLine]], list[StatementLine]]


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)


@pytest.fixture
def statements(at: Counter) -> StatementDesk:
    return StatementDesk(at.sessions, at.platform, at.clock)


def row(at: Counter, day: date = DAY) -> TradeStatement:
    with at.sessions.read() as session:
        return session.scalars(select(TradeStatement).where(TradeStatement.day == day)).one()


def next_morning(at: Counter, statements: StatementDesk) -> TradeStatement:
    at.clock.at = MORNING
    statements.run_due()
    return row(at)


def test_what_agrees_is_matched_and_nobody_is_troubled(at: Counter, statements: StatementDesk) -> None:
    at.settled()

    found = next_morning(at, statements)

    assert (found.state, found.count, found.total_fen, found.fees_fen) == (
        StatementState.MATCHED,
        1,
        2 * DUE,
        92,
    )
    assert at.cases() == []
    assert statements.run_due() == 0


def test_no_bill_is_asked_for_before_it_is_made(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    at.clock.at = MORNING - timedelta(seconds=1)

    statements.run_due()

    assert at.platform.said["statement"] == 0
    assert row(at).state is StatementState.WANTED


def test_payment_nobody_told_us_of_is_booked_from_the_bill(at: Counter, statements: StatementDesk) -> None:
    order = at.paid()
    with at.sessions.begin() as session:
        kept = {"state": OrderState.CLOSED, "ask_at": None, "open_member_id": None}
        session.execute(update(Order).values(kept))

    next_morning(at, statements)

    assert at.order(order.id).state is OrderState.PAID
    assert at.receipts() == [2 * DUE]
    assert at.cases() == []


def test_refund_nobody_told_us_of_is_booked_from_the_bill(at: Counter, statements: StatementDesk) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(order.id)
    at.desk.send_refunds()
    assert at.refund().state is RefundState.PROCESSING

    next_morning(at, statements)

    assert at.refund().state is RefundState.SUCCEEDED
    assert at.cases() == [CaseKind.PAID_TWICE]


def drop_all(lines: list[StatementLine]) -> list[StatementLine]:
    return [replace(lines[0], out_trade_no="D20260302OTHER", transaction_id="42other")]


def too_much(lines: list[StatementLine]) -> list[StatementLine]:
    return [replace(lines[0], total=lines[0].total + 1)]


def other_app(lines: list[StatementLine]) -> list[StatementLine]:
    return [replace(lines[0], app_id="wxother")]


def twice(lines: list[StatementLine]) -> list[StatementLine]:
    return [*lines, replace(lines[0], number=2)]


def stranger(lines: list[StatementLine]) -> list[StatementLine]:
    return [*lines, replace(lines[0], number=2, out_trade_no="SHOP0001", transaction_id="42shop")]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (drop_all, [CaseKind.UNKNOWN_ORDER, CaseKind.NOT_IN_BILL]),
        (too_much, [CaseKind.AMOUNT]),
        (other_app, [CaseKind.STRANGER]),
        (twice, [CaseKind.NOT_BOOKED]),
        (stranger, [CaseKind.UNKNOWN_ORDER]),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_each_difference_is_one_case_and_nothing_is_booked_for_it(
    change: Change, kinds: list[CaseKind], at: Counter, statements: StatementDesk
) -> None:
    at.settled()
    at.platform.bills[DAY] = change
    before = at.books()

    next_morning(at, statements)
    statements.reconcile(DAY)

    assert at.cases() == kinds
    assert (at.books(), at.receipts()) == (before, [2 * DUE])
    with at.sessions.read() as session:
        assert {one.committee_id for one in session.scalars(select(Case))} == {at.committee}


def test_bill_says_paid_and_wechat_says_not_is_a_case(at: Counter, statements: StatementDesk) -> None:
    order, _ = at.open()
    line = StatementLine(
        number=1,
        at=at.clock.now(),
        kind=StatementKind.PAYMENT,
        app_id=order.app_id,
        mchid=MCHID,
        transaction_id="42unknown",
        out_trade_no=order.out_trade_no,
        total=2 * DUE,
        refund_id="",
        out_refund_no="",
        refund=0,
        state="SUCCESS",
        refund_state="",
        fee=92,
    )
    at.platform.bills[DAY] = lambda _lines: [line]

    next_morning(at, statements)

    assert at.cases() == [CaseKind.NOT_BOOKED]
    assert at.receipts() == []


def test_refund_of_the_merchants_console_is_a_case(at: Counter, statements: StatementDesk) -> None:
    order = at.settled()
    body = {
        "out_trade_no": order.out_trade_no,
        "out_refund_no": "HAND1",
        "amount": {"refund": 100, "total": 2 * DUE, "currency": "CNY"},
    }
    at.platform.payments.refund(MCHID, body)

    next_morning(at, statements)

    assert at.cases() == [CaseKind.UNKNOWN_REFUND]


def test_refund_that_is_in_no_bill_is_a_case(at: Counter, statements: StatementDesk) -> None:
    order = at.paid(Wish(at.bills[:1]))
    at.cash()
    at.desk.ask(order.id)
    at.run()
    at.later(minutes=2)
    at.run()
    at.platform.bills[DAY] = lambda lines: lines[:1]

    next_morning(at, statements)

    assert at.cases() == [CaseKind.PAID_TWICE, CaseKind.NOT_IN_BILL]


def test_bill_missing_is_asked_for_again_and_told_of_after_noon(
    at: Counter, statements: StatementDesk
) -> None:
    at.settled()
    at.platform.bills[DAY] = NoStatement("STATEMENT_CREATING")
    next_morning(at, statements)
    tries = 1
    while not at.cases():
        at.later(minutes=10)
        tries += statements.run_due()

    assert at.cases() == [CaseKind.NO_BILL]
    assert (tries, row(at).state) == (4, StatementState.WANTED)
    del at.platform.bills[DAY]
    at.later(hours=4)
    statements.run_due()

    assert row(at).state is StatementState.MATCHED
    with at.sessions.read() as session:
        assert session.scalars(select(Case.state)).all() == [CaseState.SETTLED]


def test_nothing_traded_needs_no_bill(at: Counter, statements: StatementDesk) -> None:
    next_morning(at, statements)
    for _ in range(12):
        at.later(minutes=30)
        statements.run_due()

    assert row(at).state is StatementState.NONE
    assert at.cases() == []


@pytest.mark.parametrize("late", [False, True])
def test_bad_bill_is_not_used_and_fetched_again(
    late: bool,  # noqa: FBT001 -- a parameter of the test
    at: Counter,
    statements: StatementDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at.settled()
    if late:
        fetch = at.platform.gateways[MCHID].statement

        def breaks_off(day: date) -> Statement:
            found = fetch(day)
            return replace(found, lines=broken(list(found.lines)))

        monkeypatch.setattr(at.platform.gateways[MCHID], "statement", breaks_off)
    else:
        at.platform.bills[DAY] = BadStatement("the bill is not the one whose digest WeChat gave")
    next_morning(at, statements)

    assert (row(at).state, at.cases()) == (StatementState.WANTED, [CaseKind.BAD_BILL])
    with at.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(TradeLine)) == 0
    monkeypatch.undo()
    at.platform.bills.clear()
    at.later(minutes=10)
    statements.run_due()
    assert row(at).state is StatementState.MATCHED


def test_no_answer_while_asking_about_a_line_goes_on_later(at: Counter, statements: StatementDesk) -> None:
    order = at.paid()
    at.platform.troubles.extend(["", NOT_SENT])

    found = next_morning(at, statements)

    assert (found.state, at.order(order.id).state) == (StatementState.READ, OrderState.PENDING)
    at.later(minutes=10)
    statements.run_due()
    assert (row(at).state, at.order(order.id).state) == (StatementState.MATCHED, OrderState.PAID)
    assert at.cases() == []


def test_down_for_an_hour_in_the_morning_catches_up(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    at.platform.down = True
    next_morning(at, statements)
    for _ in range(6):
        at.later(minutes=10)
        statements.run_due()
    at.platform.down = False
    at.later(hours=1)
    statements.run_due()

    assert row(at).state is StatementState.MATCHED
    with at.sessions.read() as session:
        assert session.execute(select(Case.kind, Case.state)).all() == [(CaseKind.NO_BILL, CaseState.SETTLED)]


def test_every_day_since_the_last_is_wanted(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    next_morning(at, statements)
    at.later(days=4)

    statements.run_due()

    with at.sessions.read() as session:
        days = session.scalars(select(TradeStatement.day).order_by(TradeStatement.day)).all()
    assert days == [DAY + timedelta(days=number) for number in range(5)]


def test_merchant_no_longer_set_up_is_told_of_and_no_crash(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    at.clock.at = MORNING - timedelta(minutes=1)
    statements.run_due()
    at.platform.gateways.clear()
    for _ in range(8):
        at.later(hours=1)
        statements.run_due()

    assert at.cases() == [CaseKind.NO_BILL]


def test_read_again_it_replaces_its_lines_and_opens_no_case_twice(
    at: Counter, statements: StatementDesk
) -> None:
    at.settled()
    at.platform.bills[DAY] = stranger
    next_morning(at, statements)

    again = statements.reconcile(DAY)

    assert [(one.statement.state, one.cases) for one in again] == [(StatementState.MATCHED, 0)]
    with at.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(TradeLine)) == 2


def test_bill_is_matched_alike_on_every_engine(any_sessions: Sessions, clock: FixedClock) -> None:
    at = counter(any_sessions, clock)
    statements = StatementDesk(at.sessions, at.platform, at.clock)
    at.paid(Wish(at.bills[:1]))
    at.later(seconds=5)
    at.desk.ask_due()
    second = at.paid(Wish(at.bills[1:]))
    at.cash(1)
    at.platform.bills[DAY] = lambda lines: (
        twice(lines[:1])
        + [replace(line, number=number) for number, line in enumerate(stranger(lines[1:2]), start=3)]
    )

    next_morning(at, statements)

    assert sorted(at.cases()) == sorted([CaseKind.NOT_BOOKED, CaseKind.UNKNOWN_ORDER, CaseKind.PAID_TWICE])
    assert at.order(second.id).state is OrderState.PAID
    assert at.books()[Account.REFUNDS] == -DUE


def test_case_is_settled_once_with_a_note(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    at.platform.bills[DAY] = stranger
    next_morning(at, statements)

    with at.sessions.begin() as session:
        with pytest.raises(CaseNeedsNote):
            cases.settle(session, 1, by="duizhang", note=" ", now=at.clock.now())
        cases.settle(session, 1, by="duizhang", note="食堂的收款，已与财务核对", now=at.clock.now())
        with pytest.raises(CaseSettled):
            cases.settle(session, 1, by="duizhang", note="再来一次", now=at.clock.now())

    with at.sessions.read() as session:
        settled = session.get_one(Case, 1)
        assert (settled.state, settled.settled_by, settled.note) == (
            CaseState.SETTLED,
            "duizhang",
            "食堂的收款，已与财务核对",
        )
