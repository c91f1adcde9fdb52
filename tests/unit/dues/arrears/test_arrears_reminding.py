"""The member hears of a month once, the branch's people at months 2, 4 and 5, and nobody from the sixth on."""

import json
from datetime import date, datetime

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.dues import months
from app.dues.arrears import reminding, service
from app.dues.arrears.models import DuesReminder, ReminderStep
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.policies.models import DuesPolicy
from app.members.models import Member, PartyStatus
from app.notices.models import Delivery
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from tests import dues_rows, factories
from tests.factories import NOW

STEP = ReminderStep


def at(text: str) -> datetime:
    return from_local(date.fromisoformat(text), 9)


@pytest.fixture
def branch(session: Session) -> Organization:
    return with_people(session)


def with_people(session: Session) -> Organization:
    """A branch whose secretary has a chat."""
    committee = factories.organization(session, kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, name="第一党支部", parent=committee)
    dues_rows.policy(session, committee)
    secretary = factories.member(session, branch, name="书记")
    factories.identity(session, member=secretary)
    account = StaffAccount(
        username="shuji",
        display_name="书记",
        member_id=secretary.id,
        password_hash="x",
        totp_sealed="x",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add(StaffRole(account_id=account.id, role=Role.SECRETARY, organization_id=branch.id))
    session.flush()
    return branch


def owe(session: Session, branch: Organization, name: str, first: int, last: int) -> Member:
    """With a chat; every month from the first to the last unpaid."""
    member = factories.member(session, branch, name=name)
    factories.identity(session, member=member)
    found = dues_rows.assessment(session, member, session.query(DuesPolicy).one())
    for month in months.through(first, last):
        dues_rows.bill(session, found, month)
    return member


def told(session: Session, kind: str) -> list[tuple[str, str]]:
    """(whom, what the notice says) of that kind."""
    rows = session.execute(
        select(Member.name, Delivery.fields)
        .join(Member, Member.id == Delivery.member_id)
        .where(Delivery.kind == kind)
        .order_by(Delivery.created_at, Member.name)
    )
    return [(name, ",".join(sorted(json.loads(fields).values()))) for name, fields in rows]


def steps(session: Session) -> list[tuple[str, int, ReminderStep]]:
    rows = session.execute(
        select(Member.name, DuesReminder.month, DuesReminder.step)
        .join(Member, Member.id == DuesReminder.member_id)
        .order_by(DuesReminder.at, DuesReminder.id)
    )
    return [(name, month, step) for name, month, step in rows]


@pytest.mark.parametrize(
    ("day", "reminded"), [("2026-03-19", 0), ("2026-03-20", 1), ("2026-04-09", 1), ("2026-04-10", 0)]
)
def test_member_is_reminded_ten_days_after_collecting_and_not_for_ever(
    session: Session, branch: Organization, day: str, reminded: int
) -> None:
    owe(session, branch, "张三", 202603, 202603)

    assert reminding.remind_due(session, now=at(day)) == reminded


def test_member_hears_of_a_month_once_and_without_an_amount(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = with_people(session)
        owe(session, branch, "张三", 202603, 202603)
        owe(session, branch, "李四", 202603, 202603)
    counts = []
    for day in ("2026-03-20", "2026-03-20", "2026-03-21"):
        with any_sessions.begin() as session:
            counts.append(reminding.remind_due(session, now=at(day)))

    with any_sessions.read() as session:
        assert counts == [2, 0, 0]
        assert sorted(told(session, "dues_due")) == [("张三", "2026年3月"), ("李四", "2026年3月")]
        assert sorted(steps(session)) == [("张三", 202603, STEP.MEMBER), ("李四", 202603, STEP.MEMBER)]


@pytest.mark.parametrize("state", [BillState.PAID, BillState.EXEMPT, BillState.PENDING, BillState.REVERSED])
def test_nobody_is_reminded_of_what_is_not_owed(
    session: Session, branch: Organization, state: BillState
) -> None:
    member = owe(session, branch, "张三", 202603, 202603)
    bill = session.query(Bill).filter_by(member_id=member.id).one()
    bill.state, bill.paid_fen = state, bill.amount_fen if state is BillState.PAID else 0

    assert reminding.remind_due(session, now=at("2026-03-25")) == 0


def test_member_who_has_gone_or_whose_months_are_excused_is_left_alone(
    session: Session, branch: Organization, vault: Vault
) -> None:
    owe(session, branch, "张三", 202602, 202603).status = PartyStatus.TRANSFERRED
    ill = owe(session, branch, "李四", 202602, 202603)
    service.keep_excuse(
        session,
        member_id=ill.id,
        from_month=202601,
        until_month=202606,
        reason="住院",
        by="shuji",
        now=NOW,
        vault=vault,
    )

    assert reminding.remind_due(session, now=at("2026-03-25")) == 0
    assert steps(session) == []


def test_branch_hears_how_many_and_nobodys_name(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = with_people(session)
        owe(session, branch, "张三", 202601, 202602)
        owe(session, branch, "李四", 202601, 202602)
        group = factories.organization(session, name="一组", parent=branch, kind=OrganizationKind.GROUP)
        owe(session, group, "王五", 202601, 202602)
    for _ in range(2):
        with any_sessions.begin() as session:
            reminding.remind_due(session, now=at("2026-03-01"))

    with any_sessions.read() as session:
        assert told(session, "dues_arrears") == [("书记", "2,2026年3月,3,第一党支部")]
        assert {step for _, month, step in steps(session) if month == 202601} == {STEP.MONTH_2}


def test_months_two_four_and_five_are_said_and_then_nothing_more(
    session: Session, branch: Organization
) -> None:
    member = owe(session, branch, "张三", 202601, 202612)

    for month in months.through(202601, 202612):
        for day in (11, 15, 28):
            reminding.remind_due(session, now=from_local(months.first_day(month).replace(day=day), 9))

    said = [step for _, _, step in steps(session) if step is not STEP.MEMBER]
    assert said == [STEP.MONTH_2, STEP.MONTH_4, STEP.MONTH_5]
    assert [fields.split(",")[1:3] for _, fields in told(session, "dues_arrears")] == [
        ["2", "2026年3月"],
        ["2026年5月", "4"],
        ["2026年6月", "5"],
    ]
    assert member.status is PartyStatus.NORMAL


def test_branch_that_nobody_could_be_told_of_is_told_with_the_next_step(
    session: Session, branch: Organization
) -> None:
    role = session.query(StaffRole).one()
    session.delete(role)
    owe(session, branch, "张三", 202601, 202603)

    reminding.remind_due(session, now=at("2026-03-01"))
    before = [step for _, _, step in steps(session) if step is not STEP.MEMBER]
    session.add(StaffRole(account_id=role.account_id, role=Role.SECRETARY, organization_id=branch.id))
    session.flush()
    reminding.remind_due(session, now=at("2026-03-11"))

    assert (before, [step for _, _, step in steps(session) if step is not STEP.MEMBER]) == (
        [],
        [STEP.MONTH_2],
    )


def test_whoever_pays_in_between_begins_anew(session: Session, branch: Organization) -> None:
    member = owe(session, branch, "张三", 202601, 202605)
    reminding.remind_due(session, now=at("2026-03-01"))
    paid = session.query(Bill).filter_by(member_id=member.id, month=202602).one()
    paid.state, paid.paid_fen = BillState.PAID, paid.amount_fen
    session.flush()

    reminding.remind_due(session, now=at("2026-04-01"))
    reminding.remind_due(session, now=at("2026-05-01"))

    said = [(month, step) for _, month, step in steps(session) if step is not STEP.MEMBER]
    assert said == [(202601, STEP.MONTH_2), (202603, STEP.MONTH_2)]
