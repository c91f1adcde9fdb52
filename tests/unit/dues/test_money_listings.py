"""What the console reads of money is the same on every engine, and stops at the scope."""

from datetime import date

import pytest

from app.core.clock import from_local
from app.core.db import Session, Sessions
from app.dues.books import listing as books
from app.dues.books import trial
from app.dues.books.models import Account
from app.dues.cash import listing as cash
from app.dues.cash import owing
from app.dues.orders import listing as orders
from app.dues.remittance import listing as remittance
from app.dues.statements import listing as statements
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import factories
from tests.adapters.console import booked
from tests.adapters.console.booked import Booked

MARCH = 202603
EVERYTHING = cash.ReceiptFilter(from_local(date(2026, 1, 1)), from_local(date(2027, 1, 1)))


@pytest.fixture
def world(any_sessions: Sessions) -> tuple[Sessions, Booked, int, int]:
    """(sessions, what is booked, the committee, its branch)."""
    with any_sessions.begin() as session:
        committee = factories.organization(session, name="东山党委", kind=OrganizationKind.COMMITTEE)
        branch = factories.organization(session, name="东山一支部", parent=committee)
        people = [factories.member(session, branch, name=name) for name in ("钱二", "赵一")]
        made = booked.seed(session, "东山", committee, branch, people)
        return any_sessions, made, committee.id, branch.id


def scope_of(session: Session, committee_id: int) -> Scope:
    return organizations.subtree(session.get_one(Organization, committee_id))


def test_people_and_receipts_add_up(world: tuple[Sessions, Booked, int, int]) -> None:
    sessions, made, committee_id, branch_id = world
    with sessions.read() as session:
        scope = scope_of(session, committee_id)
        wanted = owing.PeopleFilter(until_month=MARCH)
        people = owing.people(session, [branch_id], wanted)
        total = owing.people_total(session, [branch_id], wanted)
        received = cash.receipts_total(session, [branch_id], EVERYTHING)
        ways = cash.by_way(session, scope, since=EVERYTHING.since, until=EVERYTHING.until)
        everything = (
            cash.receipts(session, [branch_id], EVERYTHING),
            cash.transfers(session, [committee_id], open_only=True),
            cash.handovers(session, scope, open_only=True),
            cash.large_gifts(session, [committee_id]),
        )

    assert [(one.name, one.open_fen, one.months, one.oldest, bool(one.reported)) for one in people] == [
        ("赵一", 6000, 2, 202511, True)
    ]
    assert ((total.people, total.open_fen), received) == ((1, 6000), (2, 6000))
    assert sorted((one.way.value, one.people, one.fen) for one in ways) == [
        ("cash", 1, 3000),
        ("wechat", 1, 3000),
    ]
    assert [len(rows) for rows in everything] == [2, 1, 2, 1]
    assert made.receipt_id in {row[0].id for row in everything[0]}


def test_balances_run_and_add_up_to_nothing(world: tuple[Sessions, Booked, int, int]) -> None:
    sessions, made, committee_id, branch_id = world
    receivable = trial.AccountFilter(committee_id, Account.RECEIVABLE, MARCH, MARCH, branch_id)
    with sessions.read() as session:
        lines = trial.trial(session, committee_id, first=MARCH, last=MARCH)
        rows = trial.account_lines(session, receivable)
        later = trial.AccountFilter(committee_id, Account.RECEIVABLE, 202604, 202604)
        before = trial.account_before(session, later)
        total = trial.account_total(session, receivable)
        vouchers = books.journals(session, books.JournalFilter(committee_id))
        legs = books.legs(session, made.journal_id)
        named = books.entries(session, made.journal_id)

    assert sum(one.after for one in lines) == 0
    assert [one.so_far for one in rows] == [3000, 6000, 9000, 12000, 9000, 6000]
    assert (before, total.vouchers, total.debit, total.credit) == (6000, 6, 12000, 6000)
    assert sum(row.fen for row in vouchers) == 218000
    assert [(one.debit, one.credit, one.entries, one.fen) for one in legs] == [
        (Account.CASH, Account.RECEIVABLE, 1, 3000)
    ]
    assert [one.member_name for one in named] == ["钱二"]


def test_wechats_day_stands_beside_ours(world: tuple[Sessions, Booked, int, int]) -> None:
    sessions, made, committee_id, _ = world
    odd = statements.LineFilter(made.statement_id, odd_only=True)
    with sessions.read() as session:
        scope = scope_of(session, committee_id)
        merchants = statements.merchants(session, scope)
        ours = statements.ours(session, made.mchid, [booked.YESTERDAY])[booked.YESTERDAY]
        lines = statements.lines(session, odd)
        total = statements.lines_total(session, statements.LineFilter(made.statement_id))
        cases = statements.cases(session, scope, statements.CaseFilter())
        found = orders.orders(session, scope, orders.OrderFilter(number=f"R{made.order_id:012d}"))
        waiting = orders.refunds(session, scope, open_only=True)

    assert list(merchants) == [made.mchid]
    assert (ours.payments, ours.paid_fen, ours.refunded_fen) == (1, 3000, 0)
    assert ([(row.TradeLine.amount_fen, row.ours_fen) for row in lines], total) == ([(1200, None)], 2)
    assert [len(rows) for rows in (cases, found, waiting)] == [1, 1, 1]


def test_nothing_of_another_subtree_is_found(world: tuple[Sessions, Booked, int, int]) -> None:
    sessions, made, _, _ = world
    with sessions.begin() as session:
        other = organizations.subtree(factories.organization(session, name="西河党委"))
    with sessions.read() as session:
        found = [
            cash.receipt(session, other, made.receipt_id),
            cash.handover(session, other, made.cash_id),
            books.journal(session, other, made.journal_id),
            books.draft(session, other, made.draft_id),
            books.reopening(session, other, made.reopening_id),
            remittance.rule(session, other, made.rule_id),
            remittance.sheet(session, other, made.sheet_id),
            remittance.publication(session, other, made.publication_id),
            orders.order(session, other, made.order_id),
            orders.refund(session, other, made.refund_id),
            statements.case_of(session, other, made.case_id),
        ]
        lists = [
            books.keepers(session, other),
            books.drafts(session, other, open_only=True),
            remittance.rules(session, other),
            remittance.sheets(session, other),
            statements.cases(session, other, statements.CaseFilter(state=None)),
            cash.handovers(session, other, open_only=True),
        ]

    assert found == [None] * len(found)
    assert [list(rows) for rows in lists] == [[]] * len(lists)
