"""Whose rule holds where, and how it is changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from app.core.db import Session, Sessions, in_turn
from app.dues.policies import queries, service
from app.dues.policies.models import DuesPolicy
from app.dues.policies.service import MerchantTaken, NotAKeeper, PolicyPast, PolicyWrong
from app.organizations.models import Organization, OrganizationKind
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.rows import ACCOUNTANT, MONTH, SECRETARY

ACCOUNT: dict[str, Any] = {
    "account_name": "中共华原集团委员会",
    "account_bank": "工商银行华原支行",
    "account_number": "6222 0000 1111",
}


def committee(session: Session, parent: Organization | None = None) -> Organization:
    return factories.organization(session, name="党委", parent=parent, kind=OrganizationKind.COMMITTEE)


def propose(session: Session, organization: Organization, *, month: int = 202604, **terms: Any) -> DuesPolicy:
    return service.propose(
        session,
        organization_id=organization.id,
        effective_from=month,
        by=ACCOUNTANT,
        now=NOW,
        **({"by_cash": True} | terms),
    )


def approve(session: Session, row: DuesPolicy) -> None:
    service.decide(session, row.id, Decision.APPROVED, by=SECRETARY, now=NOW)


def test_nearest_committee_with_a_rule_keeps_the_books(session: Session) -> None:
    top = committee(session)
    below = committee(session, top)
    inner, outer = factories.organization(session, parent=below), factories.organization(session, parent=top)
    stranger = factories.organization(session)
    of_top, of_below = rows.policy(session, top), rows.policy(session, below, from_month=202603)
    everybody = [top.id, below.id, inner.id, outer.id, stranger.id]

    february, march = (queries.policies(session, everybody, month) for month in (202602, 202603))

    assert february == dict.fromkeys([top.id, below.id, inner.id, outer.id], of_top)
    assert march == {top.id: of_top, outer.id: of_top, below.id: of_below, inner.id: of_below}
    assert queries.governed(session, top.id, 202602) == [top.id, below.id, inner.id, outer.id]
    assert queries.governed(session, top.id, 202603) == [top.id, outer.id]
    assert queries.governed(session, below.id, 202603) == [below.id, inner.id]


def test_latest_rule_by_that_month_holds_and_only_one_that_stands(session: Session) -> None:
    home = rows.house(session)
    later = rows.policy(session, home.committee, from_month=202603)
    rows.policy(session, home.committee, from_month=202602, standing=None)

    found = [queries.policy_for(session, home.branch.id, month) for month in (202512, 202602, 202603)]

    assert found == [None, home.policy, later]


def test_rule_holds_once_a_second_person_approves_it(session: Session) -> None:
    top = committee(session)
    row = propose(session, top, month=MONTH, due_day=20, round_to_fen=10)

    assert queries.policy_for(session, top.id, MONTH) is None
    with pytest.raises(SecondPersonNeeded):
        service.decide(session, row.id, Decision.APPROVED, by=ACCOUNTANT, now=NOW)
    approve(session, row)

    assert queries.policy_for(session, top.id, MONTH) is row
    with pytest.raises(AlreadyDecided):
        approve(session, row)


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN])
def test_rule_that_is_not_approved_never_holds(session: Session, decision: Decision) -> None:
    top = committee(session)
    row = propose(session, top)

    by = ACCOUNTANT if decision is Decision.WITHDRAWN else SECRETARY
    service.decide(session, row.id, decision, by=by, now=NOW)

    assert queries.policy_for(session, top.id, 202604) is None


def test_rule_replaces_the_one_of_the_same_month(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        top = committee(session)
        first = propose(session, top)
        approve(session, first)
        second = propose(session, top, due_day=15)
        approve(session, second)

        assert queries.policy_for(session, top.id, 202604) is second
        assert [row.standing for row in queries.of_organization(session, top.id)] == [1, None]


@pytest.mark.parametrize(
    "kind", [OrganizationKind.BRANCH, OrganizationKind.GENERAL_BRANCH, OrganizationKind.GROUP]
)
def test_only_committees_keep_books(session: Session, kind: OrganizationKind) -> None:
    with pytest.raises(NotAKeeper):
        propose(session, factories.organization(session, kind=kind))


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        ({"by_cash": False}, ["ways"]),
        ({"by_wechat": True}, ["mchid"]),
        ({"by_wechat": True, "mchid": "12 34"}, ["mchid"]),
        ({"by_transfer": True}, ["account_name", "account_bank", "account_number"]),
        ({"by_transfer": True, **ACCOUNT, "account_number": "工行"}, ["account_number"]),
        ({"due_day": 29}, ["due_day"]),
        ({"due_day": 0}, ["due_day"]),
        ({"base_month": 13}, ["base_month"]),
        ({"advance_months": 7}, ["advance_months"]),
        ({"retired_permille": 0}, ["retired_permille"]),
        ({"round_to_fen": 5}, ["round_to_fen"]),
        ({"month": 202613}, ["effective_from"]),
    ],
    ids=str,
)
def test_rule_that_cannot_be_followed_is_refused_with_its_fields(
    session: Session, terms: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(PolicyWrong) as refusal:
        propose(session, committee(session), **terms)

    assert list(refusal.value.fields) == wrong


def test_rule_for_transfers_and_wechat_names_the_accounts(session: Session) -> None:
    row = propose(
        session, committee(session), by_wechat=True, mchid=" 1900000109 ", by_transfer=True, **ACCOUNT
    )

    assert (row.mchid, row.account_number) == ("1900000109", "6222 0000 1111")


def test_merchant_account_belongs_to_one_committee(session: Session) -> None:
    first, second = committee(session), committee(session)
    both = [propose(session, one, by_wechat=True, mchid="1900000109") for one in (first, second)]
    approve(session, both[0])

    with pytest.raises(MerchantTaken):
        propose(session, second, by_wechat=True, mchid="1900000109")
    with pytest.raises(MerchantTaken):
        approve(session, both[1])
    assert propose(session, first, month=202605, by_wechat=True, mchid="1900000109")


def test_months_that_passed_under_a_rule_keep_it(session: Session) -> None:
    home = rows.house(session)

    with pytest.raises(PolicyPast):
        propose(session, home.committee, month=202602)
    assert propose(session, home.committee, month=MONTH)
    assert propose(session, committee(session), month=202601)


def test_rule_proposed_in_time_and_decided_too_late_is_refused(session: Session) -> None:
    home = rows.house(session)
    row = propose(session, home.committee, month=MONTH)

    with pytest.raises(PolicyPast):
        service.decide(session, row.id, Decision.APPROVED, by=SECRETARY, now=NOW + timedelta(days=30))


def test_no_column_of_a_rule_deducts_pays_for_others_or_marks_as_paid() -> None:
    """Facts/domain §1.4: none of the three may exist."""
    names = {column.name for column in DuesPolicy.__table__.columns}

    assert not [
        name for name in names if any(word in name for word in ("deduct", "payroll", "mark", "behalf"))
    ]


def test_merchant_account_goes_to_one_of_two_committees_that_are_decided_at_once(
    any_sessions: Sessions,
) -> None:
    by_wechat: dict[str, Any] = {"by_wechat": True, "mchid": "1900000109"}
    with any_sessions.begin() as session:
        wanted = [propose(session, committee(session), **by_wechat).id for _ in range(2)]
    together = Barrier(2, timeout=10)

    def decide(policy_id: int) -> bool:
        together.wait()
        try:
            in_turn(lambda: _approved(any_sessions, policy_id))
        except MerchantTaken:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, wanted)) == [False, True]


def _approved(shared: Sessions, policy_id: int) -> None:
    with shared.begin() as session:
        service.decide(session, policy_id, Decision.APPROVED, by=SECRETARY, now=NOW)
