"""Amounts with one of everything that waits for somebody: made by the verbs, in the books that `booked` made."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.arrears import service as arrears
from app.dues.assessments import importing, reliefs, reviews
from app.dues.assessments import service as assessments
from app.dues.assessments.models import Cause, ReliefKind
from app.dues.assessments.service import Asked
from app.dues.policies import service as policies
from app.dues.standards import queries as standards
from app.dues.standards import service as standard_service
from app.dues.standards.models import DuesCategory
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.deciding import Decision
from tests.factories import NOW

ACCOUNTANT, SECRETARY = "kuaiji", "shuji"
MONTH = 202603
HEADS = ("姓名", "缴费类别", "党费基数")


@dataclass(frozen=True)
class Dued:
    root_id: int
    standard_id: int
    policy_id: int
    assessment_id: int
    import_id: int
    relief_id: int
    running_id: int
    """A relief in force."""
    review_id: int
    excuse_id: int


def workbook(*rows: Sequence[object], heads: Sequence[str] = HEADS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((heads, *rows)):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def seed(
    session: Session,
    mark: str,
    committee: Organization,
    branch: Organization,
    people: Sequence[Member],
    vault: Vault,
) -> Dued:
    one, other = people
    return Dued(
        root_id=organizations.root_id(session),
        standard_id=_standard(session, committee),
        policy_id=_policy(session, committee),
        assessment_id=_assessment(session, mark, one, vault),
        import_id=_import(session, mark, committee, other, vault),
        relief_id=_relief(session, mark, one, vault),
        running_id=_running(session, mark, committee, other, vault),
        review_id=reviews.ask_review(session, member_id=other.id, question=f"{mark}怎么算的", now=NOW).id,
        excuse_id=_excuse(session, mark, one, branch, vault),
    )


def _standard(session: Session, committee: Organization) -> int:
    """Of a day of its own: one stands a day."""
    return standard_service.propose(
        session,
        name="新收缴标准",
        clause="组〔2026〕3号",
        effective_from=date(2027, 1, committee.id % 28 + 1),
        standard=standards.in_force(session, MONTH).standard,
        by=ACCOUNTANT,
        now=NOW,
    ).id


def _policy(session: Session, committee: Organization) -> int:
    return policies.propose(
        session, organization_id=committee.id, effective_from=202604, by=ACCOUNTANT, now=NOW, by_cash=True
    ).id


def _assessment(session: Session, mark: str, member: Member, vault: Vault) -> int:
    """Proposed, of a base of 5,100 yuan."""
    return assessments.propose(
        session,
        member_id=member.id,
        asked=Asked(DuesCategory.SALARY, base_fen=510000),
        from_month=MONTH,
        cause=Cause.CORRECTION,
        reason=f"{mark}填错",
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
    ).id


def _import(session: Session, mark: str, committee: Organization, member: Member, vault: Vault) -> int:
    return importing.preview(
        session,
        content=workbook((member.name, "按月领工资", 6200), ("查无此人", "按月领工资", 5000)),
        filename=f"{mark}基数.xlsx",
        organization_id=committee.id,
        from_month=202601,
        cause=Cause.YEARLY,
        reason="",
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
        scope=organizations.subtree(committee),
    )


def _relief(session: Session, mark: str, member: Member, vault: Vault) -> int:
    return reliefs.propose_relief(
        session,
        member_id=member.id,
        kind=ReliefKind.REDUCED,
        amount_fen=10_00,
        from_month=MONTH,
        until_month=202612,
        reason=f"{mark}家里有人住院",
        studied_on=date(2026, 2, 20),
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
    ).id


def _running(session: Session, mark: str, committee: Organization, member: Member, vault: Vault) -> int:
    made = _relief(session, mark, member, vault)
    reliefs.decide_relief(
        session, made, Decision.APPROVED, for_organization_id=committee.id, by=SECRETARY, now=NOW
    )
    return made


def _excuse(session: Session, mark: str, member: Member, branch: Organization, vault: Vault) -> int:
    """November, and a talk about it."""
    arrears.keep_talk(
        session,
        member_id=member.id,
        organization_id=branch.id,
        talked_on=date(2026, 2, 1),
        talked_by=f"{mark}王书记",
        deadline_on=date(2026, 3, 31),
        note=f"{mark}约定三月底前补缴",
        by=SECRETARY,
        now=NOW,
    )
    return arrears.keep_excuse(
        session,
        member_id=member.id,
        from_month=202511,
        until_month=202511,
        reason=f"{mark}住院",
        by=SECRETARY,
        now=NOW,
        vault=vault,
    ).id
