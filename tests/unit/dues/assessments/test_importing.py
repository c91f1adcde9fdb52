"""A file of bases: compared, shown, and put in force by a second person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.dues.assessments import importing, queries
from app.dues.assessments.explained import base_of
from app.dues.assessments.importing import ImportStale, NothingToDecide
from app.dues.assessments.models import Assessment, BaseLineKind, Cause
from app.dues.assessments.payers import BASE_FIELD, MonthWrong, NotJanuary, ReasonMissing
from app.dues.standards.models import DuesCategory
from app.members.models import MemberKind, PartyStatus
from app.members.registry import phone_columns
from app.organizations.scope import Scope
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows
from tests.unit.dues.assessments import files
from tests.unit.dues.assessments.files import SALARY, file, row
from tests.unit.dues.rows import ACCOUNTANT, SECRETARY

K = BaseLineKind


def decide(
    session: Session, import_id: int, decision: Decision = Decision.APPROVED, by: str = SECRETARY
) -> int:
    return importing.decide(session, import_id, decision, by=by, now=NOW)


def test_lines_are_compared_with_what_holds(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    new, changed, same, richer = (factories.member(session, home.branch, name=name) for name in "甲乙丙丁")
    for member, base, fen in ((changed, 4900_00, 49_00), (same, 5100_00, 76_50), (richer, 5000_00, 50_00)):
        sealed = vault.seal(str(base), BASE_FIELD)
        rows.assessment(session, member, home.policy, fen=fen, from_month=202501, base_sealed=sealed)

    content = file(row("甲", 60000), row("乙", 5100), row("丙", 5100), row("丁", 5000, kind="离退休"))
    import_id = files.preview(session, content, home.committee, vault)

    assert [
        (one.kind, one.member_id, one.was_fen, one.computed_fen, one.amount_fen, one.capped, one.fault)
        for one in files.lines(session, import_id)
    ] == [
        (K.NEW, new.id, None, 1200_00, 1000_00, True, ""),
        (K.CHANGED, changed.id, 49_00, 76_50, 76_50, False, ""),
        (K.SAME, same.id, 76_50, 76_50, 76_50, False, ""),
        (K.CHANGED, richer.id, 50_00, 25_00, 25_00, False, ""),
    ]
    assert queries.current(session, new.id, 202601) is None


def test_bases_are_sealed_while_the_file_waits_and_dropped_then(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)
    import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)
    (line,) = files.lines(session, import_id)
    assert line.base_sealed is not None
    assert vault.open(line.base_sealed, BASE_FIELD) == "510000"

    assert decide(session, import_id) == 1

    assert [one.base_sealed for one in files.lines(session, import_id)] == [None]
    held = queries.current(session, member.id, 202601)
    assert held is not None
    assert base_of(held, vault) == 5100_00


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN])
def test_refused_file_sets_nothing_and_its_bases_are_dropped(
    session: Session, vault: Vault, decision: Decision
) -> None:
    home = rows.house(session)
    factories.member(session, home.branch)
    import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)

    count = decide(session, import_id, decision, ACCOUNTANT if decision is Decision.WITHDRAWN else SECRETARY)

    assert count == 0
    assert session.scalars(select(Assessment)).all() == []
    assert [one.base_sealed for one in files.lines(session, import_id)] == [None]


def test_file_needs_a_second_person_and_is_decided_once(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    factories.member(session, home.branch)
    import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)

    with pytest.raises(SecondPersonNeeded):
        decide(session, import_id, by=ACCOUNTANT)
    decide(session, import_id)
    with pytest.raises(AlreadyDecided):
        decide(session, import_id)


def test_approved_file_is_in_force_as_a_whole(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        home = rows.house(session)
        people = [factories.member(session, home.branch, name=name) for name in "甲乙丙"]
        old = rows.assessment(session, people[1], home.policy, fen=49_00, from_month=202601)
        content = file(row("甲", 5100), row("乙", 5100), row("丙", 0.35, kind="农民"), row("丁", 5100))
        import_id = files.preview(session, content, home.committee, vault)

        assert decide(session, import_id) == 3

        held = [queries.current(session, one.id, 202601) for one in people]
        assert [(one.amount_fen, one.category, one.standing) for one in held if one] == [
            (76_50, DuesCategory.SALARY, 1),
            (76_50, DuesCategory.SALARY, 1),
            (35, DuesCategory.FARMER, 1),
        ]
        found = held[0]
        assert found is not None
        assert (found.proposed_by, found.decided_by, found.decision, found.decided_at, found.import_id) == (
            ACCOUNTANT,
            SECRETARY,
            Decision.APPROVED,
            NOW,
            import_id,
        )
        session.refresh(old)
        assert old.standing is None


def test_what_is_the_same_counts_as_confirmed_for_the_new_year_once(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    member = factories.member(session, home.branch)
    sealed = vault.seal("510000", BASE_FIELD)
    rows.assessment(session, member, home.policy, from_month=202501, base_sealed=sealed)

    counts = []
    for _ in range(2):
        import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)
        assert [one.kind for one in files.lines(session, import_id)] == [K.SAME]
        try:
            counts.append(decide(session, import_id))
        except NothingToDecide:
            counts.append(0)

    assert counts == [1, 0]
    assert [one.from_month for one in queries.of_member(session, member.id)] == [202601, 202501]


def test_people_are_told_apart_by_whatever_the_row_says(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    other = factories.organization(session, parent=home.committee, name="第二党支部")
    first, second, third = (
        factories.member(session, home.branch),
        factories.member(session, home.branch),
        factories.member(session, other),
    )
    first.id_number_tail, second.id_number_tail = "012X", "3456"
    for name, value in phone_columns("13800138000", vault).items():
        setattr(second, name, value)
    third.id_number_tail = "7890"
    session.flush()

    content = file(
        row("张三", 3000, tail="012X"),
        row("张三", 4000, phone="13800138000", tail="3456"),
        row("张三", 5000, code=other.code.lstrip("0")),
    )
    import_id = files.preview(session, content, home.committee, vault)

    assert [one.member_id for one in files.lines(session, import_id)] == [first.id, second.id, third.id]


def test_person_that_cannot_be_told_is_left_out_with_the_cell_named(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    one, _ = factories.member(session, home.branch), factories.member(session, home.branch)
    one.id_number_tail = "1111"
    factories.member(session, home.branch, name="李四").id_number_tail = "2222"
    factories.member(session, home.branch, name="群众甲", kind=MemberKind.MASSES)
    factories.member(session, home.branch, name="已转出", status=PartyStatus.TRANSFERRED)
    session.flush()

    content = file(
        row("张三", 5100),
        row("王五", 5100),
        row("群众甲", 5100),
        row("已转出", 5100),
        row("李四", 5100, tail="3333"),
        row("李四", 5100),
        row("李四", 5200),
    )
    import_id = files.preview(session, content, home.committee, vault)

    assert [(line.kind, line.fault) for line in files.lines(session, import_id)] == [
        (K.DUPLICATE, "A2：范围内有2位同名，请补填组织代码、身份证后四位或手机号"),
        (K.UNKNOWN, "A3：范围内没有这位党员"),
        (K.UNKNOWN, "A4：范围内没有这位党员"),
        (K.UNKNOWN, "A5：范围内没有这位党员"),
        (K.UNKNOWN, "A6：有这个姓名，但组织代码、身份证后四位或手机号对不上"),
        (K.NEW, ""),
        (K.DUPLICATE, "A8：与第7行是同一个人"),
    ]


def test_base_without_an_amount_is_refused_with_its_cell(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    wrong = [
        (SALARY, 0, "基数不能是0；没有收入的请改选缴费类别"),
        (SALARY, "", "没有填写基数；没有收入的请改选缴费类别"),
        (SALARY, 1e9, "基数超过1000万元，请核对是否填错"),
        (SALARY, 1e300, "基数超过1000万元，请核对是否填错"),
        (SALARY, -1, "基数不能是负数"),
        (SALARY, "高", "不是金额，请填数字，最多两位小数"),
        ("农民", 0.19, "农民党员请填写每月金额，0.20元至1.00元"),
        ("农民", 1.01, "农民党员请填写每月金额，0.20元至1.00元"),
        ("农民", "", "农民党员请填写每月金额，0.20元至1.00元"),
        ("学生", 3000, "这一类不按基数计算，不用填写基数"),
    ]
    names = "甲乙丙丁戊己庚辛壬癸"
    for name in names:
        factories.member(session, home.branch, name=name)

    content = file(*(row(name, base, kind=kind) for name, (kind, base, _) in zip(names, wrong, strict=True)))
    import_id = files.preview(session, content, home.committee, vault)

    found = files.lines(session, import_id)
    assert [one.fault for one in found] == [f"F{at}：{fault}" for at, (*_, fault) in enumerate(wrong, 2)]
    assert {(one.kind, one.amount_fen, one.base_sealed) for one in found} == {(K.INVALID, None, None)}
    with pytest.raises(NothingToDecide):
        decide(session, import_id)


def test_members_outside_the_organisation_or_the_readers_scope_are_unknown(
    session: Session, vault: Vault
) -> None:
    home, other = rows.house(session), rows.house(session, name="第二企业党委")
    factories.member(session, other.branch)

    here = files.preview(session, file(row("张三", 5100)), home.committee, vault)
    there = files.preview(
        session, file(row("张三", 5100)), other.committee, vault, scope=Scope.of([home.committee.path])
    )

    assert [files.lines(session, one)[0].kind for one in (here, there)] == [K.UNKNOWN, K.UNKNOWN]


def test_member_whom_no_rule_covers_is_left_out_with_clear_words(session: Session, vault: Vault) -> None:
    home = rows.house(session, from_month=202602)
    factories.member(session, home.branch)

    import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)

    assert [(one.kind, one.fault) for one in files.lines(session, import_id)] == [
        (K.INVALID, "A2：所在组织还没有生效的收缴规定")
    ]


def test_each_branch_follows_its_own_committees_rule(session: Session, vault: Vault) -> None:
    home, below = rows.house(session), rows.house(session, name="第二企业党委")
    below.committee.parent_id = home.committee.id
    below.committee.path = f"{home.committee.path}{below.committee.id}/"
    below.branch.path = f"{below.committee.path}{below.branch.id}/"
    below.policy.round_to_fen = 100
    here, there = (
        factories.member(session, home.branch, name="甲"),
        factories.member(session, below.branch, name="乙"),
    )
    session.flush()

    import_id = files.preview(session, file(row("甲", 5100), row("乙", 5100)), home.committee, vault)
    decide(session, import_id)

    held = [queries.current(session, one.id, 202601) for one in (here, there)]
    assert [(one.amount_fen, one.computed_fen, one.policy_id) for one in held if one] == [
        (76_50, 76_50, home.policy.id),
        (77_00, 76_50, below.policy.id),
    ]


def test_figures_of_an_older_rule_are_not_put_in_force(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    factories.member(session, home.branch)
    import_id = files.preview(session, file(row("张三", 5100)), home.committee, vault)
    home.policy.decided_at = NOW + timedelta(minutes=1)
    session.flush()

    with pytest.raises(ImportStale):
        importing.decide(session, import_id, Decision.APPROVED, by=SECRETARY, now=NOW + timedelta(hours=1))


def test_who_has_gone_since_the_preview_gets_no_amount(session: Session, vault: Vault) -> None:
    home = rows.house(session)
    gone, _ = (
        factories.member(session, home.branch, name="甲"),
        factories.member(session, home.branch, name="乙"),
    )
    import_id = files.preview(session, file(row("甲", 5100), row("乙", 5100)), home.committee, vault)
    gone.status = PartyStatus.TRANSFERRED
    session.flush()

    assert decide(session, import_id) == 1
    assert queries.current(session, gone.id, 202601) is None


def test_who_has_moved_on_since_the_preview_keeps_what_the_others_set(
    any_sessions: Sessions, vault: Vault
) -> None:
    with any_sessions.begin() as session:
        home, other = rows.house(session), rows.house(session, name="第二企业党委")
        moved = factories.member(session, home.branch, name="甲")
        factories.member(session, home.branch, name="乙")
        import_id = files.preview(session, file(row("甲", 5100), row("乙", 5100)), home.committee, vault)
        moved.organization_id = other.branch.id
        set_there = rows.assessment(session, moved, other.policy, fen=49_00, from_month=202601)

        assert decide(session, import_id) == 1
        assert queries.current(session, moved.id, 202601) is set_there


@pytest.mark.parametrize(
    ("cause", "month", "reason", "refusal"),
    [
        (Cause.YEARLY, 202603, "", NotJanuary),
        (Cause.FIRST, 202603, " ", ReasonMissing),
        (Cause.FIRST, 202603, "长" * 201, ReasonMissing),
        (Cause.YEARLY, 202413, "", MonthWrong),
        (Cause.YEARLY, 202501, "", MonthWrong),
    ],
)
def test_exceptions_within_the_year_need_a_reason(
    session: Session, vault: Vault, cause: Cause, month: int, reason: str, refusal: type[Exception]
) -> None:
    home = rows.house(session)

    with pytest.raises(refusal):
        files.preview(
            session, file(row("张三", 1)), home.committee, vault, cause=cause, from_month=month, reason=reason
        )


def test_import_keeps_who_brought_what(session: Session, vault: Vault) -> None:
    home = rows.house(session)

    made = files.kept(session, files.preview(session, file(row("张三", 1)), home.committee, vault))

    assert (made.row_total, made.filename, made.proposed_by, made.decision, len(made.digest)) == (
        1,
        "基数.xlsx",
        ACCOUNTANT,
        Decision.PROPOSED,
        64,
    )
