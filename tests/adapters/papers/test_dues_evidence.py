"""What the branch's members read about arrears: facts in order, and no judgement."""

from datetime import date
from typing import Any

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.arrears import history, service
from app.dues.arrears.models import DuesReminder, ReminderStep
from app.dues.bills.states import BillState
from app.members.models import Member
from app.organizations.models import OrganizationKind
from app.papers import dues_evidence, pdf
from tests import dues_rows, factories
from tests.factories import NOW


def behind(session: Session, vault: Vault) -> Member:
    """Two months unpaid, one of them excused; talked with, and reminded of one month without a chat."""
    committee = factories.organization(session, kind=OrganizationKind.COMMITTEE)
    member = factories.member(session, factories.organization(session, parent=committee))
    assessed = dues_rows.assessment(session, member, dues_rows.policy(session, committee))
    for month in (202601, 202602):
        dues_rows.bill(session, assessed, month, BillState.OVERDUE)
    given: dict[str, Any] = {"member_id": member.id, "by": "shuji", "now": NOW}
    service.keep_excuse(session, from_month=202601, until_month=202601, reason="住院", vault=vault, **given)
    service.keep_talk(
        session,
        organization_id=member.organization_id,
        talked_on=date(2026, 3, 1),
        talked_by="王书记",
        deadline_on=date(2026, 3, 31),
        note="三月底前<补缴>",
        **given,
    )
    session.add(DuesReminder(member_id=member.id, month=202602, step=ReminderStep.MEMBER, at=NOW))
    session.add(DuesReminder(member_id=member.id, month=202601, step=ReminderStep.MONTH_2, at=NOW))
    session.flush()
    return member


def test_evidence_says_what_was_paid_said_and_excused(session: Session, vault: Vault) -> None:
    member = behind(session, vault)
    found = history.of_member(session, member.id, this_month=202603, vault=vault)

    paper = dues_evidence.paper(
        found, name="张三", organization="第一党支部", today=date(2026, 3, 2), called=lambda one: f"@{one}"
    )

    assert [(row["月份"], row["应缴"], row["已缴"], row["情况"]) for row in paper.words["月份"]] == [
        ("2026年1月", "76.50", "0.00", "逾期未缴（有正当理由）"),
        ("2026年2月", "76.50", "0.00", "逾期未缴"),
    ]
    assert [(row["事项"], row["月份"], row["结果"]) for row in paper.words["提醒"]] == [
        ("提醒本人", "2026年2月", ""),
        ("连续2个月没有缴，提醒支部", "2026年1月起", ""),
    ]
    assert [row["期限"] for row in paper.words["谈话"]] == ["2026年3月31日"]
    assert [(row["理由"], row["记录"], row["撤销"]) for row in paper.words["理由"]] == [
        ("住院", "@shuji，2026年3月2日", "")
    ]


def test_evidence_is_printed_escaped_and_judges_nothing(session: Session, vault: Vault) -> None:
    member = behind(session, vault)
    found = history.of_member(session, member.id, this_month=202603, vault=vault)
    paper = dues_evidence.paper(
        found, name="张三", organization="第一党支部", today=date(2026, 3, 2), called=str
    )

    markup = pdf.markup(paper)

    assert ("&lt;补缴&gt;" in markup, "<补缴>" in markup) == (True, False)
    assert "系统不作判断，也不改变任何人的身份" in markup


def test_evidence_of_who_owes_nothing_is_empty_and_still_prints(session: Session, vault: Vault) -> None:
    member = factories.member(session, factories.organization(session))
    found = history.of_member(session, member.id, this_month=202603, vault=vault)

    paper = dues_evidence.paper(
        found, name="张三", organization="第一党支部", today=date(2026, 3, 2), called=str
    )

    assert pdf.markup(paper).count("没有记载") == 2
