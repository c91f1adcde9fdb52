"""No day's bill is left out, and no row that WeChat is silent about holds up the others."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.dues.books.models import Account
from app.dues.inbound.finishing import PayInbox
from app.dues.orders import refunding
from app.dues.orders.models import Order
from app.dues.orders.states import OrderState, RefundState
from app.dues.ports import GatewayUnclear, NoStatement, StatementKind, Trade, TradeState
from app.dues.statements import service
from app.dues.statements.desk import StatementDesk
from app.dues.statements.models import Case, CaseKind, CaseState, StatementState, TradeStatement
from app.staff.deciding import Decision
from tests.fakes.gateway import APP_ID, MCHID
from tests.unit.dues.orders.counter import DUE, Counter, counter

DAY = date(2026, 3, 2)
LONG_AGO = date(2025, 11, 3)
MORNING = datetime(2026, 3, 3, 2, 5, tzinfo=UTC)  # 10:05 of the next day in China


@pytest.fixture
def at(sessions: Sessions, clock: FixedClock) -> Counter:
    return counter(sessions, clock)


@pytest.fixture
def statements(at: Counter) -> StatementDesk:
    return StatementDesk(at.sessions, at.platform, at.clock)


def row(at: Counter, day: date = DAY) -> TradeStatement:
    with at.sessions.read() as session:
        return session.scalars(select(TradeStatement).where(TradeStatement.day == day)).one()


def days(at: Counter) -> list[date]:
    """Those that are over."""
    over = TradeStatement.day < at.clock.now().date()
    with at.sessions.read() as session:
        return list(session.scalars(select(TradeStatement.day).where(over).order_by(TradeStatement.day)))


def march(*numbers: int) -> list[date]:
    return [date(2026, 3, number) for number in numbers]


def forgotten(at: Counter) -> Order:
    """Paid; nobody told us, and our order is closed."""
    order = at.paid()
    with at.sessions.begin() as session:
        kept = {"state": OrderState.CLOSED, "ask_at": None, "open_member_id": None}
        session.execute(update(Order).where(Order.id == order.id).values(kept))
    return order


@pytest.mark.parametrize("before", [True, False])
def test_day_asked_for_by_hand_leaves_no_gap(
    before: bool,  # noqa: FBT001 -- a parameter of the test
    at: Counter,
    statements: StatementDesk,
) -> None:
    at.settled()
    at.clock.at = MORNING
    if before:
        statements.run_due()
    at.later(days=4)

    statements.reconcile(date(2026, 3, 6))
    statements.run_due()

    assert days(at) == march(2, 3, 4, 5, 6)


@pytest.mark.parametrize("typed", [DAY, date(2027, 3, 2)])
def test_day_that_is_not_over_is_fetched_in_its_time(
    typed: date, at: Counter, statements: StatementDesk
) -> None:
    forgotten(at)
    at.platform.bills[typed] = NoStatement("NO_STATEMENT_EXIST")
    for _ in range(6):
        statements.reconcile(typed)
    at.platform.bills.clear()
    at.clock.at = MORNING

    statements.run_due()

    assert (row(at).state, at.receipts()) == (StatementState.MATCHED, [2 * DUE])


def test_bill_that_is_being_made_is_waited_for(at: Counter, statements: StatementDesk) -> None:
    order = forgotten(at)
    at.platform.bills[DAY] = NoStatement("STATEMENT_CREATING")
    at.clock.at = MORNING
    for _ in range(8):
        statements.run_due()
        at.later(hours=1)

    assert at.cases() == [CaseKind.NO_BILL]
    at.platform.bills.clear()
    at.later(hours=4)
    statements.run_due()
    assert at.order(order.id).state is OrderState.PAID


def test_fetched_anew_in_vain_is_fetched_again(at: Counter, statements: StatementDesk) -> None:
    at.settled()
    at.clock.at = MORNING
    statements.run_due()
    at.platform.down = True

    done = statements.reconcile(DAY)

    assert [one.statement.state for one in done] == [StatementState.WANTED]
    at.platform.down = False
    at.later(hours=1)
    statements.run_due()
    assert (row(at).state, statements.run_due()) == (StatementState.MATCHED, 0)


def test_bill_that_never_comes_does_not_hide_refunds_of_later_days(
    at: Counter, statements: StatementDesk
) -> None:
    order = at.settled()
    with at.sessions.begin() as session:
        service.ensure(session, MCHID, LONG_AGO)
        refund = refunding.propose(
            session,
            order_id=order.id,
            fen=DUE,
            taken_from=Account.RECEIVABLE,
            bill_id=at.bills[0],
            reason="多缴",
            by="duizhang",
            now=at.clock.now(),
        )
        refunding.decide(session, refund.id, Decision.APPROVED, by="shuji", now=at.clock.now())
    for _ in range(3):
        at.run()
        at.platform.payments.tick()
        at.later(minutes=1)
    assert at.refund().state is RefundState.SUCCEEDED
    at.platform.bills[LONG_AGO] = NoStatement("FILE_NOT_EXIST")
    at.platform.bills[DAY] = lambda lines: [one for one in lines if one.kind is StatementKind.PAYMENT]
    at.clock.at = MORNING

    statements.run_due()

    assert at.cases() == [CaseKind.NOT_IN_BILL]


def test_line_that_wechat_never_answers_about_is_a_persons_matter_in_the_end(
    at: Counter, statements: StatementDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten(at)

    def silent(_number: str) -> Trade:
        raise GatewayUnclear("answer: no_payer")

    monkeypatch.setattr(at.platform.gateways[MCHID], "query", silent)
    at.clock.at = MORNING
    for _ in range(7):
        statements.run_due()
        at.later(hours=4)
    waiting = row(at).state, at.cases()
    statements.run_due()

    assert waiting == (StatementState.READ, [])
    assert (row(at).state, at.cases()) == (StatementState.MATCHED, [CaseKind.NOT_BOOKED])


def test_silence_about_some_lines_does_not_hold_up_the_others(
    at: Counter, statements: StatementDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [forgotten(at) for _ in range(5)]
    gateway = at.platform.gateways[MCHID]
    query, silent = gateway.query, {order.out_trade_no for order in orders[:4]}

    def answers(number: str) -> Trade:
        if number in silent:
            raise GatewayUnclear("http_500 SYSTEM_ERROR")
        return query(number)

    monkeypatch.setattr(gateway, "query", answers)
    at.clock.at = MORNING
    for _ in range(2):
        statements.run_due()
        at.later(minutes=10)

    assert at.order(orders[4].id).state is OrderState.PAID


def test_row_that_cannot_even_be_put_off_does_not_hold_up_the_others(
    at: Counter, statements: StatementDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.settled()
    at.clock.at = MORNING + timedelta(days=1)
    locked, first = service.locked, DAY

    def held(session: object, statement_id: int) -> TradeStatement:
        found = locked(session, statement_id)  # type: ignore[arg-type]  # handed on as it came
        if found.day == first:
            raise TimeoutError
        return found

    monkeypatch.setattr(service, "locked", held)
    statements.run_due()

    assert row(at, date(2026, 3, 3)).tries == 1


def test_booked_after_all_it_is_no_persons_matter_any_more(
    at: Counter, statements: StatementDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = forgotten(at)
    told = at.platform.notices()[0]
    gateway = at.platform.gateways[MCHID]
    with monkeypatch.context() as unpaid:
        not_yet = Trade(MCHID, APP_ID, order.out_trade_no, TradeState.NOT_PAID)
        unpaid.setattr(gateway, "query", lambda _number: not_yet)
        at.clock.at = MORNING
        statements.run_due()
    with at.sessions.read() as session:
        before = session.execute(select(Case.kind, Case.state)).all()

    PayInbox(at.sessions, at.clock).receive(told)

    with at.sessions.read() as session:
        after = session.execute(select(Case.kind, Case.state)).all()
    assert before == [(CaseKind.NOT_BOOKED, CaseState.OPEN)]
    assert after == [(CaseKind.NOT_BOOKED, CaseState.SETTLED)]
