"""Counts by branch and lists by name: a group's people are their branch's, and what waits for whom is counted once."""

from datetime import date

import pytest

from app.core.db import Session, Sessions
from app.dues.assessments import import_listing
from app.dues.assessments import listing as amounts
from app.dues.assessments.listing import Payers
from app.dues.assessments.models import BaseImport, Cause, Review
from app.dues.bills import listing as bills
from app.dues.bills.listing import Tally
from app.dues.bills.states import BillState as S
from app.members.models import MemberKind, PartyStatus
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from app.staff.deciding import Decision
from tests import dues_rows, factories
from tests.factories import NOW

MONTH = 202603


def house(session: Session) -> tuple[Organization, Organization, Organization]:
    committee = factories.organization(session, name="机关党委", kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, name="一支部", parent=committee)
    group = factories.organization(session, name="一组", parent=branch, kind=OrganizationKind.GROUP)
    return committee, branch, group


def test_month_is_counted_by_branch_and_read_by_name(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        committee, branch, group = house(session)
        policy = dues_rows.policy(session, committee)
        for name, home, state, paid in (
            ("甲", branch, S.PAID, 7650),
            ("乙", group, S.PARTIAL, 1000),
            ("丙", branch, S.PENDING, 0),
            ("丁", branch, S.DUE, 0),
            ("戊", branch, S.EXEMPT, 0),
        ):
            member = factories.member(session, home, name=name)
            member.name_pinyin = str("甲乙丙丁戊".index(name))
            found = dues_rows.assessment(session, member, policy)
            amount = 0 if state is S.EXEMPT else 7650
            dues_rows.bill(session, found, MONTH, state, paid_fen=paid, amount_fen=amount)
            if name == "丁":
                dues_rows.bill(session, found, 202601, S.OVERDUE)
                dues_rows.bill(session, found, 202602, S.REVERSED, live=None)
        factories.member(session, branch, name="没有账单").name_pinyin = "9"
        factories.member(session, branch, name="群众", kind=MemberKind.MASSES)
        factories.member(session, branch, name="转走", status=PartyStatus.TRANSFERRED)
        factories.member(session, branch, name="后来").joined_on = date(2026, 4, 1)

    with any_sessions.read() as session:
        tally = bills.by_branch(session, Scope.of([committee.path]), MONTH)
        people = bills.people(session, [branch.id, group.id], MONTH)

    assert tally == {
        branch.id: Tally(
            people=5, paid=1, part=1, pending=1, open=1, exempt=1, amount_fen=4 * 7650, paid_fen=8650
        )
    }
    assert [(one.name, one.state, one.other_months) for one in people] == [
        ("甲", S.PAID, 0),
        ("乙", S.PARTIAL, 0),
        ("丙", S.PENDING, 0),
        ("丁", S.DUE, 1),
        ("戊", S.EXEMPT, 0),
        ("没有账单", None, 0),
    ]


def test_tallies_add_up() -> None:
    assert sum([Tally(people=1, amount_fen=5), Tally(people=2, paid=1)], Tally()) == Tally(3, 1, amount_fen=5)


def test_those_without_an_amount_are_counted_by_branch(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        committee, branch, group = house(session)
        policy = dues_rows.policy(session, committee)
        has = factories.member(session, branch, name="有")
        dues_rows.assessment(session, has, policy, from_month=202501)
        dues_rows.assessment(session, has, policy, from_month=202601, amount_fen=100)
        later = factories.member(session, group, name="下月才有")
        dues_rows.assessment(session, later, policy, from_month=202604)
        factories.member(session, branch, name="群众", kind=MemberKind.MASSES)

    with any_sessions.read() as session:
        scope = Scope.of([committee.path])
        counts = amounts.by_branch(session, scope, MONTH)
        people = amounts.people(session, [branch.id, group.id], MONTH)
        rows = amounts.amounts(session, scope, MONTH)
        sheet = [(row.name, row.Assessment and row.Assessment.amount_fen) for row in rows]

    assert counts == {branch.id: Payers(people=2, without=1)}
    assert {(row.name, row.from_month) for row in people} == {("有", 202601), ("下月才有", None)}
    assert sorted(sheet, key=str) == [("下月才有", None), ("有", 100)]


@pytest.mark.parametrize(("by", "waiting"), [("kuaiji", 0), ("shuji", 1)])
def test_of_ones_own_proposals_nobody_is_the_second_person(session: Session, by: str, waiting: int) -> None:
    committee, branch, _ = house(session)
    policy = dues_rows.policy(session, committee)
    member = factories.member(session, branch)
    made = dues_rows.assessment(session, member, policy, proposed_by="kuaiji")
    made.decision, made.standing, made.decided_by, made.decided_at = Decision.PROPOSED, None, None, None
    sent = BaseImport(
        organization_id=branch.id,
        from_month=202601,
        cause=Cause.YEARLY,
        filename="a.xlsx",
        digest="0" * 64,
        row_total=1,
        proposed_by="kuaiji",
        proposed_at=NOW,
    )
    session.add(sent)
    session.flush()
    inside, outside = Scope.of([committee.path]), Scope.of(["/999999/"])

    found = [
        (
            amounts.waiting_assessments(session, scope, not_by=by),
            import_listing.waiting(session, scope, not_by=by),
            amounts.assessment(session, scope, made.id) is not None,
            import_listing.by_id(session, scope, sent.id) is not None,
        )
        for scope in (inside, outside)
    ]

    assert found == [(waiting, waiting, True, True), (0, 0, False, False)]


def test_questions_that_wait_come_first(session: Session) -> None:
    committee, branch, _ = house(session)
    for name, answered in (("答过", True), ("等着", False)):
        member = factories.member(session, branch, name=name)
        row = Review(member_id=member.id, question="？", asked_at=NOW)
        row.open_member_id = None if answered else member.id
        row.answered_at = NOW if answered else None
        session.add(row)
        session.flush()

    rows = amounts.reviews(session, Scope.of([committee.path]), limit=10)

    assert [row.member_name for row in rows] == ["等着", "答过"]
    assert amounts.open_reviews(session, Scope.of([committee.path])) == 1
