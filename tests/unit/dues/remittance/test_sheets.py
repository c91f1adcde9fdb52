"""Sheets: of what was really received, once a period, after its months are locked, sent by two people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.core.db import Sessions, in_turn
from app.core.errors import DomainError
from app.dues.books import periods
from app.dues.books.drafts import MonthRemitted
from app.dues.books.ledger import BankShort, Leg
from app.dues.books.models import Account, DraftKind, Journal, JournalKind
from app.dues.books.reversals import ReversedAlready
from app.dues.remittance import service as remittance
from app.dues.remittance.models import RemitEvery, RemitRule, Remittance
from app.dues.remittance.received import received
from app.dues.remittance.service import (
    NoRemitRule,
    NothingToRemit,
    PeriodNotClosed,
    RemitRuleWrong,
    SheetExists,
    SheetOutdated,
    VoucherMissing,
)
from app.dues.taking import LineKind, Part
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests.factories import NOW
from tests.unit.dues.books.test_ledger import REFUSED
from tests.unit.dues.taking.till import (
    ACCOUNTANT,
    APRIL,
    DUE,
    FEBRUARY,
    JANUARY,
    MARCH,
    SECRETARY,
    Till,
    till,
)

A = Account
IN_APRIL = NOW + timedelta(days=30)


@pytest.fixture
def here(shared: Sessions) -> Till:
    return till(shared)


def rule(one: Till, *, yes: bool = True, **given: Any) -> RemitRule:
    wanted: dict[str, Any] = {
        "organization_id": one.committee,
        "to_name": "省国资委党委",
        "ratio_bp": 500,
        "every": RemitEvery.QUARTER,
        "due_days": 30,
        "clause": "系统党委文件第三条",
        "effective_from": JANUARY,
        "by": ACCOUNTANT,
        "now": NOW,
    }
    with one.sessions.begin() as session:
        made = remittance.propose_rule(session, **(wanted | given))
        decision = Decision.APPROVED if yes else Decision.REFUSED
        return remittance.decide_rule(session, rule_id=made.id, decision=decision, by=SECRETARY, now=NOW)


def draw_up(one: Till, month: int = MARCH) -> Remittance:
    with one.sessions.begin() as session:
        return remittance.draft_sheet(
            session, organization_id=one.committee, month=month, by=ACCOUNTANT, now=IN_APRIL
        )


def decide(
    one: Till, sheet: Remittance, *, by: str = SECRETARY, yes: bool = True, number: str = "汇1"
) -> Remittance:
    decision = Decision.APPROVED if yes else Decision.REFUSED
    with one.sessions.begin() as session:
        return remittance.decide_sheet(
            session, sheet_id=sheet.id, decision=decision, by=by, now=IN_APRIL, document_no=number
        )


def lock(one: Till, *months: int) -> None:
    with one.sessions.begin() as session:
        for month in months:
            periods.lock(session, committee_id=one.committee, month=month, by=ACCOUNTANT, now=IN_APRIL)


def paid_and_locked(one: Till, fen: int = DUE) -> None:
    one.pay(fen)
    one.hand_over(fen, banked=True)
    lock(one, MARCH)


def came(one: Till, first: int = MARCH, last: int = MARCH) -> int:
    with one.sessions.read() as session:
        return received(session, one.committee, first, last)


def test_received_is_what_came_in_for_dues_less_what_went_back(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    at, branch = one.committee, one.branch
    mistaken = one.pay(100).receipt
    one.pay(DUE)
    one.pay_by_wechat([Part(LineKind.ADVANCE, 2000, month=APRIL), Part(LineKind.EXTRA, 300)])
    one.book([Leg(A.RECEIVABLE, branch, A.DUES, at, 50_000)])
    one.book([Leg(A.ADVANCE, branch, A.RECEIVABLE, branch, 700)])
    one.book([Leg(A.WECHAT, at, A.REFUNDS, at, 900), Leg(A.BANK, at, A.SUSPENSE, at, 60)])
    one.book([Leg(A.BANK, at, A.INTEREST, at, 11), Leg(A.BANK, at, A.LARGE, at, 100_000)])
    first = came(one)

    one.book([Leg(A.RECEIVABLE, branch, A.REFUNDS, at, 40), Leg(A.REFUNDS, at, A.WECHAT, at, 40)])
    one.book([Leg(A.SUSPENSE, at, A.ADVANCE, branch, 60)])
    one.hand_over(50)
    one.reverse(mistaken.journal_id)

    assert first == 100 + DUE + 2000 + 300
    assert came(one) == first - 40 + 60 - 100
    assert (came(one, FEBRUARY, FEBRUARY), came(one, APRIL, APRIL)) == (0, 0)


def test_sheet_is_the_share_of_the_period_and_is_booked_when_sent(shared: Sessions) -> None:
    one = till(shared)
    by_rule = rule(one)
    paid_and_locked(one, 7_650)

    sheet = draw_up(one)
    waiting = one.balances().get((A.REMITTED, one.committee))
    sent = decide(one, sheet)

    assert (sheet.rule_id, sheet.from_month, sheet.until_month) == (by_rule.id, JANUARY, MARCH)
    assert (sheet.received_fen, sheet.amount_fen, waiting) == (7_650, 383, None)
    assert (sent.document_no, sent.standing, sent.journal_id is not None) == ("汇1", 1, True)
    assert one.balances()[A.REMITTED, one.committee] == 383
    assert one.balances()[A.BANK, one.committee] == 7_650 - 383


def test_sheet_waits_until_the_months_are_over_and_locked(here: Till) -> None:
    rule(here)
    here.pay(DUE)

    with pytest.raises(PeriodNotClosed):
        draw_up(here)
    with pytest.raises(PeriodNotClosed):
        draw_up(here, APRIL)
    lock(here, MARCH)

    assert draw_up(here).received_fen == DUE


def test_period_has_one_sheet_until_it_is_refused(shared: Sessions) -> None:
    one = till(shared)
    rule(one)
    paid_and_locked(one)
    sheet = draw_up(one)

    with pytest.raises(SheetExists):
        draw_up(one, FEBRUARY)
    decide(one, sheet, yes=False, number="")
    again = draw_up(one)

    assert (again.id != sheet.id, again.amount_fen) == (True, sheet.amount_fen)


def test_two_who_draw_up_the_same_sheet_make_one(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    rule(one)
    paid_and_locked(one)

    def draw(_: int) -> bool:
        try:
            in_turn(lambda: draw_up(one))
        except SheetExists:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(draw, range(4))) == 1


def test_sheet_that_was_reversed_makes_room_for_a_new_one(here: Till) -> None:
    rule(here)
    paid_and_locked(here)
    sent = decide(here, draw_up(here))
    assert sent.journal_id

    here.reverse(sent.journal_id)

    assert draw_up(here).amount_fen == sent.amount_fen
    assert here.balances().get((A.REMITTED, here.committee)) is None
    with pytest.raises(ReversedAlready):
        here.ask_reversal(sent.journal_id)


def test_sheet_is_sent_by_another_with_the_banks_number_once(here: Till) -> None:
    rule(here)
    paid_and_locked(here)
    sheet = draw_up(here)

    refusals: list[tuple[type[DomainError], dict[str, Any]]] = [
        (SecondPersonNeeded, {"by": ACCOUNTANT}),
        (VoucherMissing, {"number": " "}),
    ]
    for refusal, given in refusals:
        with pytest.raises(refusal):
            decide(here, sheet, **given)
    decide(here, sheet)
    with pytest.raises(AlreadyDecided):
        decide(here, sheet)


def test_sheet_is_not_sent_where_its_months_have_changed_since(here: Till) -> None:
    rule(here)
    paid_and_locked(here)
    sheet = draw_up(here)
    with here.sessions.begin() as session:
        asked = periods.propose_reopening(
            session, committee_id=here.committee, month=MARCH, reason="漏记", by=ACCOUNTANT, now=IN_APRIL
        )
        periods.decide_reopening(
            session, reopening_id=asked.id, decision=Decision.APPROVED, by=SECRETARY, now=IN_APRIL
        )
    here.pay(50)

    with pytest.raises(SheetOutdated):
        decide(here, sheet)


def test_nothing_comes_in_for_a_month_whose_share_went_up(here: Till) -> None:
    rule(here)
    paid_and_locked(here)
    here.book([Leg(A.BANK, here.committee, A.SUSPENSE, here.committee, 500)], at=IN_APRIL)
    decide(here, draw_up(here))
    with here.sessions.begin() as session:
        asked = periods.propose_reopening(
            session, committee_id=here.committee, month=MARCH, reason="漏记", by=ACCOUNTANT, now=IN_APRIL
        )
        periods.decide_reopening(
            session, reopening_id=asked.id, decision=Decision.APPROVED, by=SECRETARY, now=IN_APRIL
        )
    found: dict[str, Any] = {"member_id": here.members[0], "at": IN_APRIL}

    here.approve(here.draft(DraftKind.INTEREST, 10, month=MARCH, at=IN_APRIL), at=IN_APRIL)
    with pytest.raises(MonthRemitted):
        here.approve(here.draft(DraftKind.SUSPENSE, 500, month=MARCH, **found), at=IN_APRIL)
    here.approve(here.draft(DraftKind.SUSPENSE, 500, **found), at=IN_APRIL)

    assert (came(here), came(here, APRIL, APRIL)) == (DUE, 500)


def test_money_that_is_not_on_the_account_is_not_sent(here: Till) -> None:
    rule(here)
    here.pay(DUE)
    lock(here, MARCH)
    sheet = draw_up(here)

    with pytest.raises(BankShort):
        decide(here, sheet)


def test_without_a_rule_or_money_there_is_nothing_to_send(here: Till) -> None:
    with pytest.raises(NoRemitRule):
        draw_up(here)
    rule(here, yes=False)
    with pytest.raises(NoRemitRule):
        draw_up(here)
    rule(here)
    with pytest.raises(NothingToRemit):
        draw_up(here)


def test_month_that_gave_back_more_than_came_in_is_reckoned_with_the_next(here: Till) -> None:
    at, branch = here.committee, here.branch
    rule(here, every=RemitEvery.MONTH, ratio_bp=1000)
    here.pay(5000)
    here.book([Leg(A.RECEIVABLE, branch, A.REFUNDS, at, 6000)])
    lock(here, MARCH)
    in_may = IN_APRIL + timedelta(days=31)
    here.book([Leg(A.CASH, branch, A.RECEIVABLE, branch, 9000)], at=IN_APRIL)
    with pytest.raises(NothingToRemit):
        draw_up(here)

    with here.sessions.begin() as session:
        periods.lock(session, committee_id=at, month=APRIL, by=ACCOUNTANT, now=in_may)
        sheet = remittance.draft_sheet(session, organization_id=at, month=APRIL, by=ACCOUNTANT, now=in_may)

    assert (sheet.from_month, sheet.until_month) == (JANUARY, APRIL)
    assert (sheet.received_fen, sheet.amount_fen) == (8000, 800)


def test_new_rule_takes_the_place_of_one_from_the_same_month(here: Till) -> None:
    rule(here)
    rule(here, ratio_bp=1000)
    paid_and_locked(here, 1000)

    assert draw_up(here).amount_fen == 100


def test_period_is_cut_where_a_new_rule_begins(here: Till) -> None:
    rule(here)
    rule(here, every=RemitEvery.MONTH, effective_from=MARCH, ratio_bp=1000)
    here.approve(here.draft(DraftKind.INTEREST, 1, month=FEBRUARY))
    lock(here, FEBRUARY)
    paid_and_locked(here, 1000)

    march = draw_up(here, MARCH)
    with pytest.raises(NothingToRemit):
        draw_up(here, FEBRUARY)

    assert (march.from_month, march.until_month, march.amount_fen) == (MARCH, MARCH, 100)


@pytest.mark.parametrize(
    "given",
    [
        {"to_name": " "},
        {"clause": ""},
        {"ratio_bp": 0},
        {"ratio_bp": 10_001},
        {"due_days": 0},
        {"due_days": 367},
        {"effective_from": 202613},
    ],
)
def test_rule_says_to_whom_by_what_and_how_much(here: Till, given: dict[str, Any]) -> None:
    with pytest.raises(RemitRuleWrong):
        rule(here, **given)


def test_tables_refuse_what_no_rule_or_sheet_may_be(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    made = rule(one)
    paid_and_locked(one)
    sheet = draw_up(one)
    bad_rules: list[dict[str, Any]] = [
        {"ratio_bp": 0},
        {"ratio_bp": 10_001},
        {"due_days": 0},
        {"decided_by": ACCOUNTANT},
    ]
    bad_sheets = [{"amount_fen": 0}, {"amount_fen": sheet.received_fen + 1}]

    for columns in bad_rules:
        with pytest.raises(REFUSED), any_sessions.begin() as session:
            session.execute(update(RemitRule).where(RemitRule.id == made.id).values(**columns))
    for columns in bad_sheets:
        with pytest.raises(REFUSED), any_sessions.begin() as session:
            session.execute(update(Remittance).where(Remittance.id == sheet.id).values(**columns))
    twin = {"organization_id": one.committee, "rule_id": made.id, "from_month": JANUARY, "until_month": MARCH}
    amounts = {"received_fen": 2, "amount_fen": 1, "standing": 1, "proposed_by": "a", "proposed_at": NOW}
    with pytest.raises(REFUSED), any_sessions.begin() as session:
        session.execute(insert(Remittance).values(**twin, **amounts))
    with any_sessions.read() as session:
        kinds = session.scalars(select(Journal.kind)).all()
    assert JournalKind.REMITTED not in kinds
