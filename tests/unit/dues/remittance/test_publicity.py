"""公示: totals alone; no name, and no sum that shows, or lets anybody reckon, what one person pays."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.db import Sessions
from app.dues.bills.models import Bill
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, DraftKind, UseItem
from app.dues.policies.models import DuesPolicy
from app.dues.remittance import publicity
from app.dues.remittance.publicity import NoBooks, PeriodNotOver, Totals
from app.members.models import Member
from app.organizations.models import Organization
from tests import dues_rows, factories
from tests.factories import NOW
from tests.unit.dues.taking.till import APRIL, DUE, FEBRUARY, MARCH, SECRETARY, Till, till

A = Account
IN_APRIL = NOW + timedelta(days=30)


def totals(one: Till, organization_id: int = 0, first: int = MARCH, last: int = MARCH) -> Totals:
    with one.sessions.read() as session:
        return publicity.totals(
            session, organization_id=organization_id or one.committee, from_month=first, until_month=last
        )


def everybody_pays(one: Till, count: int, fen: int = DUE) -> None:
    for person in range(count):
        one.pay(fen, person=person)


def second_branch(one: Till, people: int) -> Till:
    """Beside the first, in the same books, with as many who owe for March."""
    with one.sessions.begin() as session:
        branch = factories.organization(
            session, name="第二党支部", parent=session.get_one(Organization, one.general)
        )
        policy = session.scalars(select(DuesPolicy).where(DuesPolicy.organization_id == one.committee)).one()
        bills: dict[int, list[int]] = {}
        for _ in range(people):
            person = factories.member(session, branch)
            assessed = dues_rows.assessment(session, person, policy)
            bills[person.id] = [dues_rows.bill(session, assessed, MARCH).id]
    return Till(one.sessions, one.committee, one.general, branch.id, list(bills), bills)


def test_totals_of_the_books(any_sessions: Sessions) -> None:
    one = till(any_sessions, people=6, months=(MARCH,))
    at = one.committee
    everybody_pays(one, 6)
    mistaken = one.pay(300).receipt
    one.reverse(mistaken.journal_id)
    one.book([Leg(A.BANK, at, A.OPENING, at, 1_000_000), Leg(A.BANK, at, A.LARGE, at, 100_000)])
    one.book([Leg(A.BANK, at, A.INTEREST, at, 77), Leg(A.CHARGES, at, A.BANK, at, 5)])
    one.book([Leg(A.REMITTED, at, A.BANK, at, 2_000)])
    used = one.draft(DraftKind.USE, 4_000, item=UseItem.TRAINING, decided_on=NOW.date())
    one.approve(used)
    undone = one.approve(one.draft(DraftKind.USE, 500, item=UseItem.MATERIALS, decided_on=NOW.date()))
    assert undone.journal_id
    one.reverse(undone.journal_id)

    found = totals(one)

    assert found == Totals(
        from_month=MARCH,
        until_month=MARCH,
        billed_members=6,
        paid_members=6,
        billed_fen=6 * DUE,
        received_fen=6 * DUE,
        refunded_fen=None,
        remitted_fen=2_000,
        used_fen={"training": 4_000},
        interest_fen=77,
        charges_fen=5,
        balance_fen=1_000_000 + 6 * DUE + 77 - 5 - 2_000 - 4_000,
    )
    assert Totals.read(found.written()) == found


def test_balance_is_what_the_other_totals_lead_to(shared: Sessions) -> None:
    """Opening, received and interest, less charges, what was sent up and what was used."""
    one = till(shared, people=5, months=(FEBRUARY, MARCH))
    everybody_pays(one, 5, DUE + 100)
    at = one.committee
    one.book([Leg(A.WECHAT, at, A.REFUNDS, at, 900), Leg(A.BANK, at, A.SUSPENSE, at, 60)])
    one.book([Leg(A.BANK, at, A.INTEREST, at, 50), Leg(A.REMITTED, at, A.BANK, at, 40)])

    found = totals(one, first=FEBRUARY)

    assert found.received_fen is not None
    assert found.balance_fen == found.received_fen + 50 - 40


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
def test_sum_over_fewer_than_five_is_not_shown_nor_what_leads_to_it(
    shared: Sessions, people: int, *, shown: bool
) -> None:
    one = till(shared, people=people, months=(MARCH,))
    everybody_pays(one, people)

    found = totals(one)

    sums = (found.received_fen, found.billed_fen, found.balance_fen)
    assert sums == ((people * DUE,) * 3 if shown else (None,) * 3)
    assert (found.billed_members, found.paid_members) == (people, people)


def test_what_is_not_paid_of_what_was_billed_is_not_one_persons_either(shared: Sessions) -> None:
    """Ten owe and nine have paid: the difference would be what the tenth owes."""
    one = till(shared, people=10, months=(MARCH,))
    everybody_pays(one, 9)
    nine = totals(one)
    one.pay(DUE, person=9)
    ten = totals(one)

    assert (nine.received_fen, nine.billed_fen, nine.paid_members) == (9 * DUE, None, 9)
    assert (ten.received_fen, ten.billed_fen, ten.paid_members) == (10 * DUE, 10 * DUE, 10)


@pytest.mark.parametrize(("others", "shown"), [(1, False), (4, False), (5, True)])
def test_branch_shows_no_sum_that_with_its_committees_gives_away_a_few_others(
    shared: Sessions, others: int, *, shown: bool
) -> None:
    one = till(shared, people=6, months=(MARCH,))
    second = second_branch(one, others)
    everybody_pays(one, 6)
    everybody_pays(second, others)

    committee, branch = totals(one), totals(one, one.branch)

    assert committee.received_fen == (6 + others) * DUE
    assert branch.received_fen == (6 * DUE if shown else None)
    assert branch.billed_fen == (6 * DUE if shown else None)
    assert (branch.remitted_fen, branch.used_fen, branch.balance_fen) == (None, None, None)
    assert (branch.billed_members, branch.paid_members) == (6, 6)


def test_exempt_and_reversed_bills_are_nobodys(shared: Sessions) -> None:
    one = till(shared, people=7, months=(MARCH,))
    with shared.begin() as session:
        first, second = (session.get_one(Bill, one.bills[person][0]) for person in one.members[:2])
        first.state, first.amount_fen = first.state.EXEMPT, 0
        second.state, second.live = second.state.REVERSED, None

    found = totals(one)

    assert (found.billed_members, found.billed_fen, found.paid_members) == (5, 5 * DUE, 0)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, DUE), min_size=8, max_size=8))
def test_nothing_published_is_the_amount_of_one_to_four_people(shared: Sessions, paid: list[int]) -> None:
    one = till(shared, people=8, months=(MARCH,))
    for person, fen in enumerate(paid):
        if fen:
            one.pay(fen, person=person)

    found = totals(one)

    payers = sum(1 for fen in paid if fen)
    short = sum(1 for fen in paid if fen != DUE)
    assert (found.received_fen is None) == (0 < payers < 5)
    assert (found.billed_fen is None) == (found.received_fen is not None and 0 < short < 5)


def publish(one: Till, **given: Any) -> Any:
    wanted: dict[str, Any] = {"organization_id": one.committee, "from_month": MARCH, "until_month": MARCH}
    with one.sessions.begin() as session:
        return publicity.publish(session, **(wanted | given), by=SECRETARY, now=IN_APRIL)


def test_longer_period_gives_away_no_month_in_which_a_few_paid(shared: Sessions) -> None:
    one = till(shared, people=6, months=(MARCH, APRIL))
    everybody_pays(one, 6)
    one.pay(DUE, at=IN_APRIL)
    alone = totals(one, one.branch, MARCH, APRIL)
    with shared.begin() as session:
        publicity.publish(
            session,
            organization_id=one.branch,
            from_month=MARCH,
            until_month=MARCH,
            by=SECRETARY,
            now=IN_APRIL,
        )

    beside, again = totals(one, one.branch, MARCH, APRIL), totals(one, one.branch)

    assert (alone.received_fen, beside.received_fen) == (7 * DUE, None)
    assert again.received_fen == 6 * DUE


def test_publication_has_no_name_and_is_kept_version_by_version(shared: Sessions) -> None:
    one = till(shared, people=5, months=(MARCH,))
    everybody_pays(one, 5)
    with shared.begin() as session:
        session.get_one(Member, one.members[0]).name = "欧阳奋斗"

    first = publish(one)
    one.pay(50)
    second = publish(one)

    assert (first.version, second.version, first.published_by) == (1, 2, SECRETARY)
    assert Totals.read(first.totals).received_fen == 5 * DUE
    assert "欧阳" not in first.totals
    assert {type(value) for value in json.loads(first.totals).values()} <= {int, type(None), dict}


@pytest.mark.parametrize("months", [{"until_month": 202604}, {"from_month": 202604, "until_month": MARCH}])
def test_only_whole_months_that_are_over_are_published(shared: Sessions, months: dict[str, int]) -> None:
    with pytest.raises(PeriodNotOver):
        publish(till(shared), **months)


def test_organisation_without_books_publishes_nothing(shared: Sessions) -> None:
    one = till(shared)
    with shared.begin() as session:
        elsewhere = factories.organization(session)

    with pytest.raises(NoBooks):
        publish(one, organization_id=elsewhere.id)
