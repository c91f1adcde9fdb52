"""Reliefs, which the next higher committee decides, and members' questions."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.dues.assessments import queries, service
from app.dues.assessments.models import Relief, ReliefKind
from app.dues.assessments.payers import NotAPayer
from app.dues.assessments.reliefs import NotNextHigher, ReliefOver, ReliefWrong, next_higher, reason_of
from app.dues.assessments.reviews import AnswerWrong, QuestionWrong, ReviewAnswered, ReviewOpen
from app.members.models import Member, MemberKind, PartyStatus
from app.organizations.models import OrganizationKind
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.rows import ACCOUNTANT, SECRETARY, House


def propose(session: Session, vault: Vault, member: Member, **fields: Any) -> Relief:
    usual: dict[str, Any] = {
        "kind": ReliefKind.EXEMPT,
        "amount_fen": 0,
        "from_month": 202603,
        "until_month": 202608,
        "reason": "长期患病，生活困难",
        "studied_on": date(2026, 2, 20),
        "document_no": "华支〔2026〕3号",
    }
    return service.propose_relief(
        session, member_id=member.id, by=ACCOUNTANT, now=NOW, vault=vault, **(usual | fields)
    )


def decide(
    session: Session,
    row: Relief,
    organization_id: int,
    decision: Decision = Decision.APPROVED,
    by: str = SECRETARY,
) -> None:
    service.decide_relief(session, row.id, decision, for_organization_id=organization_id, by=by, now=NOW)


@pytest.fixture
def home(session: Session) -> House:
    return rows.house(session)


@pytest.fixture
def member(session: Session, home: House) -> Member:
    return factories.member(session, home.branch)


def test_relief_holds_for_its_months_once_the_committee_agrees(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    row = propose(session, vault, member)

    assert queries.relief_of(session, member.id, 202603) is None
    decide(session, row, home.committee.id)

    found = [queries.relief_of(session, member.id, month) for month in (202602, 202603, 202608, 202609)]
    assert found == [None, row, row, None]
    assert (reason_of(row, vault), "患病" in row.reason_sealed) == ("长期患病，生活困难", False)


def test_only_the_next_higher_committee_decides(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    below = factories.organization(session, parent=home.committee, kind=OrganizationKind.WORK_COMMITTEE)
    general = factories.organization(session, parent=below, kind=OrganizationKind.GENERAL_BRANCH)
    branch = factories.organization(session, parent=general)
    row = propose(session, vault, factories.member(session, branch))

    assert next_higher(session, branch.id) == below.id
    for other in (home.committee, general, branch):
        with pytest.raises(NotNextHigher):
            decide(session, row, other.id)
    decide(session, row, below.id)


def test_branch_below_no_committee_has_nobody_to_decide(session: Session) -> None:
    assert next_higher(session, factories.organization(session).id) is None


def test_relief_needs_two_people_and_is_decided_once(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    row = propose(session, vault, member)

    with pytest.raises(SecondPersonNeeded):
        decide(session, row, home.committee.id, by=ACCOUNTANT)
    decide(session, row, home.committee.id, Decision.REFUSED)
    with pytest.raises(AlreadyDecided):
        decide(session, row, home.committee.id)
    assert queries.relief_of(session, member.id, 202603) is None


def test_who_proposed_a_relief_may_withdraw_it(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    row = propose(session, vault, member)

    decide(session, row, 0, Decision.WITHDRAWN, ACCOUNTANT)

    assert row.decision is Decision.WITHDRAWN


def test_nobody_decides_about_their_own_relief(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    rows.own_account(session, vault, SECRETARY, member.id)
    row = propose(session, vault, member)

    with pytest.raises(SecondPersonNeeded):
        decide(session, row, home.committee.id)
    decide(session, row, home.committee.id, by="other")


def test_longest_reason_fits_once_it_is_sealed(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        member = factories.member(session, rows.house(session).branch)
        made = propose(session, vault, member, reason="𠮷" * 160)

        assert len(reason_of(made, vault)) == 160


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount_fen": 5}, ["amount_fen"]),
        ({"kind": ReliefKind.REDUCED}, ["amount_fen"]),
        ({"kind": ReliefKind.REDUCED, "amount_fen": -5}, ["amount_fen"]),
        ({"until_month": 202602}, ["until_month"]),
        ({"from_month": 202600}, ["from_month"]),
        ({"reason": " "}, ["reason"]),
        ({"reason": "长" * 201}, ["reason"]),
        ({"reason": "𠮷" * 161}, ["reason"]),
        ({"studied_on": date(2026, 3, 3)}, ["studied_on"]),
        ({"document_no": "长" * 61}, ["document_no"]),
    ],
    ids=str,
)
def test_relief_that_makes_no_sense_is_refused_with_its_fields(
    session: Session, vault: Vault, member: Member, fields: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(ReliefWrong) as refusal:
        propose(session, vault, member, **fields)

    assert list(refusal.value.fields) == wrong


def test_only_members_are_relieved_and_may_ask(session: Session, vault: Vault, home: House) -> None:
    for one in (
        factories.member(session, home.branch, kind=MemberKind.APPLICANT),
        factories.member(session, home.branch, status=PartyStatus.LEFT),
    ):
        with pytest.raises(NotAPayer):
            propose(session, vault, one)
        with pytest.raises(NotAPayer):
            service.ask_review(session, member_id=one.id, question="为什么？", now=NOW)


def test_ended_relief_holds_to_the_end_of_the_month_and_ends_once(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    row = propose(session, vault, member)
    with pytest.raises(ReliefOver):
        service.end_relief(session, relief_id=row.id, now=NOW)
    decide(session, row, home.committee.id)

    service.end_relief(session, relief_id=row.id, now=NOW)

    assert [queries.relief_of(session, member.id, month) for month in (202603, 202604)] == [row, None]
    with pytest.raises(ReliefOver):
        service.end_relief(session, relief_id=row.id, now=NOW)


def test_relief_that_is_over_cannot_be_ended(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    row = propose(session, vault, member)
    decide(session, row, home.committee.id)

    with pytest.raises(ReliefOver):
        service.end_relief(session, relief_id=row.id, now=NOW + timedelta(days=200))


def test_later_relief_replaces_the_earlier_one(
    session: Session, vault: Vault, home: House, member: Member
) -> None:
    first = propose(session, vault, member)
    second = propose(session, vault, member, kind=ReliefKind.REDUCED, amount_fen=5_00, until_month=202604)
    for row in (first, second):
        decide(session, row, home.committee.id)

    assert [queries.relief_of(session, member.id, month) for month in (202604, 202605)] == [second, first]


def test_member_has_one_open_question(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        home = rows.house(session)
        member, other = factories.member(session, home.branch), factories.member(session, home.branch)
        held = rows.assessment(session, member, home.policy)
        first = service.ask_review(session, member_id=member.id, question=" 基数是哪个月的？ ", now=NOW)

        with pytest.raises(ReviewOpen):
            service.ask_review(session, member_id=member.id, question="再问一次", now=NOW)
        service.ask_review(session, member_id=other.id, question="我也想问", now=NOW)
        service.answer_review(session, review_id=first.id, answer="是1月的。", by=ACCOUNTANT, now=NOW)
        second = service.ask_review(session, member_id=member.id, question="谢谢，那公积金呢？", now=NOW)

        assert (first.question, first.assessment_id) == ("基数是哪个月的？", held.id)
        assert (first.answer, first.answered_by, first.answered_at) == ("是1月的。", ACCOUNTANT, NOW)
        assert queries.latest_review(session, member.id) is second


def test_question_is_answered_once(session: Session, member: Member) -> None:
    asked = service.ask_review(session, member_id=member.id, question="为什么是这一档？", now=NOW)
    service.answer_review(session, review_id=asked.id, answer="按全额计算。", by=ACCOUNTANT, now=NOW)

    with pytest.raises(ReviewAnswered):
        service.answer_review(session, review_id=asked.id, answer="又一次", by=SECRETARY, now=NOW)
    assert asked.answer == "按全额计算。"


@pytest.mark.parametrize("text", ["", "  ", "长" * 501])
def test_empty_and_endless_texts_are_refused(session: Session, member: Member, text: str) -> None:
    with pytest.raises(QuestionWrong):
        service.ask_review(session, member_id=member.id, question=text, now=NOW)
    asked = service.ask_review(session, member_id=member.id, question="为什么？", now=NOW)
    with pytest.raises(AnswerWrong):
        service.answer_review(session, review_id=asked.id, answer=text, by=ACCOUNTANT, now=NOW)
