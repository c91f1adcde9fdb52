"""A committee with a branch, its rule and its members' amounts, as most tests of amounts start from."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.assessments.models import Assessment, Cause
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.policies.models import DuesPolicy
from app.dues.standards.models import DuesCategory, DuesStandard
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.staff import accounts
from app.staff.deciding import Decision
from tests import factories
from tests.factories import NOW

MONTH = 202603
ACCOUNTANT, SECRETARY = "kuaiji", "shuji"


@dataclass(frozen=True)
class House:
    """A committee that keeps books, and a branch of it."""

    committee: Organization
    branch: Organization
    policy: DuesPolicy


def house(session: Session, *, from_month: int = 202601, name: str = "华原集团党委") -> House:
    committee = factories.organization(session, name=name, kind=OrganizationKind.COMMITTEE)
    branch = factories.organization(session, parent=committee)
    return House(committee, branch, policy(session, committee, from_month=from_month))


def policy(
    session: Session,
    organization: Organization,
    *,
    from_month: int = 202601,
    standing: int | None = 1,
    round_to_fen: int = 1,
    retired_permille: int = 1000,
    due_day: int = 10,
) -> DuesPolicy:
    made = DuesPolicy(
        organization_id=organization.id,
        effective_from=from_month,
        by_wechat=False,
        by_cash=True,
        by_transfer=False,
        round_to_fen=round_to_fen,
        retired_permille=retired_permille,
        due_day=due_day,
        standing=standing,
        decision=Decision.APPROVED,
        proposed_by=ACCOUNTANT,
        proposed_at=NOW,
        decided_by=SECRETARY,
        decided_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def assessment(
    session: Session,
    member: Member,
    policy: DuesPolicy,
    *,
    fen: int = 76_50,
    from_month: int = 202601,
    category: DuesCategory = DuesCategory.SALARY,
    standing: int | None = 1,
    base_sealed: str | None = None,
) -> Assessment:
    made = Assessment(
        member_id=member.id,
        from_month=from_month,
        category=category,
        base_sealed=base_sealed,
        computed_fen=fen,
        amount_fen=fen,
        cause=Cause.YEARLY,
        standard_id=session.scalars(select(DuesStandard.id).order_by(DuesStandard.id.desc())).first(),
        policy_id=policy.id,
        standing=standing,
        decision=Decision.APPROVED,
        proposed_by=ACCOUNTANT,
        proposed_at=NOW,
        decided_by=SECRETARY,
        decided_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def bill(
    session: Session,
    home: House,
    member: Member | None = None,
    *,
    fen: int = 76_50,
    paid: int = 0,
    month: int = MONTH,
    state: BillState = BillState.DUE,
) -> Bill:
    who = member or factories.member(session, home.branch)
    made = Bill(
        member_id=who.id,
        organization_id=home.branch.id,
        committee_id=home.committee.id,
        month=month,
        amount_fen=fen,
        paid_fen=paid,
        state=state,
        due_on=date(month // 100, month % 100, 10),
        assessment_id=assessment(session, who, home.policy, fen=fen, from_month=month).id,
        live=None if state is BillState.REVERSED else 1,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def own_account(session: Session, vault: Vault, username: str, member_id: int) -> None:
    made = accounts.create(
        session, username=username, display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    )
    made.account.member_id = member_id
    session.flush()
