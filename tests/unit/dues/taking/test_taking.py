"""Money that is there is booked once: on bills as far as they are open, the rest where surplus goes, with a receipt."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.dues import taking
from app.dues.bills import service as bills
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account, Entry, Journal
from app.dues.cash.models import PayWay, Receipt, ReceiptSeries
from app.dues.taking import LineKind, Part, Payer, Surplus, Taken
from tests.factories import NOW
from tests.unit.dues.books.test_ledger import REFUSED
from tests.unit.dues.taking.till import (
    APRIL,
    COLLECTOR,
    DUE,
    FEBRUARY,
    MARCH,
    Till,
    lines,
    on_bill,
    till,
)

A = Account


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def by_wechat(one: Till, parts: list[Part], *, surplus: Surplus = Surplus.ADVANCE, key: str = "x") -> Taken:
    with one.sessions.begin() as session:
        return taking.take(
            session,
            member_id=one.members[0],
            organization_id=one.branch,
            committee_id=one.committee,
            way=PayWay.WECHAT,
            parts=parts,
            paid_at=NOW,
            key=f"{one.committee}:{key}",
            by="wechat",
            now=NOW,
            account=A.WECHAT,
            account_at=one.committee,
            surplus=surplus,
        )


def bill_parts(one: Till) -> list[Part]:
    february, march = one.bills[one.members[0]]
    return [Part(LineKind.BILL, DUE, february, FEBRUARY), Part(LineKind.BILL, DUE, march, MARCH)]


def shown(one: Till, taken: Taken) -> list[tuple[Account, int | None, int]]:
    with one.sessions.read() as session:
        return lines(session, taken.receipt.id)


def test_payment_goes_onto_its_bills_into_the_books_and_on_a_receipt(any_sessions: Sessions) -> None:
    one = till(any_sessions)

    taken = one.pay(DUE + 50)

    receipt = taken.receipt
    assert (taken.applied_fen, taken.surplus_fen, taken.again) == (DUE + 50, 0, False)
    assert (one.bill(0).state, one.bill(1).state, one.bill(1).paid_fen) == (
        BillState.PAID,
        BillState.PARTIAL,
        50,
    )
    assert one.balances() == {(A.CASH, one.branch): DUE + 50, (A.RECEIVABLE, one.branch): -DUE - 50}
    assert (receipt.year, receipt.number, receipt.amount_fen) == (2026, 1, DUE + 50)
    assert (receipt.received_by, receipt.way, receipt.member_id) == (COLLECTOR, PayWay.CASH, one.members[0])
    assert shown(one, taken) == [(A.RECEIVABLE, FEBRUARY, DUE), (A.RECEIVABLE, MARCH, 50)]


def test_months_to_come_and_more_than_is_due_have_their_own_accounts(here: Till) -> None:
    parts = [Part(LineKind.EXTRA, 300), Part(LineKind.ADVANCE, DUE, month=APRIL), *bill_parts(here)]

    taken = by_wechat(here, parts)

    assert (taken.applied_fen, taken.surplus_fen) == (3 * DUE + 300, 0)
    assert here.balances() == {
        (A.WECHAT, here.committee): 3 * DUE + 300,
        (A.RECEIVABLE, here.branch): -2 * DUE,
        (A.ADVANCE, here.branch): -DUE,
        (A.EXTRA, here.branch): -300,
    }
    assert shown(here, taken) == [
        (A.RECEIVABLE, FEBRUARY, DUE),
        (A.RECEIVABLE, MARCH, DUE),
        (A.ADVANCE, APRIL, DUE),
        (A.EXTRA, None, 300),
    ]
    assert taken.receipt.received_by == ""


@pytest.mark.parametrize(
    ("surplus", "account", "at_branch"),
    [
        (Surplus.ADVANCE, A.ADVANCE, True),
        (Surplus.REFUNDS, A.REFUNDS, False),
        (Surplus.SUSPENSE, A.SUSPENSE, False),
    ],
)
def test_what_is_paid_twice_is_kept_where_the_policy_says(
    here: Till, surplus: Surplus, account: Account, *, at_branch: bool
) -> None:
    here.pay(DUE + 50)

    taken = by_wechat(here, bill_parts(here), surplus=surplus)
    again = by_wechat(here, bill_parts(here), surplus=surplus)

    at = here.branch if at_branch else here.committee
    assert (taken.applied_fen, taken.surplus_fen) == (DUE - 50, DUE + 50)
    assert (again.receipt.id, again.applied_fen, again.surplus_fen) == (
        taken.receipt.id,
        DUE - 50,
        DUE + 50,
    )
    assert again.again
    assert shown(here, taken) == [(A.RECEIVABLE, MARCH, DUE - 50), (account, None, DUE + 50)]
    assert here.balances()[account, at] == -DUE - 50


def test_nothing_is_refused_where_every_bill_is_paid(here: Till) -> None:
    here.pay(2 * DUE)

    taken = by_wechat(here, bill_parts(here), surplus=Surplus.REFUNDS)

    assert (taken.applied_fen, taken.surplus_fen, taken.receipt.amount_fen) == (0, 2 * DUE, 2 * DUE)


def test_month_paid_ahead_whose_bill_was_made_meanwhile_goes_onto_the_bill(here: Till) -> None:
    taken = by_wechat(here, [Part(LineKind.ADVANCE, DUE + 5, month=MARCH)])

    assert shown(here, taken) == [(A.RECEIVABLE, MARCH, DUE), (A.ADVANCE, MARCH, 5)]
    assert here.bill(1).state is BillState.PAID


def test_bill_that_was_made_anew_meanwhile_takes_the_money_meant_for_the_old_one(here: Till) -> None:
    old, march = here.bills[here.members[0]]
    with here.sessions.begin() as session:
        taken_back = bills.take_back(session, bill_id=old)
        fields = {
            name: getattr(taken_back, name)
            for name in ("member_id", "organization_id", "committee_id", "month", "due_on", "assessment_id")
        }
        anew = Bill(**fields, amount_fen=7000, state=BillState.OVERDUE, created_at=NOW, live=1)
        session.add(anew)

    taken = by_wechat(here, [Part(LineKind.BILL, DUE, old, FEBRUARY)])

    assert shown(here, taken) == [(A.RECEIVABLE, FEBRUARY, 7000), (A.ADVANCE, None, 650)]
    with here.sessions.read() as session:
        assert (on_bill(session, old), on_bill(session, anew.id), on_bill(session, march)) == (0, 7000, 0)


def test_bill_of_other_books_is_not_touched(here: Till) -> None:
    with here.sessions.begin() as session:
        session.get_one(Bill, here.bills[here.members[0]][0]).committee_id = here.general

    taken = by_wechat(here, bill_parts(here))

    assert (taken.applied_fen, taken.surplus_fen) == (DUE, DUE)
    assert here.bill(0).paid_fen == 0


def test_somebody_else_who_pays_is_named_on_the_receipt(here: Till) -> None:
    with here.sessions.begin() as session:
        taken = taking.take(
            session,
            member_id=here.members[0],
            organization_id=here.branch,
            committee_id=here.committee,
            way=PayWay.CASH,
            parts=[Part(LineKind.EXTRA, 1)],
            paid_at=NOW,
            key="proxy",
            by=COLLECTOR,
            now=NOW,
            account=A.CASH,
            account_at=here.branch,
            payer=Payer("李四", "配偶", consent=True),
        )

    receipt = taken.receipt
    assert (receipt.payer_name, receipt.payer_relation, receipt.payer_consent) == ("李四", "配偶", True)


def test_receipt_without_consent_of_who_is_paid_for_is_refused_by_the_table(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    paid = one.pay(10).receipt
    good = {
        "committee_id": one.committee,
        "year": 2026,
        "number": 2,
        "member_id": one.members[0],
        "organization_id": one.branch,
        "way": PayWay.CASH,
        "amount_fen": 1,
        "paid_at": NOW,
    }
    voucher = one.book([one.earn()])
    assert voucher
    good["journal_id"] = voucher.id
    bad = [
        good | {"payer_name": "李四", "payer_relation": "配偶"},
        good | {"payer_name": "李四", "payer_consent": True},
        good | {"amount_fen": 0},
        good | {"number": 1},
        good | {"journal_id": paid.journal_id},
    ]

    for row in bad:
        with pytest.raises(REFUSED), any_sessions.begin() as session:
            session.execute(insert(Receipt).values(**row))
    with any_sessions.begin() as session:
        session.execute(insert(Receipt).values(**good))


def test_receipts_are_numbered_by_the_committees_year_in_china(here: Till) -> None:
    last_second = from_local(NOW.date().replace(month=12, day=31), 23, 59)
    first_second = last_second + timedelta(minutes=1)

    numbers = [
        (receipt.year, receipt.number)
        for at in (NOW, last_second, first_second)
        if (receipt := here.pay(1, at=at).receipt)
    ]

    assert numbers == [(2026, 1), (2026, 2), (2027, 1)]


def test_same_key_from_several_threads_is_paid_once(any_sessions: Sessions) -> None:
    one = till(any_sessions)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: in_turn(lambda: one.pay(DUE, key="order:1")), range(4)))

    assert len({each.receipt.id for each in taken}) == 1
    assert sorted(each.again for each in taken) == [False, *[True] * 3]
    assert {(each.applied_fen, each.surplus_fen) for each in taken} == {(DUE, 0)}
    assert one.balances()[A.CASH, one.branch] == DUE
    assert counted(any_sessions) == (1, 1, 1)


def counted(shared: Sessions) -> tuple[int, int, int]:
    """(receipts, vouchers, entries)"""
    with shared.read() as session:

        def rows(kind: type[Receipt | Journal | Entry]) -> int:
            return session.execute(select(func.count()).select_from(kind)).scalar_one()

        return rows(Receipt), rows(Journal), rows(Entry)


def test_receipt_numbers_have_no_gap_under_concurrency_though_some_roll_back(any_sessions: Sessions) -> None:
    """In two months and so behind two locks of the books: the series is its own lock."""
    one = till(any_sessions, people=2)
    later = NOW + timedelta(days=40)

    def pay(turn: int) -> None:
        with suppress(ZeroDivisionError), any_sessions.begin() as session:
            one.take(session, 10, person=turn % 2, at=moment(turn))
            if turn % 3 == 0:
                raise ZeroDivisionError

    def moment(turn: int) -> datetime:
        return later if turn % 2 else NOW

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda turn: in_turn(lambda: pay(turn)), range(9)))

    with any_sessions.read() as session:
        numbers = session.scalars(select(Receipt.number).order_by(Receipt.number)).all()
        assert list(numbers) == list(range(1, 7))
        assert session.scalars(select(ReceiptSeries.last)).one() == 6
        assert _agree(session, one)


def _agree(session: Session, one: Till) -> bool:
    bills_of_all = [bill for made in one.bills.values() for bill in made]
    return all(on_bill(session, bill) == session.get_one(Bill, bill).paid_fen for bill in bills_of_all)


def test_two_payments_at_once_never_put_more_on_a_bill_than_is_due(any_sessions: Sessions) -> None:
    one = till(any_sessions, months=(MARCH,))
    (bill,) = one.bills[one.members[0]]
    part = Part(LineKind.BILL, DUE, bill, MARCH)

    def pay(turn: int) -> Taken:
        return in_turn(lambda: by_wechat(one, [part], surplus=Surplus.REFUNDS, key=f"order:{turn}"))

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(pay, range(4)))

    assert sorted(each.applied_fen for each in taken) == [0] * 3 + [DUE]
    assert one.balances()[A.REFUNDS, one.committee] == -3 * DUE
    assert one.bill().state is BillState.PAID
