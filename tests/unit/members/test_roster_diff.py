"""The rules of the diff, without a database."""

from typing import Any

from app.members.models import MemberKind, PartyStatus
from app.members.roster.diff import Change, Entry, Known, compare
from app.members.roster.states import BLOCKED_KINDS, ChangeKind

FIRST, SECOND = 11, 12
FULL = MemberKind.FULL


def entry(number: int, name: str = "张三", branch: int | None = FIRST, **fields: Any) -> Entry:
    faults = fields.pop("faults", ())
    return Entry(
        number=number,
        name=name,
        organization_id=branch,
        fields={"kind": FULL} | fields,
        faults=faults,
        branch_fault="" if branch else "找不到",
    )


def known(member_id: int, name: str = "张三", branch: int = FIRST, **fields: Any) -> Known:
    return Known(
        member_id=member_id,
        name=name,
        organization_id=branch,
        status=fields.pop("status", PartyStatus.NORMAL),
        outside=fields.pop("outside", False),
        fields={"kind": FULL, "phone_index": None, "id_number_index": None, "post": ""} | fields,
    )


def kinds(
    *entries: Entry, people: tuple[Known, ...] = (), complete: bool = False
) -> list[tuple[str, int | None]]:
    return [(one.kind.value, one.member_id) for one in compare(entries, people, complete=complete).changes]


def reasons(*entries: Entry, people: tuple[Known, ...] = ()) -> list[str]:
    found = compare(entries, people, complete=False)
    assert {one.kind for one in found.changes} <= BLOCKED_KINDS
    return [one.reason for one in found.changes]


def test_compare_new_person_joined_with_all_that_is_stated() -> None:
    found = compare([entry(2, id_number_index="a", post="书记")], [], complete=False)

    assert found.changes == [Change(ChangeKind.JOINED, 2, None, FIRST, ("kind", "id_number_index", "post"))]


def test_compare_same_person_is_unchanged() -> None:
    found = compare([entry(2)], [known(7)], complete=True)

    assert (found.changes, found.unchanged) == ([], 1)


def test_compare_changed_field_is_named_and_silence_changes_nothing() -> None:
    found = compare(
        [entry(2, phone_index="p", kind=FULL)], [known(7, post="书记", phone_index="q")], complete=False
    )

    assert found.changes == [Change(ChangeKind.CHANGED, 2, 7, FIRST, ("phone_index",))]


def test_compare_other_branch_is_a_move_by_id_number_or_phone() -> None:
    by_id = kinds(entry(2, branch=SECOND, id_number_index="a"), people=(known(7, id_number_index="a"),))
    by_phone = kinds(entry(2, branch=SECOND, phone_index="p"), people=(known(7, phone_index="p"),))

    assert by_id == by_phone == [("moved", 7)]


def test_compare_id_number_wins_over_phone_and_name() -> None:
    people = (known(7, id_number_index="a", branch=SECOND), known(8, phone_index="p"))

    assert kinds(entry(2, id_number_index="a", phone_index="p", branch=SECOND), people=people) == [
        ("changed", 7)
    ]


def test_compare_phone_counts_only_with_the_name() -> None:
    assert kinds(entry(2, "李四", phone_index="p"), people=(known(7, phone_index="p"),)) == [("joined", None)]


def test_compare_name_in_the_branch_gains_its_id_number() -> None:
    assert kinds(entry(2, "阿依·买买提", id_number_index="a"), people=(known(7, "阿依买买提"),)) == [
        ("changed", 7)
    ]


def test_compare_namesake_with_another_id_number_is_another_person() -> None:
    assert kinds(entry(2, id_number_index="b"), people=(known(7, id_number_index="a"),)) == [("joined", None)]


def test_compare_two_namesakes_in_the_branch_are_undecided() -> None:
    assert reasons(entry(2), people=(known(7), known(8))) == ["本支部同名的有 2 人，请补身份证号或手机号"]


def test_compare_two_with_the_same_phone_and_name_are_undecided() -> None:
    people = (known(7, branch=SECOND, phone_index="p"), known(8, branch=SECOND, phone_index="p"))

    assert reasons(entry(2, phone_index="p"), people=people) == ["手机号和姓名相同的有 2 人，请补身份证号"]


def test_compare_bare_name_that_another_branch_has_is_undecided() -> None:
    assert reasons(entry(2), people=(known(7, branch=SECOND),)) == [
        "别的支部有同名人员，分不清是新增还是转入，请补身份证号或手机号"
    ]


def test_compare_id_number_of_somebody_else_is_undecided() -> None:
    assert reasons(entry(2, "李四", id_number_index="a"), people=(known(7, id_number_index="a"),)) == [
        "身份证号已登记在另一姓名的人员名下，请核对；如确已改名，请先在人员页面更正姓名"
    ]


def test_compare_person_outside_the_importer_s_scope_is_left_to_the_superior() -> None:
    person = known(7, branch=99, id_number_index="a", outside=True)

    assert reasons(entry(2, id_number_index="a"), people=(person,)) == [
        "该同志登记在您管理范围以外的组织，请由上级党委办理转接"
    ]


def test_compare_transferred_person_returns() -> None:
    gone = known(7, branch=SECOND, id_number_index="a", status=PartyStatus.TRANSFERRED)

    assert kinds(entry(2, id_number_index="a"), people=(gone,)) == [("returned", 7)]


def test_compare_gone_namesake_without_number_is_nobody() -> None:
    assert kinds(entry(2), people=(known(7, status=PartyStatus.TRANSFERRED),)) == [("joined", None)]


def test_compare_dead_or_expelled_person_is_never_brought_back() -> None:
    for status in (PartyStatus.DECEASED, PartyStatus.LEFT):
        assert reasons(
            entry(2, id_number_index="a"), people=(known(7, id_number_index="a", status=status),)
        ) == ["登记为已出党或已去世，请核对"]


def test_compare_same_id_number_twice_names_both_rows() -> None:
    rows = (entry(2, "张三", id_number_index="a"), entry(5, "李四", SECOND, id_number_index="a"))

    assert reasons(*rows) == ["身份证号与第 5 行重复", "身份证号与第 2 行重复"]


def test_compare_same_name_and_branch_without_number_names_all_rows() -> None:
    rows = (entry(2), entry(3, id_number_index="a"), entry(4))

    assert reasons(*rows) == [
        "与第 3、4 行同一支部同一姓名，请删去重复行或补身份证号",
        "与第 2、4 行同一支部同一姓名，请删去重复行或补身份证号",
        "与第 2、3 行同一支部同一姓名，请删去重复行或补身份证号",
    ]


def test_compare_namesakes_with_different_id_numbers_both_join() -> None:
    rows = (entry(2, id_number_index="a"), entry(3, id_number_index="b"))

    assert kinds(*rows) == [("joined", None), ("joined", None)]


def test_compare_two_rows_for_one_person_are_both_undecided() -> None:
    rows = (entry(2, phone_index="p"), entry(3, branch=SECOND, phone_index="p"))

    assert (
        reasons(*rows, people=(known(7, phone_index="p"),))
        == ["文件中另有一行也对应登记中的同一人，请核对"] * 2
    )


def test_compare_unknown_branch_and_faults_keep_their_reasons() -> None:
    rows = (entry(2, branch=None), entry(3, branch=None, faults=("手机号：不对", "姓名：不对")))

    assert reasons(*rows) == ["找不到", "手机号：不对；姓名：不对"]


def test_compare_complete_file_tells_who_left_covered_branches_only() -> None:
    people = (known(7), known(8, "李四"), known(9, "王五", SECOND))

    assert kinds(entry(2), people=people, complete=True) == [("left", 8)]
    assert kinds(entry(2), people=people, complete=False) == []


def test_compare_nobody_leaves_whom_a_faulty_row_may_mean() -> None:
    people = (known(7), known(8, "李四"))

    assert kinds(entry(2), entry(3, "李四", faults=("x",)), people=people, complete=True) == [
        ("invalid", None)
    ]
    assert kinds(entry(2), entry(3, "李 四", branch=None), people=people, complete=True) == [
        ("unknown_branch", None)
    ]


def test_compare_nobody_leaves_a_branch_with_a_nameless_row() -> None:
    people = (known(7), known(8, "李四"), known(9, "王五", SECOND))
    here = entry(3, "", faults=("姓名：没有填写",))
    nowhere = entry(3, "", branch=None, faults=("姓名：没有填写",))
    rows = (entry(2), entry(4, "赵六", SECOND))

    assert kinds(*rows, here, people=people, complete=True) == [
        ("joined", None),
        ("invalid", None),
        ("left", 9),
    ]
    assert kinds(*rows, nowhere, people=people, complete=True) == [("joined", None), ("invalid", None)]


def test_compare_party_roster_says_nothing_of_activists_nor_of_the_gone() -> None:
    people = (
        known(8, "李四", kind=MemberKind.ACTIVIST),
        known(9, "王五", status=PartyStatus.TRANSFERRED),
        known(10, "赵六", outside=True),
    )

    assert kinds(entry(2), people=people, complete=True) == [("joined", None)]


def test_compare_moved_person_is_not_missing_where_they_were() -> None:
    people = (known(7, branch=SECOND, phone_index="p"), known(8, "李四", SECOND))
    rows = (entry(2, phone_index="p"), entry(3, "李四", SECOND))

    assert kinds(*rows, people=people, complete=True) == [("moved", 7)]
