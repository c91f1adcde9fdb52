"""What a member's own statement counts, and what it leaves alone; the same on every database."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.core.db import Session, Sessions
from app.dues import own, own_bands
from app.dues.bills.states import BillState
from app.dues.orders.states import OrderState
from app.dues.standards.models import DuesCategory
from app.members.models import Member, MemberKind, PartyStatus
from app.organizations.models import OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from tests import dues_rows, factories
from tests.factories import NOW

S = BillState


@pytest.fixture
def payer(session: Session) -> Member:
    return factories.member(session, factories.organization(session))


def billed(session: Session, member: Member, *bills: tuple[int, BillState, int]) -> Sequence[int]:
    """(month, state, paid) of 76.50 each."""
    house = factories.organization(session, name="党委")
    assessed = dues_rows.assessment(session, member, dues_rows.policy(session, house))
    return [dues_rows.bill(session, assessed, month, state, paid_fen=paid).id for month, state, paid in bills]


def test_owed_is_what_is_due_now_and_not_paid(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        member = factories.member(session, factories.organization(session))
        billed(
            session,
            member,
            (202412, S.PAID, 7650),
            (202512, S.OVERDUE, 0),
            (202601, S.PAID, 7650),
            (202602, S.PARTIAL, 5000),
            (202603, S.DUE, 0),
            (202604, S.ASSESSED, 0),
        )

        seen = own.statement(session, member_id=member.id, now=NOW)

        assert [bill.month for bill in seen.owed] == [202512, 202602, 202603]
        assert seen.owed_fen == 7650 + 2650 + 7650
        assert [bill.month for bill in seen.behind] == [202512, 202602]
        assert [bill.month for bill in seen.year] == [202601, 202602, 202603, 202604]
        assert [bill.month for bill in seen.earlier] == [202512]
        assert own.owes(session, member_id=member.id, now=NOW) == (17950, 3)


def test_reversed_bills_are_not_there(session: Session, payer: Member) -> None:
    [number] = billed(session, payer, (202603, S.DUE, 0))
    bill = own.statement(session, member_id=payer.id, now=NOW).year[0]
    bill.state, bill.live = S.REVERSED, None
    session.flush()

    seen = own.statement(session, member_id=payer.id, now=NOW)

    assert bill.id == number
    assert (seen.owed, list(seen.year)) == ([], [])
    assert own.owes(session, member_id=payer.id, now=NOW) == (0, 0)


def test_pending_is_not_asked_for_again(session: Session, payer: Member) -> None:
    billed(session, payer, (202512, S.PENDING, 0), (202603, S.DUE, 0))

    seen = own.statement(session, member_id=payer.id, now=NOW)

    assert [bill.month for bill in seen.pending] == [202512]
    assert seen.owed_fen == 7650


def test_long_ago_begins_after_six_months(session: Session, payer: Member) -> None:
    billed(session, payer, (202508, S.OVERDUE, 0), (202509, S.OVERDUE, 0))

    assert [bill.month for bill in own.statement(session, member_id=payer.id, now=NOW).long_ago] == [202508]


def test_month_begins_at_midnight_in_china(session: Session, payer: Member) -> None:
    billed(session, payer, (202603, S.DUE, 0))
    eve = NOW.replace(month=2, day=28, hour=15, minute=59)

    assert own.statement(session, member_id=payer.id, now=eve).month == 202602
    assert own.statement(session, member_id=payer.id, now=eve + timedelta(minutes=1)).month == 202603
    assert own.owes(session, member_id=payer.id, now=eve) == (0, 0)


def test_advance_is_what_came_less_what_was_used(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        member = factories.member(session, factories.organization(session))
        house = factories.organization(session, name="党委")
        assert own.advance_fen(session, member.id) == 0
        dues_rows.advance(session, member, house.id, 15300)
        dues_rows.advance(session, factories.member(session, house), house.id, 999)

        assert own.advance_fen(session, member.id) == 15300


@pytest.mark.parametrize(
    ("kind", "status", "pays"),
    [
        (MemberKind.FULL, PartyStatus.NORMAL, True),
        (MemberKind.PROBATIONARY, PartyStatus.NORMAL, True),
        (MemberKind.FULL, PartyStatus.RECTIFYING, True),
        (MemberKind.TARGET, PartyStatus.NORMAL, False),
        (MemberKind.MASSES, PartyStatus.NORMAL, False),
        (MemberKind.FULL, PartyStatus.LEFT, False),
    ],
)
def test_party_members_pay(kind: MemberKind, status: PartyStatus, *, pays: bool) -> None:
    assert own.pays(Member(kind=kind, status=status)) is pays


def test_receipts_and_orders_are_one_s_own(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        mine, other = factories.member(session, branch), factories.member(session, branch)
        assessed = dues_rows.assessment(session, mine, dues_rows.policy(session, branch))
        bill = dues_rows.bill(session, assessed, 202603, S.PAID)
        order = dues_rows.order(session, bill, state=OrderState.PAID)
        receipt = dues_rows.receipt(session, bill, order_id=order.id)

        assert [one.id for one in own.receipts(session, mine.id)] == [receipt.id]
        assert own.receipts(session, other.id) == []
        assert own.receipt(session, member_id=other.id, receipt_id=receipt.id) is None
        assert own.order(session, member_id=other.id, out_trade_no=order.out_trade_no) is None
        found = own.order(session, member_id=mine.id, out_trade_no=order.out_trade_no)
        assert found is not None
        assert found.receipt_id == receipt.id


def test_collectors_are_those_of_the_branch_also_for_a_group(session: Session) -> None:
    committee = factories.organization(session, name="党委", kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, name="支部", parent=committee)
    group = factories.organization(session, name="小组", parent=branch, kind=OrganizationKind.GROUP)
    in_group, in_branch = factories.member(session, group), factories.member(session, branch)
    for name, role, house in (
        ("周收缴", Role.COLLECTOR, branch.id),
        ("吴会计", Role.ACCOUNTANT, branch.id),
        ("郑收缴", Role.COLLECTOR, committee.id),
    ):
        account = StaffAccount(
            username=name, display_name=name, password_hash="n", totp_sealed="n", created_at=NOW
        )
        session.add(account)
        session.flush()
        session.add(StaffRole(account_id=account.id, role=role, organization_id=house))
    session.flush()

    assert list(own.collectors(session, in_group.id)) == ["周收缴"]
    assert list(own.collectors(session, in_branch.id)) == ["周收缴"]


def test_bands_name_one_s_own_and_the_step_that_is_near(session: Session, payer: Member) -> None:
    assessed = dues_rows.assessment(
        session, payer, dues_rows.policy(session, factories.organization(session))
    )

    found = own_bands.bands(session, assessed, 510_000)

    assert found is not None
    assert [(line.text, str(line.percent)) for line in found.lines if line.mine] == [
        ("5,000元以上至10,000元（含）", "1.5")
    ]
    assert found.step == own_bands.Step(500_000, 5000, 7500)
    at_the_bound = own_bands.bands(session, assessed, 500_000)
    assert at_the_bound is not None
    assert [line.text for line in at_the_bound.lines if line.mine] == ["3,000元以上至5,000元（含）"]


def test_fixed_amounts_have_no_bands(session: Session, payer: Member) -> None:
    policy = dues_rows.policy(session, factories.organization(session))
    assessed = dues_rows.assessment(session, payer, policy, category=DuesCategory.FIXED, amount_fen=20)

    assert own_bands.bands(session, assessed, None) is None
