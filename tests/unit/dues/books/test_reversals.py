"""红字冲销: the exact mirror image, once, by two people; what hung on the voucher is undone with it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.core.db import Sessions, in_turn
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.drafts import ReasonMissing, ReversalWaiting, propose_reversal, waiting_reversal
from app.dues.books.ledger import CashShort
from app.dues.books.models import Account, DraftKind, Journal, JournalKind
from app.dues.books.reversals import (
    AdvanceUsed,
    GiftGone,
    NotReversible,
    RefundInstead,
    ReversedAlready,
)
from app.dues.cash import large
from app.dues.cash.models import LargeGift, PayWay, Receipt
from app.dues.taking import LineKind, Part
from app.staff.deciding import AlreadyDecided, SecondPersonNeeded
from tests.factories import NOW
from tests.unit.dues.taking.till import (
    ACCOUNTANT,
    APRIL,
    CASHIER,
    COLLECTOR,
    DUE,
    MARCH,
    SECRETARY,
    Till,
    on_bill,
    till,
)


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def test_reversal_mirrors_cancels_the_receipt_and_opens_the_months_again(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    kept = one.pay(100).receipt
    before = one.balances()
    paid = one.pay(DUE + 40).receipt

    draft = one.reverse(paid.journal_id)

    with any_sessions.read() as session:
        made = session.get_one(Journal, draft.journal_id)
        mirror = [leg.swapped() for leg in ledger.legs_of(session, made.id)]
        assert mirror == ledger.legs_of(session, paid.journal_id)
        assert session.get_one(Receipt, paid.id).cancelled_by_id == made.id
        assert session.get_one(Receipt, kept.id).cancelled_by_id is None
        bill = one.bills[one.members[0]][0]
        assert on_bill(session, bill) == 100
    assert one.balances() == before
    assert (made.kind, made.reverses_id, made.made_by, made.approved_by, made.reason) == (
        JournalKind.REVERSAL,
        paid.journal_id,
        ACCOUNTANT,
        SECRETARY,
        "金额登记错误",
    )
    assert (one.bill(0).state, one.bill(0).paid_fen, one.bill(1).state) == (
        BillState.PARTIAL,
        100,
        BillState.DUE,
    )


def test_reversal_takes_a_second_person_and_a_reason(here: Till) -> None:
    paid = here.pay(DUE).receipt

    with pytest.raises(ReasonMissing), here.sessions.begin() as session:
        propose_reversal(session, journal_id=paid.journal_id, reason=" ", by=ACCOUNTANT, now=NOW)
    draft = here.ask_reversal(paid.journal_id)
    with pytest.raises(SecondPersonNeeded):
        here.approve(draft, by=ACCOUNTANT)

    assert here.bill().state is BillState.PAID


def test_reversal_is_asked_for_and_made_once(here: Till) -> None:
    paid = here.pay(DUE).receipt
    draft = here.ask_reversal(paid.journal_id)
    with here.sessions.read() as session:
        waiting = waiting_reversal(session, paid.journal_id)

    with pytest.raises(ReversalWaiting):
        here.ask_reversal(paid.journal_id)
    here.approve(draft)
    with pytest.raises(AlreadyDecided):
        here.approve(draft)
    with pytest.raises(ReversedAlready):
        here.ask_reversal(paid.journal_id)

    assert waiting
    assert waiting.id == draft.id
    assert here.balances() == {}


def test_two_reversals_of_one_voucher_decided_at_once_book_one(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    paid = one.pay(DUE).receipt
    first = one.ask_reversal(paid.journal_id)
    with any_sessions.begin() as session:
        second = type(first)(
            committee_id=one.committee,
            kind=DraftKind.REVERSAL,
            amount_fen=DUE,
            reverses_id=paid.journal_id,
            reason="重复申请",
            proposed_by=ACCOUNTANT,
            proposed_at=NOW,
        )
        session.add(second)

    def decide(which: int) -> bool:
        try:
            in_turn(lambda: one.approve((first, second)[which]))
        except ReversedAlready:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, range(2))) == [False, True]
    assert one.balances() == {}


def test_reversal_cannot_be_reversed(here: Till) -> None:
    draft = here.reverse(here.pay(DUE).receipt.journal_id)

    assert draft.journal_id
    with pytest.raises(NotReversible):
        here.ask_reversal(draft.journal_id)


def test_what_came_through_wechat_is_refunded_instead(here: Till) -> None:
    paid = here.pay_by_wechat([Part(LineKind.EXTRA, 5)]).receipt

    with pytest.raises(RefundInstead):
        here.ask_reversal(paid.journal_id)


@pytest.mark.parametrize(
    "kind", [JournalKind.BILLED, JournalKind.ADVANCE_USED, JournalKind.REFUND_OWED, JournalKind.REFUNDED]
)
def test_bills_and_refunds_have_other_ways_back(here: Till, kind: JournalKind) -> None:
    with here.sessions.begin() as session:
        made = ledger.post(
            session,
            committee_id=here.committee,
            kind=kind,
            key=f"{kind}:{here.committee}",
            legs=[here.earn()],
            by=CASHIER,
            now=NOW,
        )

    assert made
    with pytest.raises(NotReversible):
        here.ask_reversal(made.id)


def test_cash_that_has_gone_up_cannot_be_given_back_at_the_branch(here: Till) -> None:
    paid = here.pay(DUE).receipt
    given = here.hand_over(DUE)
    draft = here.ask_reversal(paid.journal_id)

    with pytest.raises(CashShort):
        here.approve(draft)
    assert given.journal_id
    here.reverse(given.journal_id)
    here.approve(draft)

    assert here.balances() == {}


def test_month_paid_ahead_that_has_met_its_bill_stays(here: Till) -> None:
    with here.sessions.begin() as session:
        taken = here.take_parts(session, [Part(LineKind.ADVANCE, DUE, month=APRIL)])
    advance = ledger.Leg(
        Account.ADVANCE,
        here.branch,
        Account.RECEIVABLE,
        here.branch,
        1,
        here.members[0],
        here.bills[here.members[0]][0],
    )
    here.book([advance])
    draft = here.ask_reversal(taken.receipt.journal_id)

    with pytest.raises(AdvanceUsed):
        here.approve(draft)


def gift_of(one: Till) -> LargeGift:
    with one.sessions.begin() as session:
        return large.receive(
            session,
            member_id=one.members[0],
            fen=100_000,
            way=PayWay.TRANSFER,
            received_on=NOW.date(),
            profile="退休工程师",
            key=f"form:{one.committee}",
            by=COLLECTOR,
            now=NOW,
        )


def pass_on(one: Till, gift: LargeGift) -> LargeGift:
    with one.sessions.begin() as session:
        return large.pass_on(
            session, gift_id=gift.id, to="省委组织部", passed_on=NOW.date(), by=CASHIER, now=NOW
        )


def test_gift_that_was_passed_on_is_reversed_from_its_end(here: Till) -> None:
    gift = gift_of(here)
    passed = pass_on(here, gift)
    with pytest.raises(GiftGone):
        here.ask_reversal(gift.journal_id)

    assert passed.passed_journal_id
    here.reverse(passed.passed_journal_id)
    again = pass_on(here, gift)
    assert again.passed_journal_id
    here.reverse(again.passed_journal_id)
    here.reverse(gift.journal_id)

    assert here.balances() == {}
    with pytest.raises(large.GiftPassedOn):
        pass_on(here, gift)


def test_what_was_booked_by_hand_is_reversed_too(here: Till) -> None:
    interest = here.approve(here.draft(DraftKind.INTEREST, 300))
    assert interest.journal_id
    here.reverse(interest.journal_id)

    assert here.balances() == {}


def test_numbers_of_reversals_follow_on(here: Till) -> None:
    for _ in range(2):
        here.reverse(here.pay(10).receipt.journal_id)

    with here.sessions.read() as session:
        rows = session.execute(
            select(Journal.month, Journal.number)
            .where(Journal.committee_id == here.committee)
            .order_by(Journal.id)
        )
        assert [tuple(row) for row in rows] == [(MARCH, number) for number in (1, 2, 3, 4)]
