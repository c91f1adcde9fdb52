"""Booking: the sum is zero whatever is booked, each thing once, numbers without gaps, cash that is there."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core.db import Base, Session, Sessions, in_turn
from app.dues.books import ledger
from app.dues.books.ledger import BankShort, CashShort, Leg
from app.dues.books.models import Account, Draft, Entry, Journal, JournalKind, Period, PeriodState
from tests.factories import NOW
from tests.unit.dues.taking.till import ACCOUNTANT, CASHIER, MARCH, SECRETARY, Till, till

ACCOUNTS = st.sampled_from(sorted(set(Account) - ledger.SCARCE.keys()))
REFUSED = IntegrityError, OperationalError  # MariaDB says the latter of a CHECK
LATE = NOW.replace(month=3, day=31, hour=15, minute=59)
APRIL_FIRST = LATE + timedelta(minutes=1)


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


@pytest.fixture
def at_any(any_sessions: Sessions) -> Till:
    return till(any_sessions)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(ACCOUNTS, st.integers(0, 2), ACCOUNTS, st.integers(0, 2), st.integers(1, 10**12)).filter(
            lambda one: one[:2] != one[2:4]
        ),
        min_size=1,
        max_size=6,
    )
)
def test_sum_over_all_accounts_is_zero_whatever_is_booked(
    here: Till, legs: list[tuple[Account, int, Account, int, int]]
) -> None:
    at = (here.committee, here.general, here.branch)
    before = here.balances()

    here.book([Leg(debit, at[left], credit, at[right], fen) for debit, left, credit, right, fen in legs])

    after = here.balances()
    assert sum(after.values()) == 0
    moved = {name: after.get(name, 0) - before.get(name, 0) for name in {*after, *before}}
    assert sum(abs(fen) for fen in moved.values()) <= 2 * sum(leg[4] for leg in legs)


def test_balances_are_of_the_months_asked_for(here: Till) -> None:
    here.book([here.earn(100)], at=LATE)
    here.book([here.earn(10)], at=APRIL_FIRST)
    bank = Account.BANK, here.committee

    with here.sessions.read() as session:
        first = ledger.balances(session, here.committee, until_month=202603)
        second = ledger.balances(session, here.committee, from_month=202604)
        both = ledger.balance(session, here.committee, Account.BANK)

    assert (first[bank], second[bank], both) == (100, 10, 110)


def test_same_key_is_booked_once_and_uses_up_no_number(here: Till) -> None:
    first, again, other = (here.book([here.earn()], key=key) for key in ("a", "a", "b"))

    assert (first and first.number, again, other and other.number) == (1, None, 2)
    assert here.balances()[Account.BANK, here.committee] == 2


def test_same_key_from_several_threads_is_booked_once(any_sessions: Sessions) -> None:
    one = till(any_sessions)

    def book(_: int) -> Journal | None:
        return in_turn(lambda: one.book([one.earn()], key="the same"))

    with ThreadPoolExecutor(4) as pool:
        made = [journal for journal in pool.map(book, range(4)) if journal]

    assert [journal.number for journal in made] == [1]
    assert one.balances()[Account.BANK, one.committee] == 1


def test_numbers_have_no_gap_under_concurrency_though_some_roll_back(any_sessions: Sessions) -> None:
    one = till(any_sessions)

    def book(turn: int) -> None:
        with suppress(ZeroDivisionError), any_sessions.begin() as session:
            kept = [one.earn()]
            ledger.post(
                session,
                committee_id=one.committee,
                kind=JournalKind.PAID,
                key=f"turn:{turn}",
                legs=kept,
                by=ACCOUNTANT,
                now=NOW,
            )
            if turn % 3 == 0:
                raise ZeroDivisionError

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(book, range(9)))  # none has to give way: the counter is locked at the first touch

    with any_sessions.read() as session:
        numbers = session.scalars(select(Journal.number).order_by(Journal.number)).all()
        given_out = session.scalars(select(Period.vouchers)).one()
    assert (list(numbers), given_out) == (list(range(1, 7)), 6)


def test_month_is_that_of_china(here: Till) -> None:
    months = [journal.month for at in (LATE, APRIL_FIRST) if (journal := here.book([here.earn()], at=at))]

    assert months == [202603, 202604]


@pytest.mark.parametrize(("locked", "booked_in"), [((3,), 202604), ((3, 4), 202605), ((4,), 202605)])
def test_posting_into_a_locked_month_goes_to_the_first_open_one(
    here: Till, locked: tuple[int, ...], booked_in: int
) -> None:
    """Also where nothing was booked in the month itself, but a later one is locked."""
    with here.sessions.begin() as session:
        for month in locked:
            row = Period(committee_id=here.committee, month=202600 + month, state=PeriodState.LOCKED)
            session.add(row)

    journal = here.book([here.earn()])

    assert journal
    assert (journal.month, journal.number, journal.at) == (booked_in, 1, NOW)


def test_each_committee_numbers_its_own_vouchers(here: Till) -> None:
    numbers = []
    for turn, committee in enumerate((here.committee, here.general, here.committee)):
        with here.sessions.begin() as session:
            journal = ledger.post(
                session,
                committee_id=committee,
                kind=JournalKind.PAID,
                key=f"turn:{turn}",
                legs=[Leg(Account.BANK, committee, Account.INTEREST, committee, 1)],
                by=ACCOUNTANT,
                now=NOW,
            )
            assert journal
            numbers.append(journal.number)

    assert numbers == [1, 1, 2]


def test_voucher_without_entries_is_a_bug(here: Till) -> None:
    with pytest.raises(ValueError, match="without entries"):
        here.book([])


def test_cash_that_is_not_there_cannot_be_spent(here: Till) -> None:
    here.pay(1000)

    here.book([here.spend(400)])
    with pytest.raises(CashShort):
        here.book([here.spend(601)])
    here.book([here.spend(600)])

    assert here.balances().get((Account.CASH, here.branch), 0) == 0


def test_account_pays_out_no_more_than_the_books_say_is_on_it(here: Till) -> None:
    here.book([here.earn(100)])
    charge = Leg(Account.CHARGES, here.committee, Account.BANK, here.committee, 101)

    with pytest.raises(BankShort):
        here.book([charge])


def test_cash_that_is_spent_at_once_in_two_months_never_goes_below_zero(any_sessions: Sessions) -> None:
    """Two months are two counters, and so two locks: spending holds them all."""
    one = till(any_sessions)
    one.pay(1000)
    one.book([one.earn()], at=APRIL_FIRST)
    begun, spent = Event(), Event()

    def spend_first() -> None:
        with any_sessions.begin() as session:
            post(session, one, one.spend(600), at=LATE)
            begun.set()
            spent.wait(0.3)  # the other one would be through by then, if nothing held it

    def spend_second() -> None:
        begun.wait()
        with any_sessions.begin() as session:
            post(session, one, one.spend(600), at=APRIL_FIRST)
        spent.set()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(spend_first), pool.submit(spend_second)
        first.result()
        with pytest.raises(CashShort):
            second.result()
    assert one.balances()[Account.CASH, one.branch] == 400


def post(session: Session, one: Till, leg: Leg, *, at: datetime) -> None:
    ledger.post(
        session,
        committee_id=one.committee,
        kind=JournalKind.HANDED_OVER,
        key=f"spent:{at}",
        legs=[leg],
        by=CASHIER,
        now=at,
    )


def bad_entries(one: Till) -> list[dict[str, Any]]:
    good = {
        "debit": Account.BANK,
        "debit_organization_id": one.committee,
        "credit": Account.INTEREST,
        "credit_organization_id": one.committee,
        "amount_fen": 1,
    }
    return [good | {"amount_fen": 0}, good | {"amount_fen": -1}, good | {"credit": Account.BANK}]


def bad_vouchers(one: Till) -> list[dict[str, Any]]:
    good = {
        "committee_id": one.committee,
        "month": MARCH,
        "number": 99,
        "kind": JournalKind.BOOKED,
        "external_key": "by hand",
        "at": NOW,
        "made_by": ACCOUNTANT,
        "approved_by": SECRETARY,
        "reason": "补记利息",
    }
    return [
        good | {"approved_by": ""},
        good | {"approved_by": ACCOUNTANT},
        good | {"reason": ""},
        good | {"kind": JournalKind.REVERSAL},
        good | {"kind": JournalKind.PAID, "reverses_id": 1},
        good | {"kind": JournalKind.PAID, "number": 1},
        good | {"external_key": f"{one.committee}:first"},
    ]


def bad_drafts(one: Till) -> list[dict[str, Any]]:
    good = {
        "committee_id": one.committee,
        "kind": "interest",
        "amount_fen": 1,
        "reason": "利息",
        "proposed_by": ACCOUNTANT,
        "proposed_at": NOW,
    }
    return [
        good | {"reason": ""},
        good | {"kind": "use"},
        good | {"item": "training"},
        good | {"kind": "bill"},
        good | {"kind": "reversal"},
        good | {"decision": "approved", "decided_by": ACCOUNTANT},
    ]


def test_tables_refuse_rows_that_no_book_may_have(at_any: Till) -> None:
    made = at_any.book([at_any.earn()], key="first")
    assert made
    rows: list[tuple[type[Base], dict[str, Any]]] = [
        *((Entry, row | {"journal_id": made.id}) for row in bad_entries(at_any)),
        *((Journal, row) for row in bad_vouchers(at_any)),
        *((Draft, row) for row in bad_drafts(at_any)),
    ]

    for kind, row in rows:
        with pytest.raises(REFUSED), at_any.sessions.begin() as session:
            session.execute(insert(kind).values(**row))
