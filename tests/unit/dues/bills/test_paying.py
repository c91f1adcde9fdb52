"""Money on a bill and off it again, and what time and people do to bills."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event
from time import sleep

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.dues.bills import rules, service
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from tests import factories
from tests.unit.dues import rows
from tests.unit.dues.rows import MONTH

S = BillState
TODAY = date(2026, 3, 15)
LATER = date(2026, 4, 2)


def test_part_and_rest_are_put_on_a_bill(session: Session) -> None:
    bill = rows.bill(session, rows.house(session), fen=76_50)

    assert service.credit(session, bill_id=bill.id, fen=50_00, today=TODAY) == 50_00
    assert (bill.paid_fen, bill.state) == (50_00, S.PARTIAL)
    assert service.credit(session, bill_id=bill.id, fen=50_00, today=TODAY) == 26_50
    assert (bill.paid_fen, bill.state) == (76_50, S.PAID)
    assert service.credit(session, bill_id=bill.id, fen=1, today=TODAY) == 0


@pytest.mark.parametrize("state", [S.PAID, S.EXEMPT, S.REVERSED])
def test_closed_bill_takes_nothing(session: Session, state: BillState) -> None:
    bill = rows.bill(session, rows.house(session), paid=76_50 if state is S.PAID else 0, state=state)

    assert service.credit(session, bill_id=bill.id, fen=100, today=TODAY) == 0
    assert bill.state is state


@pytest.mark.parametrize("state", [S.ASSESSED, S.DUE, S.PENDING, S.OVERDUE])
def test_open_bill_takes_money_in_every_state(session: Session, state: BillState) -> None:
    bill = rows.bill(session, rows.house(session), state=state)

    assert service.credit(session, bill_id=bill.id, fen=100_00, today=TODAY) == 76_50
    assert bill.state is S.PAID


@pytest.mark.parametrize(
    ("off", "today", "state", "paid"),
    [
        (26_50, TODAY, S.PARTIAL, 50_00),
        (76_50, TODAY, S.DUE, 0),
        (76_50, LATER, S.OVERDUE, 0),
        (76_50, date(2026, 2, 1), S.DUE, 0),
    ],
)
def test_what_is_taken_back_is_open_again(
    session: Session, off: int, today: date, state: BillState, paid: int
) -> None:
    bill = rows.bill(session, rows.house(session), paid=76_50, state=S.PAID)

    service.uncredit(session, bill_id=bill.id, fen=off, today=today)

    assert (bill.state, bill.paid_fen) == (state, paid)


def test_taking_back_more_than_is_paid_is_a_bug(session: Session) -> None:
    bill = rows.bill(session, rows.house(session), paid=100, state=S.PARTIAL)

    with pytest.raises(ValueError, match="101 fen to take back, 100 paid"):
        service.uncredit(session, bill_id=bill.id, fen=101, today=TODAY)


@pytest.mark.parametrize("fen", [0, -1])
def test_nothing_or_less_cannot_be_paid(session: Session, fen: int) -> None:
    bill = rows.bill(session, rows.house(session))

    for act in (service.credit, service.uncredit):
        with pytest.raises(ValueError, match="cannot be paid"):
            act(session, bill_id=bill.id, fen=fen, today=TODAY)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["pay", "back", "wait", "resume"]), st.integers(1, 120)), max_size=12
    )
)
def test_bill_never_holds_more_than_its_amount_nor_less_than_nothing(
    session: Session, steps: Sequence[tuple[str, int]]
) -> None:
    bill = rows.bill(session, rows.house(session), fen=100)

    for act, fen in steps:
        was = bill.paid_fen
        if act == "pay":
            taken = service.credit(session, bill_id=bill.id, fen=fen, today=TODAY)
            assert bill.paid_fen == was + taken
        elif act == "back" and was:
            service.uncredit(session, bill_id=bill.id, fen=min(fen, was), today=TODAY)
        elif act == "wait":
            service.await_transfer(session, bill_ids=[bill.id])
        else:
            service.resume(session, bill_ids=[bill.id], today=TODAY)
        found = rules.standing_of(amount_fen=100, paid_fen=bill.paid_fen, month=MONTH, today=TODAY)
        assert 0 <= bill.paid_fen <= 100
        assert bill.state in ({found, S.PENDING} if bill.paid_fen < 100 else {S.PAID})


@pytest.mark.parametrize(("paid", "before"), [(0, S.DUE), (10, S.PARTIAL)])
def test_reported_transfer_is_shown_and_taken_back(session: Session, paid: int, before: BillState) -> None:
    bill = rows.bill(session, rows.house(session), paid=paid, state=before)

    service.await_transfer(session, bill_ids=[bill.id])
    assert bill.state is S.PENDING
    service.resume(session, bill_ids=[bill.id], today=LATER)

    assert bill.state is (S.PARTIAL if paid else S.OVERDUE)


def test_resuming_leaves_a_bill_alone_that_was_paid_meanwhile(session: Session) -> None:
    bill = rows.bill(session, rows.house(session), paid=76_50, state=S.PAID)

    service.resume(session, bill_ids=[bill.id], today=TODAY)

    assert bill.state is S.PAID


def test_members_open_bills_are_listed_oldest_first(session: Session) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)
    newer = rows.bill(session, home, member, month=202603)
    older = rows.bill(session, home, member, month=202512, state=S.OVERDUE)
    rows.bill(session, home, member, month=202601, state=S.EXEMPT, fen=0)
    rows.bill(session, home, month=202511)

    assert service.open_bills(session, member.id) == [older, newer]


@pytest.mark.parametrize("state", [S.DUE, S.ASSESSED, S.OVERDUE, S.EXEMPT])
def test_bill_without_money_on_it_can_be_taken_back(session: Session, state: BillState) -> None:
    bill = rows.bill(session, rows.house(session), state=state)

    service.take_back(session, bill_id=bill.id)

    assert (bill.state, bill.live) == (S.REVERSED, None)


@pytest.mark.parametrize(
    ("state", "paid"), [(S.PAID, 76_50), (S.PARTIAL, 1), (S.PENDING, 0), (S.REVERSED, 0)]
)
def test_bill_with_money_on_it_or_on_its_way_is_not_taken_back(
    session: Session, state: BillState, paid: int
) -> None:
    bill = rows.bill(session, rows.house(session), state=state, paid=paid)

    with pytest.raises(service.BillPaidOn):
        service.take_back(session, bill_id=bill.id)


def test_month_begins_and_ends_for_bills_in_china(session: Session) -> None:
    home = rows.house(session)
    ahead, now, partly = (
        rows.bill(session, home, month=202604, state=S.ASSESSED),
        rows.bill(session, home, month=202603),
        rows.bill(session, home, month=202603, paid=1, state=S.PARTIAL),
    )
    april = from_local(date(2026, 4, 1))

    before = april - timedelta(seconds=1)
    assert (service.open_month(session, now=before), service.mark_overdue(session, now=before)) == (0, 0)
    assert (service.open_month(session, now=april), service.mark_overdue(session, now=april)) == (1, 1)

    for bill in (ahead, now, partly):
        session.refresh(bill)
    assert [ahead.state, now.state, partly.state] == [S.DUE, S.OVERDUE, S.PARTIAL]


def test_two_who_pay_at_once_pay_no_more_than_is_due(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        bill_id = rows.bill(session, rows.house(session), fen=100).id
    paid_first = Event()

    def pay_and_linger() -> int:
        with any_sessions.begin() as session:
            taken = service.credit(session, bill_id=bill_id, fen=80, today=TODAY)
            paid_first.set()
            sleep(0.1)  # the other one asks meanwhile
            return taken

    def pay() -> int:
        paid_first.wait()
        with any_sessions.begin() as session:
            return service.credit(session, bill_id=bill_id, fen=80, today=TODAY)

    with ThreadPoolExecutor(2) as pool:
        payers = [pool.submit(act) for act in (pay_and_linger, pay)]
        taken = [payer.result() for payer in payers]

    assert taken == [80, 20]
    with any_sessions.read() as session:
        bill = session.get_one(Bill, bill_id)
        assert (bill.paid_fen, bill.state) == (100, S.PAID)
