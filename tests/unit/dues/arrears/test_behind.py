"""Who is behind: one statement finds what the rule says, on every database."""

from datetime import date

import pytest

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.dues.arrears import queries, rules, service
from app.dues.arrears.queries import Counts
from app.dues.bills.states import BillState
from app.dues.policies.models import DuesPolicy
from app.members.models import Member, PartyStatus
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import dues_rows, factories
from tests.factories import NOW

TODAY = date(2026, 4, 9)
S = BillState


def committee_with_branch(session: Session) -> tuple[Organization, Organization]:
    committee = factories.organization(session, name="机关党委", kind=OrganizationKind.COMMITTEE)
    return committee, factories.organization(session, name="第一党支部", parent=committee)


def owe(session: Session, branch: Organization, name: str, months: dict[int, BillState]) -> Member:
    member = factories.member(session, branch, name=name)
    committee = session.get_one(Organization, branch.parent_id)
    if committee.kind is not OrganizationKind.COMMITTEE:
        committee = session.get_one(Organization, committee.parent_id)
    policy = session.query(DuesPolicy).filter_by(organization_id=committee.id).first()
    found = dues_rows.assessment(
        session, member, policy or dues_rows.policy(session, committee), amount_fen=5000, from_month=202501
    )
    for month, state in months.items():
        paid = {S.PARTIAL: 2000, S.PAID: 5000}.get(state, 0)
        dues_rows.bill(session, found, month, state, paid_fen=paid)
    return member


def excuse(session: Session, vault: Vault, member: Member, first: int, last: int) -> int:
    return service.keep_excuse(
        session,
        member_id=member.id,
        from_month=first,
        until_month=last,
        reason="住院",
        by="shuji",
        now=NOW,
        vault=vault,
    ).id


def test_statement_finds_the_rows_of_the_rule(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        _, branch = committee_with_branch(session)
        all_over = dict.fromkeys((202509, 202510, 202512, 202601, 202602, 202603), S.OVERDUE)
        zhang = owe(session, branch, "张三", {**all_over, 202511: S.PAID})
        li = owe(
            session, branch, "李四", {202601: S.OVERDUE, 202602: S.PARTIAL, 202603: S.DUE, 202604: S.DUE}
        )
        excuse(session, vault, zhang, 202601, 202601)

    with any_sessions.read() as session:
        found = {
            (row.member_id, row.first, row.last, row.length)
            for row in session.execute(queries.runs(date(2026, 4, 20)))
        }

    assert found == {
        (zhang.id, 202509, 202510, 2),
        (zhang.id, 202512, 202512, 1),
        (zhang.id, 202602, 202603, 2),
        (li.id, 202601, 202601, 1),
        (li.id, 202603, 202603, 1),
    }
    assert {(first, last) for one, first, last, _ in found if one == zhang.id} == {
        (run.first, run.last) for run in rules.runs(all_over, {202601})
    }


def test_branch_reads_names_and_months_and_no_amount(session: Session, vault: Vault) -> None:
    _, branch = committee_with_branch(session)
    group = factories.organization(session, name="一组", parent=branch, kind=OrganizationKind.GROUP)
    owe(session, group, "李四", {202601: S.OVERDUE, 202602: S.OVERDUE})
    zhang = owe(session, branch, "张三", {202602: S.PENDING, 202603: S.DUE})
    owe(session, branch, "王五", {202603: S.PAID, 202604: S.ASSESSED})
    service.keep_talk(
        session,
        member_id=zhang.id,
        organization_id=branch.id,
        talked_on=date(2026, 3, 1),
        talked_by="书记",
        deadline_on=date(2026, 3, 31),
        note="",
        by="shuji",
        now=NOW,
    )

    found = queries.of_branch(session, [branch.id, group.id], today=TODAY)

    assert [(one.name, [row.month for row in one.months], one.in_a_row) for one in found] == [
        ("李四", [202601, 202602], 2),
        ("张三", [202602, 202603], 1),
    ]
    assert [(one.talked_on, one.deadline_on) for one in found][1] == (date(2026, 3, 1), date(2026, 3, 31))
    assert not any(hasattr(one, "owed_fen") for one in found)


def test_sixth_month_is_shown_and_a_reason_takes_it_back(session: Session, vault: Vault) -> None:
    _, branch = committee_with_branch(session)
    member = owe(
        session, branch, "张三", dict.fromkeys((202510, 202511, 202512, 202601, 202602, 202603), S.OVERDUE)
    )

    before = queries.of_branch(session, [branch.id], today=TODAY)[0]
    kept = excuse(session, vault, member, 202601, 202602)
    excused = queries.of_branch(session, [branch.id], today=TODAY)[0]
    service.withdraw_excuse(session, excuse_id=kept, by="shuji", now=NOW)
    after = queries.of_branch(session, [branch.id], today=TODAY)[0]

    assert [(one.in_a_row, one.to_be_studied) for one in (before, excused, after)] == [
        (6, True),
        (3, False),
        (6, True),
    ]
    assert list(excused.excused) == [202601, 202602]


def test_those_above_read_counts_by_branch(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        committee, branch = committee_with_branch(session)
        group = factories.organization(session, name="一组", parent=branch, kind=OrganizationKind.GROUP)
        other = factories.organization(session, name="第二党支部", parent=committee)
        owe(
            session,
            branch,
            "张三",
            dict.fromkeys((202510, 202511, 202512, 202601, 202602, 202603), S.OVERDUE),
        )
        owe(session, group, "李四", {202601: S.OVERDUE, 202602: S.OVERDUE})
        owe(session, branch, "王五", {202603: S.PARTIAL})
        owe(session, other, "赵六", {202603: S.PAID})
        gone = owe(session, other, "钱七", {202601: S.OVERDUE})
        gone.status = PartyStatus.TRANSFERRED

    with any_sessions.read() as session:
        found = queries.counts(session, Scope.of([committee.path]), today=TODAY)
        elsewhere = queries.counts(session, Scope.of([other.path]), today=TODAY)

    assert found == {branch.id: Counts(people=3, owed_fen=8 * 5000 + 3000, reminded=1, lapsing=1)}
    assert elsewhere == {}


@pytest.mark.parametrize(("day", "people"), [(10, 0), (11, 1)])
def test_month_is_behind_from_the_day_after_collecting(session: Session, day: int, people: int) -> None:
    _, branch = committee_with_branch(session)
    owe(session, branch, "张三", {202603: S.DUE})

    found = queries.of_branch(session, [branch.id], today=date(2026, 3, day))

    assert [one.in_a_row for one in found] == [0] * people
