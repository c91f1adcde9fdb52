"""One member's amount: proposed with its cause, confirmed by a second person, replaced and explained."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.dues.assessments import queries, service
from app.dues.assessments.explained import base_of, explained
from app.dues.assessments.models import Assessment, Cause, ReliefKind
from app.dues.assessments.payers import MonthWrong, NotAPayer, NotJanuary, ReasonMissing
from app.dues.assessments.service import Asked
from app.dues.policies.queries import NoPolicy
from app.dues.standards import service as standards
from app.dues.standards.models import DuesCategory
from app.dues.standards.queries import NoStandard, in_force
from app.dues.standards.rules import BadBase
from app.members.models import GONE, Member, MemberKind, PartyStatus
from app.staff import accounts
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.rows import ACCOUNTANT, MONTH, SECRETARY

C = DuesCategory
SALARY = Asked(C.SALARY, 5100_00)


def propose(
    session: Session,
    vault: Vault,
    member: Member,
    asked: Asked = SALARY,
    *,
    month: int = MONTH,
    cause: Cause = Cause.FIRST,
    reason: str = "新进党员",
) -> Assessment:
    return service.propose(
        session,
        member_id=member.id,
        asked=asked,
        from_month=month,
        cause=cause,
        reason=reason,
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
    )


def approve(session: Session, row: Assessment) -> None:
    service.decide(session, row.id, Decision.APPROVED, by=SECRETARY, now=NOW)


def test_amount_holds_from_its_month_once_confirmed(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session).branch)
    row = propose(session, vault, member)

    assert queries.current(session, member.id, MONTH) is None
    with pytest.raises(SecondPersonNeeded):
        service.decide(session, row.id, Decision.APPROVED, by=ACCOUNTANT, now=NOW)
    rows.own_account(session, vault, "dangyuan", member.id)
    with pytest.raises(SecondPersonNeeded):
        service.decide(session, row.id, Decision.APPROVED, by="dangyuan", now=NOW)
    approve(session, row)

    assert [queries.current(session, member.id, month) for month in (202602, MONTH, 202612)] == [
        None,
        row,
        row,
    ]
    assert (row.computed_fen, row.amount_fen, base_of(row, vault)) == (76_50, 76_50, 5100_00)
    with pytest.raises(AlreadyDecided):
        approve(session, row)


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN])
def test_amount_that_is_not_confirmed_never_holds(session: Session, vault: Vault, decision: Decision) -> None:
    member = factories.member(session, rows.house(session).branch)
    row = propose(session, vault, member)

    by = ACCOUNTANT if decision is Decision.WITHDRAWN else SECRETARY
    service.decide(session, row.id, decision, by=by, now=NOW)

    assert queries.current(session, member.id, MONTH) is None


def test_amount_replaces_the_one_of_the_same_month(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        member = factories.member(session, rows.house(session).branch)
        first = propose(session, vault, member)
        second = propose(session, vault, member, Asked(C.FIXED), cause=Cause.JOB_LOSS, reason="2月离职")
        approve(session, first)
        approve(session, second)

        assert queries.current(session, member.id, MONTH) is second
        assert [one.standing for one in queries.of_member(session, member.id)] == [1, None]
    with pytest.raises(IntegrityError), any_sessions.begin() as session:
        session.get_one(Assessment, first.id).standing = 1


def test_base_is_kept_sealed_and_only_where_one_is_needed(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)

    asked = (SALARY, Asked(C.FIXED), Asked(C.FARMER, fixed_fen=50))
    sealed = [propose(session, vault, member, one).base_sealed for one in asked]

    assert sealed[0] is not None
    assert "5100" not in sealed[0]
    assert sealed[1:] == [None, None]


def test_committees_rounding_and_factor_are_used(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    home.policy.round_to_fen, home.policy.retired_permille = 10, 300
    member = factories.member(session, home.branch)

    rounded = propose(session, vault, member, Asked(C.SALARY, 5103_33))
    pension = propose(session, vault, member, Asked(C.RETIRED, 8000_00))

    assert (rounded.computed_fen, rounded.amount_fen) == (76_55, 76_60)
    assert (pension.computed_fen, pension.amount_fen) == (12_00, 12_00)


def test_member_gives_more_than_the_ceiling_only_by_their_own_wish(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session).branch)

    capped = propose(session, vault, member, Asked(C.SALARY, 60000_00))
    wished = propose(session, vault, member, Asked(C.SALARY, 60000_00, 1500_00, voluntary=True))

    assert (capped.amount_fen, capped.capped, capped.voluntary) == (1000_00, True, False)
    assert (wished.amount_fen, wished.capped, wished.voluntary) == (1500_00, False, True)


@pytest.mark.parametrize(
    ("cause", "month", "reason", "refusal"),
    [
        (Cause.YEARLY, 202603, "", NotJanuary),
        (Cause.RETIREMENT, 202603, "", ReasonMissing),
        (Cause.RETIREMENT, 202603, "   ", ReasonMissing),
        (Cause.RETIREMENT, 202603, "长" * 201, ReasonMissing),
        (Cause.FIRST, 202613, "新", MonthWrong),
        (Cause.FIRST, 202502, "新", MonthWrong),
        (Cause.FIRST, 202704, "新", MonthWrong),
        (Cause.FIRST, 202512, "新", NoPolicy),
    ],
)
def test_amount_without_reason_or_in_a_wrong_month_is_refused(
    session: Session, vault: Vault, cause: Cause, month: int, reason: str, refusal: type[Exception]
) -> None:
    member = factories.member(session, rows.house(session).branch)

    with pytest.raises(refusal):
        propose(session, vault, member, cause=cause, month=month, reason=reason)


def test_yearly_amount_begins_with_the_year_and_needs_no_reason(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session).branch)

    assert propose(session, vault, member, month=202601, cause=Cause.YEARLY, reason="").reason == ""


@pytest.mark.parametrize("base", [None, 0, -1, 1_000_000_000])
def test_impossible_base_is_refused(session: Session, vault: Vault, base: int | None) -> None:
    member = factories.member(session, rows.house(session).branch)

    with pytest.raises(BadBase):
        propose(session, vault, member, Asked(C.SALARY, base))


def test_nobody_else_has_an_amount(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    others = [factories.member(session, home.branch, kind=MemberKind.MASSES)]
    others += [factories.member(session, home.branch, status=status) for status in sorted(GONE)]

    for one in others:
        with pytest.raises(NotAPayer):
            propose(session, vault, one)


def test_who_left_before_it_was_confirmed_has_none(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session).branch)
    row = propose(session, vault, member)
    member.status = PartyStatus.TRANSFERRED
    session.flush()

    with pytest.raises(NotAPayer):
        approve(session, row)


def test_month_without_a_standard_is_refused(session: Session) -> None:
    with pytest.raises(NoStandard):
        in_force(session, 200001)


def test_every_fen_is_explained(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    home.policy.round_to_fen = 10
    for username, name in ((ACCOUNTANT, "李会计"), (SECRETARY, "王书记")):
        accounts.create(
            session, username=username, display_name=name, password="春天的花开-2026", vault=vault, now=NOW
        )
    member = factories.member(session, home.branch)
    approve(session, propose(session, vault, member, Asked(C.SALARY, 5103_33), reason="首次核定"))

    found = explained(session, member.id, MONTH, vault)

    assert found is not None
    assert (found.category, found.base_fen, found.counted_fen) == (C.SALARY, 5103_33, 5103_33)
    assert (found.band_text, found.rate) == ("5,000元以上至10,000元（含）", Decimal("1.5"))
    assert (found.computed_fen, found.round_to_fen, found.amount_fen, found.due_fen) == (
        76_55,
        10,
        76_60,
        76_60,
    )
    assert (found.capped, found.ceiling_fen) == (False, 1000_00)
    assert (found.set_by, found.set_at, found.confirmed_by, found.confirmed_at) == (
        "李会计",
        NOW,
        "王书记",
        NOW,
    )
    assert (found.cause, found.reason, found.from_month) == (Cause.FIRST, "首次核定", MONTH)
    assert "组电明字〔2017〕5号" in found.clause
    assert (found.relief, found.review) == (None, None)


def test_nothing_is_explained_where_nothing_is_set(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session).branch)

    assert explained(session, member.id, MONTH, vault) is None


@pytest.mark.parametrize(("asked", "amount"), [(Asked(C.FIXED), 20), (Asked(C.FARMER, fixed_fen=50), 50)])
def test_amount_without_a_base_is_explained_without_a_band(
    session: Session, vault: Vault, asked: Asked, amount: int
) -> None:
    member = factories.member(session, rows.house(session).branch)
    approve(session, propose(session, vault, member, asked))

    found = explained(session, member.id, MONTH, vault)

    assert found is not None
    assert (found.base_fen, found.band_text, found.rate, found.due_fen) == (None, "", None, amount)


def test_explanation_is_by_the_standard_of_then_and_tells_relief_and_review(
    session: Session, vault: Vault
) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)
    approve(session, propose(session, vault, member, Asked(C.SALARY, 60000_00)))
    newer = standards.propose(
        session,
        name="更新的标准",
        clause="以后的文件",
        effective_from=date(2026, 4, 1),
        standard=replace(in_force(session, MONTH).standard, ceiling=None),
        by=ACCOUNTANT,
        now=NOW,
    )
    standards.decide(session, newer.id, Decision.APPROVED, by=SECRETARY, now=NOW)
    relief = service.propose_relief(
        session,
        member_id=member.id,
        kind=ReliefKind.REDUCED,
        amount_fen=10_00,
        from_month=202604,
        until_month=202606,
        reason="患病",
        studied_on=date(2026, 3, 1),
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
    )
    committee = home.committee.id
    service.decide_relief(
        session, relief.id, Decision.APPROVED, for_organization_id=committee, by=SECRETARY, now=NOW
    )
    asked = service.ask_review(session, member_id=member.id, question="基数是不是算错了？", now=NOW)

    march, april = (explained(session, member.id, month, vault) for month in (MONTH, 202604))

    assert march is not None
    assert april is not None
    assert (april.standard_name, april.ceiling_fen, april.capped) == ("现行收缴标准", 1000_00, True)
    assert (march.relief, march.due_fen) == (None, 1000_00)
    assert april.relief is not None
    assert (april.relief.kind, april.due_fen) == (ReliefKind.REDUCED, 10_00)
    assert april.review is asked
    assert asked.asked_at == NOW
