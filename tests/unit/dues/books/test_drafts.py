"""Booking by hand: a draft, a reason, a second person; then once, on the accounts of its kind."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.dues.bills.models import Bill
from app.dues.bills.service import BillPaidOn
from app.dues.bills.states import BillState
from app.dues.books import drafts, ledger
from app.dues.books.drafts import (
    BillElsewhere,
    DraftMonthWrong,
    MemberElsewhere,
    ReasonMissing,
    UseUndecided,
    WechatShort,
)
from app.dues.books.ledger import BankShort, Leg
from app.dues.books.models import Account, Draft, DraftKind, Journal, JournalKind, UseItem
from app.dues.books.reversals import NotReversible, SuspenseShort
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import dues_rows, factories
from tests.factories import NOW
from tests.unit.dues.taking.till import ACCOUNTANT, DUE, FEBRUARY, SECRETARY, Till, till

A, K = Account, DraftKind
DAY = date(2026, 3, 1)
USE: dict[str, Any] = {"item": UseItem.TRAINING, "decided_on": DAY}


@pytest.fixture
def here(shared: Sessions) -> Till:
    """A thousand yuan on the account, as much at WeChat, a hundred of unknown origin."""
    one = till(shared)
    at = one.committee
    one.book([Leg(A.BANK, at, A.OPENING, at, 100_000), Leg(A.WECHAT, at, A.EXTRA, one.branch, 100_000)])
    one.book([Leg(A.BANK, at, A.SUSPENSE, at, 10_000)])
    return one


@pytest.mark.parametrize(
    ("kind", "given", "debit", "credit"),
    [
        (K.OPENING, {}, A.BANK, A.OPENING),
        (K.INTEREST, {}, A.BANK, A.INTEREST),
        (K.CHARGE, {}, A.CHARGES, A.BANK),
        (K.SETTLED, {}, A.BANK, A.WECHAT),
        (K.USE, USE, A.USED, A.BANK),
        (K.SUSPENSE, {}, A.SUSPENSE, A.BANK),
    ],
)
def test_approved_draft_is_booked_on_the_accounts_of_its_kind(
    here: Till, kind: DraftKind, given: dict[str, Any], debit: Account, credit: Account
) -> None:
    draft = here.draft(kind, 700, document_no=" 回单9 ", **given)
    before = here.balances()

    done = here.approve(draft)

    after, at = here.balances(), here.committee
    moved = {where: after.get(where, 0) - before.get(where, 0) for where in {*after, *before}}
    assert {where: fen for where, fen in moved.items() if fen} == {(debit, at): 700, (credit, at): -700}
    with here.sessions.read() as session:
        booked = session.get_one(Journal, done.journal_id)
    assert (booked.kind, booked.made_by, booked.approved_by, booked.reason, booked.document_no) == (
        JournalKind.BOOKED,
        ACCOUNTANT,
        SECRETARY,
        "补记",
        "回单9",
    )


def test_money_of_unknown_origin_becomes_the_advance_of_whose_it_is(here: Till) -> None:
    here.approve(here.draft(K.SUSPENSE, 10_000, member_id=here.members[0]))

    found = here.balances()
    assert (found.get((A.SUSPENSE, here.committee)), found[A.ADVANCE, here.branch]) == (None, -10_000)


@pytest.mark.parametrize(
    ("kind", "fen", "given", "refusal"),
    [
        (K.SETTLED, 100_001, {}, WechatShort),
        (K.SUSPENSE, 10_001, {}, SuspenseShort),
        (K.USE, 110_001, USE, BankShort),
        (K.CHARGE, 110_001, {}, BankShort),
    ],
)
def test_no_more_is_booked_than_is_there(
    here: Till, kind: DraftKind, fen: int, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    draft = here.draft(kind, fen, **given)
    before = here.balances()

    with pytest.raises(refusal):
        here.approve(draft)

    assert here.balances() == before
    with here.sessions.read() as session:
        assert session.get_one(Draft, draft.id).decision is Decision.PROPOSED


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"item": UseItem.TRAINING},
        {"decided_on": DAY},
        {"item": UseItem.TRAINING, "decided_on": date(2026, 3, 3)},
    ],
)
def test_spending_needs_its_use_and_the_day_of_the_discussion(here: Till, given: dict[str, Any]) -> None:
    with pytest.raises(UseUndecided):
        here.draft(K.USE, 5, **given)


def test_draft_names_a_member_of_these_books_a_month_that_began_and_a_reason(here: Till) -> None:
    with here.sessions.begin() as session:
        elsewhere = factories.organization(session)
        dues_rows.policy(session, elsewhere)
        stranger = factories.member(session, elsewhere)

    with pytest.raises(MemberElsewhere):
        here.draft(K.SUSPENSE, 5, member_id=stranger.id)
    with pytest.raises(DraftMonthWrong):
        here.draft(K.INTEREST, 5, month=202604)
    with pytest.raises(DraftMonthWrong):
        here.draft(K.INTEREST, 5, month=202402)
    with pytest.raises(ReasonMissing), here.sessions.begin() as session:
        drafts.propose_draft(
            session, committee_id=here.committee, kind=K.INTEREST, fen=5, reason=" ", by="a", now=NOW
        )
    for kind, fen in ((K.INTEREST, 0), (K.BILL, 5), (K.REVERSAL, 5)):
        with pytest.raises(ValueError, match=kind):
            here.draft(kind, fen)


def test_draft_is_booked_in_the_month_that_it_names_while_that_is_open(here: Till) -> None:
    done = here.approve(here.draft(K.INTEREST, 5, month=FEBRUARY))

    with here.sessions.read() as session:
        booked = session.get_one(Journal, done.journal_id)
    assert (booked.month, booked.number) == (FEBRUARY, 1)


def test_draft_is_decided_once_and_by_another(here: Till) -> None:
    draft = here.draft(K.INTEREST, 5)

    with pytest.raises(SecondPersonNeeded):
        here.approve(draft, by=ACCOUNTANT)
    here.approve(draft)
    with pytest.raises(AlreadyDecided):
        here.approve(draft, by="another")


@pytest.mark.parametrize(
    ("decision", "by"), [(Decision.REFUSED, SECRETARY), (Decision.WITHDRAWN, ACCOUNTANT)]
)
def test_draft_that_nobody_approves_books_nothing(here: Till, decision: Decision, by: str) -> None:
    draft, before = here.draft(K.INTEREST, 5), here.balances()

    with here.sessions.begin() as session:
        done = drafts.decide_draft(session, draft_id=draft.id, decision=decision, by=by, now=NOW)

    assert (done.journal_id, here.balances()) == (None, before)


def bill_back(session: Session, bill_id: int) -> Draft:
    return drafts.propose_bill_back(session, bill_id=bill_id, reason="核定有误", by=ACCOUNTANT, now=NOW)


def billed(one: Till) -> int:
    """February's bill, with its entry among others'."""
    (member,) = one.members
    february, march = one.bills[member]
    at = one.branch
    with one.sessions.begin() as session:
        ledger.post(
            session,
            committee_id=one.committee,
            kind=JournalKind.BILLED,
            key=f"billed:{one.committee}",
            legs=[
                Leg(A.RECEIVABLE, at, A.DUES, one.committee, DUE, member, bill) for bill in (february, march)
            ],
            by="system",
            now=NOW,
        )
    return february


def test_bill_is_taken_back_with_its_entry_and_stays_so(here: Till) -> None:
    february = billed(here)
    with here.sessions.begin() as session:
        draft = bill_back(session, february)

    done = here.approve(draft)

    with here.sessions.read() as session:
        bill = session.get_one(Bill, february)
    assert (bill.state, bill.live) == (BillState.REVERSED, None)
    assert here.balances()[A.RECEIVABLE, here.branch] == DUE
    assert done.journal_id
    with pytest.raises(NotReversible):
        here.ask_reversal(done.journal_id)


def test_exempt_bill_is_taken_back_without_a_voucher(here: Till) -> None:
    (february, _) = here.bills[here.members[0]]
    with here.sessions.begin() as session:
        free = update(Bill).where(Bill.id == february).values(state=BillState.EXEMPT, amount_fen=0)
        session.execute(free)
        draft = bill_back(session, february)
    with here.sessions.read() as session:
        before = session.scalar(select(func.count(Journal.id)))

    assert here.approve(draft).journal_id is None
    with here.sessions.read() as session:
        assert session.scalar(select(func.count(Journal.id))) == before
        assert session.get_one(Bill, february).live is None


@pytest.mark.parametrize("pays_first", [True, False])
def test_bill_on_which_something_is_paid_is_not_taken_back(here: Till, *, pays_first: bool) -> None:
    february = billed(here)

    def ask() -> Draft:
        with here.sessions.begin() as session:
            return bill_back(session, february)

    if pays_first:
        here.pay(1)
        with pytest.raises(BillPaidOn):
            ask()
    else:
        draft = ask()
        here.pay(1)
        with pytest.raises(BillPaidOn):
            here.approve(draft)


def test_bill_is_taken_back_once(here: Till) -> None:
    february = billed(here)
    with here.sessions.begin() as session:
        draft = bill_back(session, february)
    here.approve(draft)

    with pytest.raises(BillElsewhere), here.sessions.begin() as session:
        bill_back(session, february)
