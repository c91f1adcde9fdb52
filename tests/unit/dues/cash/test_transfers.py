"""Transfers: a member says that the money is on its way, and a person with the bank's slip says whether it came."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.core.clock import from_local
from app.core.crypto import Vault
from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.cash import collecting, transfers
from app.dues.cash.collecting import TransferInFuture, TransferOpen
from app.dues.cash.desk import WayNotAllowed
from app.dues.cash.models import PayWay, Receipt, Transfer
from app.dues.cash.states import TransferState
from app.dues.cash.transfers import AnswerMissing, SlipMissing, TransferSettled
from app.dues.policies.models import DuesPolicy
from app.staff.deciding import SecondPersonNeeded
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.taking.till import CASHIER, DUE, FEBRUARY, MARCH, Till, lines, till

TODAY = date(2026, 3, 2)
SLIP = "回单0001"


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def report(one: Till, fen: int = DUE, *, on: date = TODAY) -> Transfer:
    with one.sessions.begin() as session:
        return collecting.report_transfer(
            session, member_id=one.members[0], fen=fen, paid_on=on, note=" 二月 ", now=NOW
        )


def confirm(one: Till, transfer: Transfer) -> Receipt:
    with one.sessions.begin() as session:
        return transfers.confirm(
            session, transfer_id=transfer.id, document_no=SLIP, by=CASHIER, now=NOW
        ).receipt


def states(one: Till) -> list[BillState]:
    return [one.bill(0).state, one.bill(1).state]


def test_nobody_confirms_their_own(shared: Sessions, vault: Vault) -> None:
    one = till(shared)
    made = report(one)
    with shared.begin() as session:
        rows.own_account(session, vault, CASHIER, one.members[0])

    with pytest.raises(SecondPersonNeeded):
        confirm(one, made)
    with shared.begin() as session:
        transfers.confirm(session, transfer_id=made.id, document_no=SLIP, by="other", now=NOW)


def test_oldest_months_wait_for_the_money_and_are_paid_when_it_is_there(shared: Sessions) -> None:
    one = till(shared)
    made = report(one, DUE + 10)
    waiting = states(one)

    receipt = confirm(one, made)

    assert waiting == [BillState.PENDING, BillState.PENDING]
    assert states(one) == [BillState.PAID, BillState.PARTIAL]
    assert (receipt.way, receipt.amount_fen, receipt.received_by) == (PayWay.TRANSFER, DUE + 10, CASHIER)
    assert receipt.paid_at == from_local(TODAY)
    assert one.balances()[Account.BANK, one.committee] == DUE + 10
    with shared.read() as session:
        row = session.scalars(select(Transfer).where(Transfer.committee_id == one.committee)).one()
        assert lines(session, receipt.id) == [
            (Account.RECEIVABLE, FEBRUARY, DUE),
            (Account.RECEIVABLE, MARCH, 10),
        ]
    assert (row.state, row.receipt_id, row.settled_by, row.open_member_id, row.note) == (
        TransferState.CONFIRMED,
        receipt.id,
        CASHIER,
        None,
        "二月",
    )


def test_only_the_months_that_it_reaches_wait(here: Till) -> None:
    report(here, DUE)

    assert states(here) == [BillState.PENDING, BillState.DUE]


def test_what_is_more_than_is_due_is_paid_ahead(here: Till) -> None:
    receipt = confirm(here, report(here, 2 * DUE + 30))

    with here.sessions.read() as session:
        assert lines(session, receipt.id)[-1] == (Account.ADVANCE, None, 30)


def test_months_that_were_paid_otherwise_meanwhile_take_nothing(here: Till) -> None:
    made = report(here, DUE)
    here.pay(DUE)

    receipt = confirm(here, made)

    with here.sessions.read() as session:
        assert lines(session, receipt.id) == [(Account.RECEIVABLE, MARCH, DUE)]


def test_refused_transfer_leaves_the_bills_as_they_were(here: Till) -> None:
    here.pay(10)
    made = report(here, 2 * DUE)

    with here.sessions.begin() as session:
        transfers.refuse(session, transfer_id=made.id, answer="账上没有这笔", by=CASHIER, now=NOW)

    assert states(here) == [BillState.PARTIAL, BillState.DUE]
    with here.sessions.read() as session:
        row = session.scalars(select(Transfer).where(Transfer.committee_id == here.committee)).one()
    assert (row.state, row.answer) == (TransferState.REFUSED, "账上没有这笔")
    assert report(here, 5).state is TransferState.REPORTED


def test_member_withdraws_their_own_transfer_once(here: Till) -> None:
    made = report(here)

    def withdraw(member_id: int) -> bool:
        with here.sessions.begin() as session:
            return collecting.withdraw_transfer(session, transfer_id=made.id, member_id=member_id, now=NOW)

    took = [withdraw(here.members[0] + 1), withdraw(here.members[0]), withdraw(here.members[0])]

    assert took == [False, True, False]
    assert states(here) == [BillState.OVERDUE, BillState.DUE]


def test_transfer_said_twice_is_one_and_another_one_waits_for_its_answer(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    first = report(one)

    assert report(one).id == first.id
    with pytest.raises(TransferOpen):
        report(one, DUE + 1)


def test_transfer_needs_a_rule_that_has_them_and_a_day_that_was(here: Till) -> None:
    with pytest.raises(TransferInFuture):
        report(here, on=TODAY + timedelta(days=1))
    with here.sessions.begin() as session:
        session.execute(update(DuesPolicy).values(by_transfer=False))
    with pytest.raises(WayNotAllowed):
        report(here)


def _confirm(session: Session, transfer_id: int) -> object:
    return transfers.confirm(session, transfer_id=transfer_id, document_no=SLIP, by=CASHIER, now=NOW)


def _refuse(session: Session, transfer_id: int) -> None:
    transfers.refuse(session, transfer_id=transfer_id, answer="没有", by=CASHIER, now=NOW)


@pytest.mark.parametrize("then", [_confirm, _refuse])
@pytest.mark.parametrize("first", [_confirm, _refuse])
def test_transfer_is_answered_once(
    here: Till, first: Callable[[Session, int], object], then: Callable[[Session, int], object]
) -> None:
    made = report(here)
    with here.sessions.begin() as session:
        first(session, made.id)

    with pytest.raises(TransferSettled), here.sessions.begin() as session:
        then(session, made.id)


def test_two_who_confirm_at_once_book_it_once(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    made = report(one)

    def settle(_: int) -> bool:
        try:
            in_turn(lambda: confirm(one, made))
        except TransferSettled:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(settle, range(4))) == 1
    with any_sessions.read() as session:
        assert session.scalar(select(func.count(Receipt.id))) == 1


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (
            lambda session, at: transfers.confirm(session, transfer_id=at, document_no=" ", by="a", now=NOW),
            SlipMissing,
        ),
        (
            lambda session, at: transfers.refuse(session, transfer_id=at, answer=" ", by="a", now=NOW),
            AnswerMissing,
        ),
    ],
)
def test_yes_needs_the_slip_and_no_a_reason(
    here: Till, answer: Callable[[Session, int], object], refusal: type[DomainError]
) -> None:
    made = report(here)

    with pytest.raises(refusal), here.sessions.begin() as session:
        answer(session, made.id)
