"""Whatever is paid, handed over and reversed in whatever order: the books, the bills and the receipts agree."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account, Journal, JournalKind, Period
from app.dues.cash.models import Receipt, ReceiptLine
from tests.unit.dues.taking.till import DUE, Till, on_bill, till

ACTS = st.one_of(
    st.tuples(st.just("pay"), st.integers(0, 1), st.integers(1, 2 * DUE + 500)),
    st.tuples(st.just("hand_over"), st.integers(0, 2), st.integers(1, 2 * DUE)),
    st.tuples(st.just("bank"), st.integers(0, 2), st.integers(1, 2 * DUE)),
    st.tuples(st.just("reverse"), st.integers(0, 20), st.just(0)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, max_size=12))
def test_books_bills_and_receipts_always_agree(shared: Sessions, acts: list[tuple[str, int, int]]) -> None:
    one = till(shared, people=2)

    for act, which, fen in acts:
        with suppress(DomainError):
            carry_out(one, act, which, fen)

    found = one.balances()
    places = (one.branch, one.general, one.committee)
    held = sum(found.get((Account.CASH, at), 0) for at in places)
    with shared.read() as session:
        assert sum(found.values()) == 0
        assert all(found.get((Account.CASH, at), 0) >= 0 for at in places)
        assert held + found.get((Account.BANK, one.committee), 0) == standing_receipts(session, one)
        assert all(bill_agrees(session, bill) for bills in one.bills.values() for bill in bills)
        assert numbered(session, one)


def carry_out(one: Till, act: str, which: int, fen: int) -> None:
    match act:
        case "pay":
            one.pay(fen, person=which)
        case "hand_over" | "bank":
            source = (one.branch, one.general, one.committee)[which]
            one.hand_over(fen, source=source, banked=act == "bank")
        case _:
            one.reverse(journals(one)[which % 7])


def journals(one: Till) -> list[int]:
    """The latest first, over and over."""
    with one.sessions.read() as session:
        mine = select(Journal.id).where(Journal.committee_id == one.committee)
        found = list(session.scalars(mine.order_by(Journal.id.desc())))
    if not found:
        raise DomainError
    return found * 7


def standing_receipts(session: Session, one: Till) -> int:
    stand = Receipt.committee_id == one.committee, Receipt.cancelled_by_id.is_(None)
    return int(
        session.execute(select(func.coalesce(func.sum(Receipt.amount_fen), 0)).where(*stand)).scalar_one()
    )


def bill_agrees(session: Session, bill_id: int) -> bool:
    bill = session.get_one(Bill, bill_id)
    lines = (
        select(func.coalesce(func.sum(ReceiptLine.amount_fen), 0))
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(ReceiptLine.bill_id == bill_id, Receipt.cancelled_by_id.is_(None))
    )
    paid = bill.paid_fen
    return (
        paid == on_bill(session, bill_id) == int(session.execute(lines).scalar_one())
        and (bill.state is BillState.PAID) == (paid == DUE)
        and (bill.state is BillState.PARTIAL) == (0 < paid < DUE)
    )


def numbered(session: Session, one: Till) -> bool:
    """Vouchers and receipts from 1 on without a gap; each reversal is of another voucher."""
    mine = Journal.committee_id == one.committee
    vouchers = list(session.scalars(select(Journal.number).where(mine).order_by(Journal.number)))
    issued = select(Receipt.number).where(Receipt.committee_id == one.committee).order_by(Receipt.number)
    receipts = list(session.scalars(issued))
    reversed_ones = list(
        session.scalars(select(Journal.reverses_id).where(mine, Journal.kind == JournalKind.REVERSAL))
    )
    counter = session.scalar(select(Period.vouchers).where(Period.committee_id == one.committee)) or 0
    return (
        vouchers == list(range(1, counter + 1))
        and receipts == list(range(1, len(receipts) + 1))
        and len(set(reversed_ones)) == len(reversed_ones)
    )
