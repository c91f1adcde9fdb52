"""What the demo knows of dues: how two committees collect, what everybody's amount is, and one relief."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, select

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session
from app.dues import months
from app.dues.assessments import reliefs
from app.dues.assessments.models import Assessment, Cause, ReliefKind
from app.dues.assessments.payers import BASE_FIELD
from app.dues.policies import service as policies
from app.dues.policies.models import DuesPolicy, Publishing
from app.dues.standards import queries as standards
from app.dues.standards.models import DuesCategory
from app.dues.standards.rules import monthly
from app.members.models import PARTY_MEMBERS, Member
from app.organizations.models import Organization
from app.staff.deciding import Decision
from demo.dues_months import write_months
from demo.merchant import MCHID
from demo.roster import Roster

ACCOUNTANT: Final = "accountant"
OFFICE: Final = "office"
HISTORY: Final = 2
"""Months before this one for which the demo branch has bills."""
RETIRED_AT: Final = 61
ROWS_AT_ONCE: Final = 500
LOWEST, STEPS, STEP = 320_000, 220, 5_000
"""Invented monthly pay, in fen: 3,200 to 14,150 yuan, the same for the same person at every start."""
IN_NEED: Final = 20
"""Whose place on the demo branch's roster has a relief."""


def write_dues(
    session: Session, places: Sequence[Organization], branch: Organization, vault: Vault, *, now: datetime
) -> None:
    keeper = committee_of(session, branch)
    month = months.current(now)
    first = months.plus(month, -HISTORY)
    own = _policy(session, keeper, first, now, by_wechat=True, mchid=MCHID)
    general = _policy(session, places[0], month, now, publishing=Publishing.YEAR)
    _assess(session, keeper, (own, general), vault, now)
    _relieve(session, branch, places[0], first, vault, now)
    write_months(session, keeper, places[0], branch, first=first, now=now)


def committee_of(session: Session, branch: Organization) -> Organization:
    """The nearest above it."""
    return session.get_one(Organization, reliefs.next_higher(session, branch.id))


def _policy(
    session: Session, organization: Organization, month: int, now: datetime, **terms: Any
) -> DuesPolicy:
    row = policies.propose(
        session,
        organization_id=organization.id,
        effective_from=month,
        by=ACCOUNTANT,
        now=now,
        by_cash=True,
        by_transfer=True,
        account_name=f"{organization.name}（党费专户）",
        account_bank="中国工商银行岚岳支行",
        account_number=f"6222{organization.id:012d}",
        **terms,
    )
    policies.decide(session, row.id, Decision.APPROVED, by=OFFICE, now=now)
    return row


def _assess(
    session: Session, keeper: Organization, rules: tuple[DuesPolicy, DuesPolicy], vault: Vault, now: datetime
) -> None:
    """As the yearly file of January set it."""
    year = local_day(now).year
    rows = list(_assessments(session, keeper, rules, vault, year, now))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(Assessment), rows[start : start + ROWS_AT_ONCE])


def _assessments(
    session: Session,
    keeper: Organization,
    rules: tuple[DuesPolicy, DuesPolicy],
    vault: Vault,
    year: int,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    month = year * 100 + 1
    found = standards.in_force(session, month)
    people = (
        select(Member.id, Member.birth_year, Organization.path)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.kind.in_(PARTY_MEMBERS))
    )
    for member_id, birth_year, path in session.execute(people):
        retired = year - (birth_year or year) >= RETIRED_AT
        category = DuesCategory.RETIRED if retired else DuesCategory.SALARY
        base = _base(member_id)
        amount = monthly(found.standard, category, base)
        yield {
            "member_id": member_id,
            "from_month": month,
            "category": category,
            "base_sealed": vault.seal(str(base), BASE_FIELD),
            "computed_fen": amount.computed,
            "amount_fen": amount.amount,
            "capped": amount.capped,
            "voluntary": False,
            "cause": Cause.YEARLY,
            "reason": "",
            "standard_id": found.row.id,
            "policy_id": rules[0 if path.startswith(keeper.path) else 1].id,
            "standing": 1,
            "decision": Decision.APPROVED,
            "proposed_by": ACCOUNTANT,
            "proposed_at": now,
            "decided_by": OFFICE,
            "decided_at": now,
            "decision_note": "",
        }


def _base(member_id: int) -> int:
    digest = hashlib.sha256(f"demo pay {member_id}".encode()).digest()
    return LOWEST + int.from_bytes(digest[:4]) % STEPS * STEP


def _relieve(
    session: Session, branch: Organization, root: Organization, first: int, vault: Vault, now: datetime
) -> None:
    member = Roster.of(session, branch).party[IN_NEED]
    row = reliefs.propose_relief(
        session,
        member_id=member.id,
        kind=ReliefKind.EXEMPT,
        amount_fen=0,
        from_month=first,
        until_month=months.plus(first, 11),
        reason="本人长期患病，家庭生活困难",
        studied_on=_before(months.first_day(first)),
        by="secretary",
        now=now,
        vault=vault,
        document_no="运行一值支〔2026〕7号",
    )
    decider = reliefs.next_higher(session, branch.id) or root.id
    reliefs.decide_relief(session, row.id, Decision.APPROVED, for_organization_id=decider, by=OFFICE, now=now)


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 5)
