"""Rows of dues that tests start from: each takes only what the test is about and fills in the rest."""

import json
from datetime import date, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select

from app.core.db import Base, Session
from app.dues import months
from app.dues.assessments.models import Assessment, Cause
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.books.models import Account, Entry, Journal, JournalKind
from app.dues.cash.models import PayWay, Receipt, ReceiptLine
from app.dues.orders.models import LineKind, Order, OrderLine
from app.dues.orders.states import OrderState
from app.dues.policies.models import DuesPolicy
from app.dues.standards.models import DuesCategory, DuesStandard
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.deciding import Decision
from tests.factories import NOW

Row = TypeVar("Row", bound=Base)
serial = count(1)
DECIDED: dict[str, Any] = {
    "decision": Decision.APPROVED,
    "proposed_by": "jizhang",
    "proposed_at": NOW,
    "decided_by": "shuji",
    "decided_at": NOW,
    "standing": 1,
}
JANUARY = 202601


def policy(session: Session, organization: Organization, **columns: Any) -> DuesPolicy:
    """WeChat, cash and transfer, in force from January."""
    given: dict[str, Any] = {
        "organization_id": organization.id,
        "effective_from": JANUARY,
        "by_wechat": True,
        "by_cash": True,
        "by_transfer": True,
        "mchid": "1900000001",
        "account_name": "华原集团党委",
        "account_bank": "中国工商银行平川支行",
        "account_number": "6222000012345678",
    }
    return _added(session, DuesPolicy(**{**given, **DECIDED, **columns}))


def standard(session: Session, effective_from: date = date(2026, 1, 1), **changes: Any) -> DuesStandard:
    """The latest one, with other figures in its table."""
    found = select(DuesStandard).order_by(DuesStandard.effective_from.desc()).limit(1)
    table = json.loads(session.scalars(found).one().table) | changes
    columns = {"name": "新收缴标准", "clause": "组〔2026〕3号", "effective_from": effective_from}
    return _added(session, DuesStandard(table=json.dumps(table), **{**columns, **DECIDED}))


def assessment(session: Session, member: Member, policy: DuesPolicy, **columns: Any) -> Assessment:
    """76.50 yuan a month from January on, of a base of 5,100 that is not kept here."""
    given: dict[str, Any] = {
        "member_id": member.id,
        "from_month": JANUARY,
        "category": DuesCategory.SALARY,
        "computed_fen": 7650,
        "amount_fen": 7650,
        "cause": Cause.YEARLY,
        "standard_id": session.scalars(select(DuesStandard.id).order_by(DuesStandard.id.desc())).first(),
        "policy_id": policy.id,
    }
    return _added(session, Assessment(**{**given, **DECIDED, **columns}))


def bill(
    session: Session,
    assessment: Assessment,
    month: int,
    state: BillState = BillState.DUE,
    **columns: Any,
) -> Bill:
    member = session.get_one(Member, assessment.member_id)
    amount = columns.pop("amount_fen", assessment.amount_fen)
    given: dict[str, Any] = {
        "member_id": member.id,
        "organization_id": member.organization_id,
        "committee_id": session.get_one(DuesPolicy, assessment.policy_id).organization_id,
        "month": month,
        "amount_fen": amount,
        "paid_fen": amount if state is BillState.PAID else 0,
        "state": state,
        "due_on": months.first_day(month).replace(day=10),
        "assessment_id": assessment.id,
        "created_at": NOW,
    }
    return _added(session, Bill(**{**given, **columns}))


def journal(session: Session, committee_id: int, kind: JournalKind = JournalKind.PAID) -> Journal:
    number = next(serial)
    made = Journal(
        committee_id=committee_id,
        month=202603,
        number=number,
        kind=kind,
        external_key=f"test:{number}",
        at=NOW,
        made_by="test",
    )
    return _added(session, made)


def receipt(session: Session, *bills: Bill, at: datetime = NOW, **columns: Any) -> Receipt:
    """For these bills, whole."""
    first = bills[0]
    given: dict[str, Any] = {
        "committee_id": first.committee_id,
        "year": 2026,
        "number": next(serial),
        "member_id": first.member_id,
        "organization_id": first.organization_id,
        "way": PayWay.WECHAT,
        "amount_fen": sum(one.amount_fen for one in bills),
        "paid_at": at,
        "journal_id": journal(session, first.committee_id).id,
    }
    made = _added(session, Receipt(**{**given, **columns}))
    for one in bills:
        line = {"bill_id": one.id, "month": one.month, "amount_fen": one.amount_fen}
        session.add(ReceiptLine(receipt_id=made.id, **line))
    session.flush()
    return made


def advance(session: Session, member: Member, committee_id: int, fen: int) -> None:
    """Money of that member that waits for months to come."""
    entry = Entry(
        journal_id=journal(session, committee_id).id,
        debit=Account.WECHAT,
        debit_organization_id=committee_id,
        credit=Account.ADVANCE,
        credit_organization_id=committee_id,
        amount_fen=fen,
        member_id=member.id,
    )
    _added(session, entry)


def order(session: Session, *bills: Bill, state: OrderState = OrderState.PENDING, **columns: Any) -> Order:
    first, number = bills[0], next(serial)
    given: dict[str, Any] = {
        "out_trade_no": f"D2026{number:010d}",
        "member_id": first.member_id,
        "organization_id": first.organization_id,
        "committee_id": first.committee_id,
        "mchid": "1900000001",
        "app_id": "wx1234567890abcdef",
        "openid": "oTest",
        "description": "党费",
        "amount_fen": sum(one.amount_fen for one in bills),
        "content_key": f"{number:064d}",
        "open_member_id": first.member_id if state is OrderState.PENDING else None,
        "state": state,
        "created_at": NOW,
        "expires_at": NOW,
        "transaction_id": f"42{number:026d}" if state is OrderState.PAID else None,
    }
    made = _added(session, Order(**{**given, **columns}))
    for one in bills:
        session.add(
            OrderLine(
                order_id=made.id,
                kind=LineKind.BILL,
                bill_id=one.id,
                month=one.month,
                amount_fen=one.amount_fen,
            )
        )
    session.flush()
    return made


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
