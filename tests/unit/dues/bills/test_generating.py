"""A committee's bills of a month: for whom, how much, how often, and what the books say of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.dues.assessments.models import Relief, ReliefKind
from app.dues.bills import booking, generating, queries, service
from app.dues.bills.generating import BillsBeingMade, Made, MonthTooFar
from app.dues.bills.models import NOT_BILLED, Bill, BillRun
from app.dues.bills.states import BillState
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, Journal, JournalKind
from app.dues.policies.queries import NoPolicy
from app.members.models import Member, MemberKind
from app.organizations.models import OrganizationKind
from app.staff.deciding import Decision
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.rows import MONTH, House

S = BillState


def make(session: Session, home: House, *, month: int = MONTH, now: datetime = NOW) -> Made:
    return generating.generate(session, committee_id=home.committee.id, month=month, by="kuaiji", now=now)


def owing(session: Session, home: House, *, fen: int = 76_50, **fields: Any) -> Member:
    member = factories.member(session, home.branch, **fields)
    rows.assessment(session, member, home.policy, fen=fen)
    return member


def relief(
    session: Session,
    member: Member,
    kind: ReliefKind,
    *,
    fen: int = 0,
    ended_at: datetime | None = None,
    decision: Decision = Decision.APPROVED,
    months: tuple[int, int] = (202601, 202606),
) -> Relief:
    made = Relief(
        member_id=member.id,
        kind=kind,
        amount_fen=fen,
        from_month=months[0],
        until_month=months[1],
        reason_sealed="k1.x",
        studied_on=date(2026, 1, 5),
        ended_at=ended_at,
        decision=decision,
        proposed_by="kuaiji",
        proposed_at=NOW,
        decided_by="shuji" if decision is Decision.APPROVED else None,
    )
    session.add(made)
    session.flush()
    return made


def bills(session: Session) -> Sequence[Bill]:
    return session.scalars(select(Bill).order_by(Bill.member_id, Bill.id)).all()


def test_everybody_with_an_amount_gets_a_bill_and_the_books_say_so(session: Session) -> None:
    home = rows.house(session)
    first, second = owing(session, home, fen=76_50), owing(session, home, fen=49_00)

    made = make(session, home)

    assert made == Made(bills=2, total=125_50, without_amount=0, advance_used=0)
    assert [(one.member_id, one.amount_fen, one.state, one.due_on) for one in bills(session)] == [
        (first.id, 76_50, S.DUE, date(2026, 3, 10)),
        (second.id, 49_00, S.DUE, date(2026, 3, 10)),
    ]
    at = home.branch.id, home.committee.id
    assert ledger.balances(session, home.committee.id) == {
        (Account.RECEIVABLE, at[0]): 125_50,
        (Account.DUES, at[1]): -125_50,
    }
    journal = session.scalars(select(Journal)).one()
    assert (journal.kind, journal.external_key) == (
        JournalKind.BILLED,
        f"billed:{at[1]}:{MONTH}:{bills(session)[0].id}",
    )


def test_asked_again_it_makes_only_what_is_missing(session: Session) -> None:
    home = rows.house(session)
    owing(session, home)
    make(session, home)

    nothing = make(session, home)
    owing(session, home, fen=20)
    later = make(session, home, now=NOW + timedelta(days=1))

    assert (nothing.bills, later) == (0, Made(bills=1, total=20, without_amount=0, advance_used=0))
    assert len(session.scalars(select(Journal)).all()) == 2
    run = queries.last_run(session, committee_id=home.committee.id, month=MONTH)
    assert run is not None
    assert (run.bills, run.total_fen, run.made_at) == (2, 76_70, NOW + timedelta(days=1))


def test_nothing_to_make_leaves_no_voucher(session: Session) -> None:
    home = rows.house(session)

    assert make(session, home) == Made(0, 0, 0, 0)
    assert session.scalars(select(Journal)).all() == []


def test_only_members_owe_and_who_has_gone_or_is_suspended_does_not(session: Session) -> None:
    home = rows.house(session)
    for kind in set(MemberKind) - {MemberKind.FULL, MemberKind.PROBATIONARY}:
        owing(session, home, kind=kind)
    for status in NOT_BILLED:
        owing(session, home, status=status)

    assert make(session, home) == Made(0, 0, 0, 0)


def test_probationary_members_owe_from_the_month_they_were_accepted(session: Session) -> None:
    home = rows.house(session)
    joined = [date(2026, 3, 31), date(2026, 3, 1), None, date(2026, 4, 1)]
    people = [owing(session, home, kind=MemberKind.PROBATIONARY) for _ in joined]
    for member, day in zip(people, joined, strict=True):
        member.joined_on = day
    session.flush()

    make(session, home)

    assert [one.member_id for one in bills(session)] == [one.id for one in people[:3]]


def test_members_without_an_amount_are_counted_and_get_theirs_once_it_is_set(session: Session) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)
    later = factories.member(session, home.branch)
    rows.assessment(session, later, home.policy, from_month=202604)
    replaced = factories.member(session, home.branch)
    rows.assessment(session, replaced, home.policy, standing=None)

    assert make(session, home) == Made(0, 0, 3, 0)
    rows.assessment(session, member, home.policy)
    assert make(session, home) == Made(1, 76_50, 2, 0)


def test_latest_amount_by_that_month_counts(session: Session) -> None:
    home = rows.house(session)
    member = owing(session, home, fen=10_00)
    now = rows.assessment(session, member, home.policy, fen=30_00, from_month=202603)
    rows.assessment(session, member, home.policy, fen=50_00, from_month=202604)

    make(session, home)

    assert [(one.amount_fen, one.assessment_id) for one in bills(session)] == [(30_00, now.id)]


@pytest.mark.parametrize(
    ("kind", "fen", "amount", "state"),
    [
        (ReliefKind.EXEMPT, 0, 0, S.EXEMPT),
        (ReliefKind.REDUCED, 5_00, 5_00, S.DUE),
        (ReliefKind.REDUCED, 100_00, 76_50, S.DUE),
    ],
)
def test_relief_takes_off_and_never_adds(
    session: Session, kind: ReliefKind, fen: int, amount: int, state: BillState
) -> None:
    home = rows.house(session)
    granted = relief(session, owing(session, home), kind, fen=fen)

    made = make(session, home)

    assert [(one.amount_fen, one.state, one.relief_id) for one in bills(session)] == [
        (amount, state, granted.id)
    ]
    assert made.total == amount
    assert sum(fen for fen in ledger.balances(session, home.committee.id).values() if fen > 0) == amount


def test_relief_that_does_not_hold_takes_nothing_off(session: Session) -> None:
    home = rows.house(session)
    unfit: list[dict[str, Any]] = [
        {"decision": Decision.PROPOSED},
        {"decision": Decision.REFUSED},
        {"months": (202604, 202606)},
        {"months": (202601, 202602)},
        {"ended_at": from_local(date(2026, 3, 1)) - timedelta(seconds=1)},
    ]
    for granted in unfit:
        relief(session, owing(session, home), ReliefKind.EXEMPT, **granted)

    make(session, home)

    assert [(one.amount_fen, one.relief_id) for one in bills(session)] == [(76_50, None)] * 5


def test_relief_that_ends_holds_for_the_month_that_had_begun(session: Session) -> None:
    home = rows.house(session)
    relief(session, owing(session, home), ReliefKind.EXEMPT, ended_at=from_local(date(2026, 3, 1)))

    assert make(session, home).total == 0


def test_member_who_moved_has_one_bill_where_they_were(session: Session) -> None:
    home, other = rows.house(session), rows.house(session, name="第二企业党委")
    member = owing(session, home)
    make(session, home)
    member.organization_id = other.branch.id
    session.flush()

    assert make(session, other) == Made(0, 0, 0, 0)
    assert make(session, other, month=202604).bills == 1
    assert [(one.month, one.organization_id, one.committee_id) for one in bills(session)] == [
        (202603, home.branch.id, home.committee.id),
        (202604, other.branch.id, other.committee.id),
    ]


def test_committee_with_a_rule_of_its_own_makes_its_own_bills(session: Session) -> None:
    home = rows.house(session)
    below = factories.organization(session, parent=home.committee, kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, parent=below)
    inner = House(below, branch, rows.policy(session, below, from_month=202604, due_day=20))
    owing(session, inner)

    with pytest.raises(NoPolicy):
        make(session, inner)
    assert make(session, home).bills == 1
    assert make(session, home, month=202604).bills == 0
    assert make(session, inner, month=202604).bills == 1
    assert [(one.state, one.due_on, one.committee_id) for one in bills(session)] == [
        (S.DUE, date(2026, 3, 10), home.committee.id),
        (S.ASSESSED, date(2026, 4, 20), below.id),
    ]


@pytest.mark.parametrize("month", [202605, 202613, 0])
def test_bills_are_not_made_further_ahead_than_a_month(session: Session, month: int) -> None:
    home = rows.house(session)

    with pytest.raises(MonthTooFar):
        make(session, home, month=month)


def test_bills_of_a_month_before_the_rule_are_refused(session: Session) -> None:
    with pytest.raises(NoPolicy):
        make(session, rows.house(session), month=202512)


def test_bills_of_a_month_that_is_over_are_overdue_and_due_today(session: Session) -> None:
    home = rows.house(session)
    owing(session, home)

    make(session, home, month=202602)

    assert [(one.state, one.due_on) for one in bills(session)] == [(S.OVERDUE, date(2026, 3, 2))]


def test_bill_that_was_taken_back_is_made_anew(session: Session) -> None:
    home = rows.house(session)
    member = owing(session, home)
    make(session, home)
    wrong = bills(session)[0]
    service.take_back(session, bill_id=wrong.id)
    rows.assessment(session, member, home.policy, fen=20, from_month=MONTH)

    assert make(session, home).total == 20
    assert [(one.amount_fen, one.state, one.live) for one in bills(session)] == [
        (76_50, S.REVERSED, None),
        (20, S.DUE, 1),
    ]


@pytest.mark.parametrize(
    ("ahead", "paid", "state", "left"),
    [(50_00, 50_00, S.PARTIAL, 0), (76_50, 76_50, S.PAID, 0), (200_00, 76_50, S.PAID, 123_50)],
)
def test_what_was_paid_ahead_meets_the_new_bill(
    session: Session, ahead: int, paid: int, state: BillState, left: int
) -> None:
    home = rows.house(session)
    member, other = owing(session, home), owing(session, home)
    _pay_ahead(session, home, member, ahead)

    made = make(session, home)

    assert made == Made(bills=2, total=153_00, without_amount=0, advance_used=paid)
    assert [(one.member_id, one.paid_fen, one.state) for one in bills(session)] == [
        (member.id, paid, state),
        (other.id, 0, S.DUE),
    ]
    found = ledger.balances(session, home.committee.id)
    assert found[Account.ADVANCE, home.branch.id] == -left
    assert found[Account.RECEIVABLE, home.branch.id] == 153_00 - paid
    assert sum(found.values()) == 0


def test_advance_is_used_once_and_lasts_for_the_months_to_come(session: Session) -> None:
    home = rows.house(session)
    _pay_ahead(session, home, owing(session, home), 100_00)

    used = [make(session, home, month=month).advance_used for month in (202602, 202602, 202603, 202604)]

    assert used == [76_50, 0, 23_50, 0]


def test_advance_stays_with_the_branch_that_took_it(session: Session) -> None:
    home = rows.house(session)
    member = owing(session, home)
    _pay_ahead(session, home, member, 76_50)
    member.organization_id = factories.organization(session, parent=home.committee).id
    session.flush()

    make(session, home)

    found = ledger.balances(session, home.committee.id)
    assert found[Account.ADVANCE, home.branch.id] == 0
    assert found[Account.RECEIVABLE, member.organization_id] == 0


def _pay_ahead(session: Session, home: House, member: Member, fen: int) -> None:
    at = home.branch.id
    ledger.post(
        session,
        committee_id=home.committee.id,
        kind=JournalKind.PAID,
        key=f"test:{member.id}",
        legs=[Leg(Account.CASH, at, Account.ADVANCE, at, fen, member.id)],
        by="shouji",
        now=NOW,
    )


@pytest.mark.parametrize("first", [True, False])
def test_bills_made_twice_at_once_are_one_for_each_member(any_sessions: Sessions, *, first: bool) -> None:
    with any_sessions.begin() as session:
        home = rows.house(session)
        if not first:
            make(session, home)
        people = sorted(owing(session, home).id for _ in range(5))

    def one(_: int) -> int:
        def transact() -> int:
            with any_sessions.begin() as session:
                made = make(session, home).bills
                sleep(0.1 * bool(made))  # the others ask meanwhile
                return made

        try:
            return in_turn(transact)
        except BillsBeingMade:
            return 0

    with ThreadPoolExecutor(3) as pool:
        made = sorted(pool.map(one, range(3)))

    assert made == [0, 0, 5]
    with any_sessions.read() as session:
        assert sorted(one.member_id for one in bills(session)) == people
        assert sum(fen for fen in ledger.balances(session, home.committee.id).values() if fen > 0) == 382_50


def test_relief_advance_and_reversal_are_the_same_on_every_engine(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        home = rows.house(session)
        _pay_ahead(session, home, owing(session, home), 100_00)
        relief(session, owing(session, home), ReliefKind.EXEMPT)
        relief(session, owing(session, home), ReliefKind.REDUCED, fen=1_00)
        factories.member(session, home.branch)

        made = make(session, home)

        assert made == Made(bills=3, total=77_50, without_amount=1, advance_used=76_50)
        assert [(one.amount_fen, one.paid_fen, one.state) for one in bills(session)] == [
            (76_50, 76_50, S.PAID),
            (0, 0, S.EXEMPT),
            (1_00, 0, S.DUE),
        ]
        assert bills(session)[0].created_at == NOW


def test_due_bills_are_made_for_every_committee_that_keeps_books(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(2):
            owing(session, rows.house(session, name=f"第{number}企业党委"))
        rows.house(session, from_month=202604, name="尚未开始的党委")

    made = generating.generate_due(sessions, now=NOW)
    again = generating.generate_due(sessions, now=NOW)
    stopped = generating.generate_due(sessions, now=NOW + timedelta(days=60), goes_on=lambda: False)

    assert [[one.bills for one in some] for some in (made, again, stopped)] == [[1, 1], [0, 0], []]
    with sessions.read() as session:
        assert {run.made_by for run in session.scalars(select(BillRun))} == {"system"}


def test_bill_that_was_taken_back_and_made_anew_counts_once(session: Session) -> None:
    home = rows.house(session)
    owing(session, home)
    make(session, home)

    service.take_back(session, bill_id=bills(session)[0].id)
    make(session, home)

    run = queries.last_run(session, committee_id=home.committee.id, month=MONTH)
    assert run
    assert (run.bills, run.total_fen) == (1, 76_50)


def test_committee_whose_bills_fail_does_not_keep_the_others_from_theirs(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        homes = [rows.house(session, name=f"第{number}企业党委") for number in range(2)]
        for home in homes:
            owing(session, home)
    bad, good = (home.committee.id for home in homes)
    book = booking.book

    def fails(session: Session, new: booking.New, **given: Any) -> int:
        if new.committee_id == bad:
            raise TimeoutError
        return book(session, new, **given)

    monkeypatch.setattr(booking, "book", fails)
    with pytest.raises(TimeoutError):
        generating.generate_due(sessions, now=NOW)

    with sessions.read() as session:
        assert session.scalars(select(Bill.committee_id)).all() == [good]


def test_month_is_that_of_china(session: Session) -> None:
    home = rows.house(session)
    owing(session, home)

    make(session, home, month=202605, now=datetime(2026, 3, 31, 16, 0, tzinfo=UTC))

    assert [one.state for one in bills(session)] == [S.ASSESSED]
