"""Each member hears of their own dues once, and a branch's people hear how many are behind."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.dues import telling
from app.dues.arrears.models import ReminderStep
from app.dues.assessments.models import Review
from app.dues.bills.states import BillState
from app.dues.books.models import Account
from app.dues.orders.models import Refund, RefundCause
from app.dues.orders.states import OrderState, RefundState
from app.dues.policies.models import Twice
from app.members.models import Member
from app.notices.models import Delivery
from app.staff.models import Role, StaffAccount, StaffRole
from tests import dues_rows, factories
from tests.factories import NOW


@pytest.fixture
def payer(session: Session) -> Member:
    return somebody(session)


def somebody(session: Session) -> Member:
    member = factories.member(session, factories.organization(session))
    factories.identity(session, member=member)
    return member


def paid_bill(session: Session, member: Member, *months: int) -> Any:
    branch = factories.organization(session)
    policy = dues_rows.policy(session, branch)
    assessed = dues_rows.assessment(session, member, policy)
    return [dues_rows.bill(session, assessed, month, BillState.PAID) for month in months]


def said(session: Session) -> list[tuple[int | None, str, dict[str, str]]]:
    rows = session.scalars(select(Delivery).order_by(Delivery.member_id))
    return [(row.member_id, row.kind, json.loads(row.fields)) for row in rows]


def test_receipt_is_told_once_to_the_member_with_the_amount(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        payer = somebody(session)
        receipt = dues_rows.receipt(session, *paid_bill(session, payer, 202602, 202603), number=123)

        first = telling.queue_paid(session, receipt=receipt, now=NOW)
        again = telling.queue_paid(session, receipt=receipt, now=NOW + timedelta(hours=1))

        assert (first, again) == (1, 0)
        assert said(session) == [
            (
                payer.id,
                "dues_paid",
                {
                    "receipt": str(receipt.id),
                    "number": "2026-000123",
                    "amount": "153.00",
                    "what": "2026年2月至3月党费",
                    "way": "微信支付",
                    "time": "2026年03月02日 09:00",
                },
            )
        ]


def test_due_month_is_told_once_to_each_and_without_the_amount(session: Session, payer: Member) -> None:
    them = select(Member.id).where(Member.id == payer.id)

    counts = [telling.queue_due(session, them, month=202603, now=NOW) for _ in range(2)]

    assert counts == [1, 0]
    assert said(session) == [(payer.id, "dues_due", {"month": "2026年3月"})]
    assert telling.queue_due(session, them, month=202604, now=NOW) == 1


@pytest.mark.parametrize(
    ("becomes", "state"), [(Twice.REFUND, "on_its_way"), (Twice.ADVANCE, "kept")], ids=str
)
def test_paid_twice_is_told_with_what_becomes_of_it(
    session: Session, payer: Member, becomes: Twice, state: str
) -> None:
    order = dues_rows.order(session, *paid_bill(session, payer, 202603), state=OrderState.PAID)

    telling.queue_twice(session, order=order, surplus_fen=7650, becomes=becomes, now=NOW)

    [(who, kind, fields)] = said(session)
    assert (who, kind, fields["amount"], fields["state"]) == (payer.id, "dues_refunded", "76.50", state)


def test_refund_is_told_to_the_member_of_its_order(session: Session, payer: Member) -> None:
    order = dues_rows.order(session, *paid_bill(session, payer, 202603), state=OrderState.PAID)
    refund = Refund(
        key="twice:1",
        order_id=order.id,
        out_refund_no="R1",
        amount_fen=1000,
        cause=RefundCause.TWICE,
        reason="重复缴费",
        taken_from=Account.REFUNDS,
        state=RefundState.SUCCEEDED,
        proposed_by="zhibu",
        proposed_at=NOW,
    )
    session.add(refund)
    session.flush()

    telling.queue_refunded(session, refund=refund, now=NOW)

    assert said(session)[0][0] == payer.id
    assert said(session)[0][2] == {"amount": "10.00", "state": "done", "time": "2026年03月02日 09:00"}


def test_answered_review_is_told_without_the_answer(session: Session, payer: Member) -> None:
    review = Review(
        member_id=payer.id,
        question="基数不对",
        asked_at=NOW,
        answer="按1月工资核定",
        answered_by="jizhang",
        answered_at=NOW,
    )
    session.add(review)
    session.flush()

    telling.queue_review_answered(session, review=review, now=NOW)

    assert said(session) == [(payer.id, "dues_review_answered", {"time": "2026年03月02日 09:00"})]


def test_arrears_are_told_to_the_branch_s_own_people_as_a_count(session: Session) -> None:
    committee = factories.organization(session, name="华原集团党委")
    branch = factories.organization(session, name="机电党支部", parent=committee)
    secretary, collector, auditor, above = (
        factories.member(session, branch, name=name) for name in "甲乙丙丁"
    )
    for member, role, house in (
        (secretary, Role.SECRETARY, branch),
        (collector, Role.COLLECTOR, branch),
        (auditor, Role.AUDITOR, branch),
        (above, Role.SECRETARY, committee),
    ):
        sit(session, member, role, house.id)

    for _ in range(2):
        telling.queue_arrears(
            session,
            organization_id=branch.id,
            step=ReminderStep.MONTH_4,
            month=202603,
            count=2,
            now=NOW,
        )

    fields = {"organization": "机电党支部", "months": "4", "count": "2", "month": "2026年3月"}
    assert said(session) == [(one.id, "dues_arrears", fields) for one in (secretary, collector)]


def sit(session: Session, member: Member, role: Role, organization_id: int) -> None:
    account = StaffAccount(
        username=f"staff{member.id}",
        display_name=member.name,
        member_id=member.id,
        password_hash="none",
        totp_sealed="none",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add(StaffRole(account_id=account.id, role=role, organization_id=organization_id))
    session.flush()
