"""结账: months in their order, once they are over; what comes later goes on; opening again takes two people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import Sessions, in_turn
from app.dues.books import periods
from app.dues.books.drafts import ReasonMissing
from app.dues.books.models import DraftKind, Journal, Period, PeriodState, Reopening
from app.dues.books.periods import (
    EarlierMonthOpen,
    Hints,
    MonthLocked,
    MonthNotOver,
    MonthOpen,
    ReopeningWaiting,
)
from app.dues.cash import collecting, handover
from app.dues.statements.models import Case, CaseKind
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests.factories import NOW
from tests.unit.dues.taking.till import (
    ACCOUNTANT,
    APRIL,
    COLLECTOR,
    FEBRUARY,
    MARCH,
    SECRETARY,
    Till,
    till,
)

IN_APRIL = NOW + timedelta(days=30)


@pytest.fixture
def here(shared: Sessions) -> Till:
    """Something is booked in March."""
    one = till(shared)
    one.pay(1000)
    return one


def lock(one: Till, month: int = MARCH, *, at: datetime = IN_APRIL) -> Period:
    with one.sessions.begin() as session:
        return periods.lock(session, committee_id=one.committee, month=month, by=ACCOUNTANT, now=at)


def ask(one: Till, month: int = MARCH, reason: str = "漏记利息") -> Reopening:
    with one.sessions.begin() as session:
        return periods.propose_reopening(
            session, committee_id=one.committee, month=month, reason=reason, by=ACCOUNTANT, now=IN_APRIL
        )


def decide(one: Till, asked: Reopening, *, by: str = SECRETARY, yes: bool = True) -> Reopening:
    decision = Decision.APPROVED if yes else Decision.REFUSED
    with one.sessions.begin() as session:
        return periods.decide_reopening(
            session, reopening_id=asked.id, decision=decision, by=by, now=IN_APRIL
        )


def test_month_is_locked_once_it_is_over(here: Till) -> None:
    with pytest.raises(MonthNotOver):
        lock(here, at=NOW)

    locked = lock(here)

    assert (locked.state, locked.locked_by, locked.locked_at) == (PeriodState.LOCKED, ACCOUNTANT, IN_APRIL)
    with pytest.raises(MonthLocked):
        lock(here)


def test_months_are_locked_in_their_order(here: Till) -> None:
    here.book([here.earn()], at=IN_APRIL)

    with pytest.raises(EarlierMonthOpen):
        lock(here, APRIL, at=IN_APRIL + timedelta(days=30))
    lock(here)

    assert lock(here, APRIL, at=IN_APRIL + timedelta(days=30)).state is PeriodState.LOCKED


def test_month_without_a_voucher_is_locked_too(here: Till) -> None:
    assert lock(here, FEBRUARY, at=NOW).vouchers == 0


def test_what_comes_for_a_locked_month_goes_on_to_the_next(here: Till) -> None:
    draft = here.draft(DraftKind.INTEREST, 5, month=MARCH, at=IN_APRIL)
    lock(here)

    done = here.approve(draft, at=IN_APRIL)

    with here.sessions.read() as session:
        assert session.get_one(Journal, done.journal_id).month == APRIL


def test_month_is_opened_again_by_two_people_with_a_reason(here: Till) -> None:
    lock(here)
    with pytest.raises(ReasonMissing):
        ask(here, reason=" ")
    asked = ask(here)
    with pytest.raises(ReopeningWaiting):
        ask(here)
    with pytest.raises(SecondPersonNeeded):
        decide(here, asked, by=ACCOUNTANT)

    decide(here, asked)
    with pytest.raises(AlreadyDecided):
        decide(here, asked)
    done = here.approve(here.draft(DraftKind.INTEREST, 5, month=MARCH, at=IN_APRIL), at=IN_APRIL)

    with here.sessions.read() as session:
        booked = session.get_one(Journal, done.journal_id)
        period = session.scalars(
            select(Period).where(Period.month == MARCH, Period.committee_id == here.committee)
        ).one()
    assert (booked.month, booked.number) == (MARCH, 2)
    assert (period.state, period.locked_by, period.locked_at) == (PeriodState.OPEN, None, None)
    assert lock(here).state is PeriodState.LOCKED


def test_month_stays_locked_where_the_second_person_says_no(here: Till) -> None:
    lock(here)

    decide(here, ask(here), yes=False)

    with pytest.raises(MonthLocked):
        lock(here)
    assert ask(here).decision is Decision.PROPOSED


@pytest.mark.parametrize("month", [FEBRUARY, MARCH])
def test_month_that_is_open_needs_no_opening(here: Till, month: int) -> None:
    with pytest.raises(MonthOpen):
        ask(here, month)


def test_hints_name_what_began_in_the_month_and_is_not_finished(here: Till) -> None:
    def hints(month: int) -> Hints:
        with here.sessions.read() as session:
            return periods.hints(session, committee_id=here.committee, month=month)

    assert (hints(MARCH), hints(MARCH).any) == (Hints(0, 0, 0, 0), False)
    here.draft(DraftKind.INTEREST, 5)
    here.draft(DraftKind.INTEREST, 5, at=IN_APRIL)
    with here.sessions.begin() as session:
        handover.offer(
            session,
            from_organization_id=here.branch,
            fen=5,
            banked=False,
            note="",
            by=COLLECTOR,
            now=NOW,
        )
        collecting.report_transfer(
            session, member_id=here.members[0], fen=5, paid_on=NOW.date(), note="", now=NOW
        )
        case = Case(
            key=f"a{here.committee}",
            kind=CaseKind.NO_BILL,
            committee_id=here.committee,
            details="{}",
            opened_at=NOW,
        )
        session.add(case)

    assert (hints(FEBRUARY), hints(MARCH), hints(APRIL)) == (
        Hints(0, 0, 0, 0),
        Hints(1, 1, 1, 1),
        Hints(1, 1, 1, 2),
    )
    assert hints(MARCH).any


def test_nothing_is_booked_into_a_month_after_its_lock_whoever_is_quicker(any_sessions: Sessions) -> None:
    one = till(any_sessions)
    one.pay(1)

    def act(turn: int) -> None:
        if turn == 4:
            in_turn(lambda: lock(one))
        else:
            in_turn(lambda: one.pay(1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(9)))

    with any_sessions.read() as session:
        rows = [(row.month, row.number) for row in session.execute(select(Journal.month, Journal.number))]
        given = {row.month: row.vouchers for row in session.scalars(select(Period))}
    for month in (MARCH, APRIL):
        numbers = sorted(number for booked, number in rows if booked == month)
        assert numbers == list(range(1, given.get(month, 0) + 1))
    assert len(rows) == 9
