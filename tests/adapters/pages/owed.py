"""One of everything about a member's dues, each naming their side."""

from dataclasses import dataclass

from sqlalchemy import update

from app.core.db import Session
from app.dues.assessments.models import Cause, Review
from app.dues.bills.states import BillState
from app.dues.orders.states import OrderState
from app.dues.remittance.models import Publication
from app.dues.remittance.publicity import Totals
from app.members.models import Member
from app.organizations.models import Organization
from tests import dues_rows
from tests.factories import NOW

TOTALS = Totals(202501, 202512, 36, 35, 4_000_000, 3_990_000, 0)


@dataclass(frozen=True)
class Owed:
    bill_id: int
    receipt_id: int
    order_number: str


def seed(session: Session, *, member_id: int, mark: str) -> Owed:
    member = session.get_one(Member, member_id)
    branch = session.get_one(Organization, member.organization_id)
    policy = dues_rows.policy(session, branch, account_name=f"{mark}公司党委", mchid="")
    assessed = dues_rows.assessment(
        session, member, policy, cause=Cause.CORRECTION, reason=f"{mark}工资表有误"
    )
    paid = dues_rows.bill(session, assessed, 202602, BillState.PAID)
    owed = dues_rows.bill(session, assessed, 202603)
    order = dues_rows.order(session, paid, state=OrderState.PAID, paid_at=NOW, settled_at=NOW)
    receipt = dues_rows.receipt(session, paid, order_id=order.id)
    publish(session, branch)
    session.execute(
        update(Review).values(open_member_id=None)
    )  # nobody's question waits: a new one may be asked
    return Owed(owed.id, receipt.id, order.out_trade_no)


def publish(session: Session, organization: Organization, totals: Totals = TOTALS, version: int = 1) -> None:
    session.add(
        Publication(
            organization_id=organization.id,
            from_month=totals.from_month,
            until_month=totals.until_month,
            version=version,
            totals=totals.written(),
            published_by="jizhang",
            published_at=NOW,
        )
    )
    session.flush()
