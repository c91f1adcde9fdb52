"""Preview, apply and revert against databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select, update

from app.core.crypto import Vault
from app.core.db import Sessions
from app.members import binding, registry
from app.members.models import BindingCode, Member, MemberKind, PartyStatus, WeChatIdentity
from app.members.roster import batches, queries, service
from app.members.roster.archive import RosterRefused
from app.members.roster.contents import Contents
from app.members.roster.models import RosterChange, RosterImport
from app.members.roster.queries import Setting
from app.members.roster.service import Refused
from app.members.roster.states import ChangeKind, ChangeState
from app.organizations.models import Organization
from app.organizations.scope import Scope
from tests import factories
from tests.unit.members.id_numbers import id_number
from tests.unit.members.offices import Office
from tests.unit.members.sheets import sheet

A, B, C = id_number(1), id_number(2), id_number(3)


@pytest.fixture
def office(sessions: Sessions, vault: Vault, now: datetime) -> Office:
    return Office(sessions, vault, now)


@pytest.fixture
def any_office(any_sessions: Sessions, vault: Vault, now: datetime) -> Office:
    return Office(any_sessions, vault, now)


def every_kind(office: Office) -> tuple[int, dict[str, int]]:
    """A preview with one line of each kind that can be applied."""
    people = {
        "moved": office.add("李四", office.first, id_number=A, phone="13800000001", post="班长"),
        "changed": office.add("王五", office.first, phone="13800000002", kind=MemberKind.TARGET),
        "left": office.add("赵六", office.first),
        "returned": office.add("孙七", office.second, id_number=B),
    }
    with office.sessions.begin() as session:
        factories.identity(session, openid="oLeft", member=session.get_one(Member, people["left"]))
        gone = session.get_one(Member, people["returned"])
        registry.leave(session, member=gone, status=PartyStatus.TRANSFERRED, now=office.now)
    import_id = office.preview(
        office.row("张三", office.first, number=C, phone="13800000009"),
        office.row("李四", office.second, number=A, phone="13900000001"),
        office.row("王五", office.first, phone="13800000002", kind="预备党员"),
        office.row("孙七", office.first, number=B),
        complete=True,
    )
    return import_id, people


def test_preview_changes_nothing_and_tells_each_line(any_office: Office) -> None:
    import_id, people = every_kind(any_office)
    before = any_office.state()

    lines = any_office.lines(import_id)

    assert any_office.state() == before
    assert [(one.row_number, one.kind.value, one.name, one.organization_name) for one in lines] == [
        (2, "joined", "张三", "一支部"),
        (3, "moved", "李四", "二支部"),
        (4, "changed", "王五", "一支部"),
        (5, "returned", "孙七", "一支部"),
        (None, "left", "赵六", "一支部"),
    ]
    assert lines[1].settings == (
        Setting("党支部", "一支部", "二支部"),
        Setting("性别", "", "男"),
        Setting("出生年份", "", "1990"),
        Setting("入党日期", "", "2015-07-01"),
        Setting("手机号", "138****0001", "139****0001"),
    )
    assert people["moved"]


def test_apply_does_every_kind(any_office: Office) -> None:
    import_id, people = every_kind(any_office)

    outcome = any_office.apply(import_id)

    moved, changed = any_office.member(people["moved"]), any_office.member(people["changed"])
    left, returned = any_office.member(people["left"]), any_office.member(people["returned"])
    assert (outcome.done, outcome.refused) == (5, [])
    assert (moved.organization_id, registry.phone_of(moved, any_office.vault)) == (
        any_office.second.id,
        "13900000001",
    )
    assert (moved.post, moved.joined_on) == ("班长", date(2015, 7, 1))
    assert changed.kind is MemberKind.PROBATIONARY
    assert (left.status, left.left_on) == (PartyStatus.TRANSFERRED, date(2026, 3, 2))
    assert (returned.status, returned.left_on, returned.organization_id) == (
        PartyStatus.NORMAL,
        None,
        any_office.first.id,
    )
    with any_office.sessions.read() as session:
        joined = session.scalars(select(Member).where(Member.name == "张三")).one()
        assert session.scalar(select(WeChatIdentity.member_id)) is None
        made = session.get_one(RosterImport, import_id)
    assert (joined.name_pinyin, joined.id_number_tail, joined.kind) == (
        "zhangsan zs",
        C[-4:],
        MemberKind.FULL,
    )
    assert registry.phone_of(joined, any_office.vault) == "13800000009"
    assert (made.applied_at, made.applied_by) == (any_office.now, "office")


def test_revert_restores_everything_that_stood_before(any_office: Office) -> None:
    import_id, _ = every_kind(any_office)
    before = any_office.state()
    any_office.apply(import_id)

    outcome = any_office.revert(import_id)

    assert (outcome.done, outcome.refused) == (5, [])
    assert any_office.state() == before


def test_apply_and_revert_twice_do_nothing_more(any_office: Office) -> None:
    import_id, _ = every_kind(any_office)
    any_office.apply(import_id)
    applied = any_office.state()

    assert any_office.apply(import_id).done == 0
    assert any_office.state() == applied
    any_office.revert(import_id)
    assert any_office.revert(import_id).done == 0


def test_applied_file_read_again_is_unchanged(any_office: Office) -> None:
    rows = [
        any_office.row("张三", any_office.first, number=A, phone="13800000001"),
        any_office.row("李四", any_office.second),
    ]
    any_office.apply(any_office.preview(*rows))

    again = any_office.preview(*rows, complete=True)

    with any_office.sessions.read() as session:
        assert session.get_one(RosterImport, again).unchanged == 2
    assert any_office.lines(again) == []


def test_apply_only_the_chosen_rows(office: Office) -> None:
    import_id, people = every_kind(office)
    with office.sessions.read() as session:
        chosen = queries.ids_of_rows(session, import_id, [3, 99])

    outcome = office.apply(import_id, change_ids=chosen)

    assert outcome.done == 1
    assert office.member(people["moved"]).organization_id == office.second.id
    assert office.member(people["changed"]).kind is MemberKind.TARGET
    with office.sessions.read() as session:
        assert queries.count_by_state(session, import_id) == {
            ChangeState.BLOCKED: 0,
            ChangeState.PROPOSED: 4,
            ChangeState.APPLIED: 1,
            ChangeState.STALE: 0,
            ChangeState.REVERTED: 0,
        }


def test_apply_refuses_whoever_changed_since_and_goes_on(any_office: Office) -> None:
    import_id, people = every_kind(any_office)
    with any_office.sessions.begin() as session:
        registry.update(
            session,
            member=session.get_one(Member, people["moved"]),
            vault=any_office.vault,
            post="书记",
        )

    outcome = any_office.apply(import_id)

    assert outcome.done == 4
    assert outcome.refused == [Refused(3, "李四", "此人信息在预览之后已被修改，请重新导入预览")]
    assert any_office.member(people["moved"]).organization_id == any_office.first.id
    assert [one.state for one in any_office.lines(import_id)][1] is ChangeState.STALE


def test_apply_refuses_an_id_number_taken_since(any_office: Office) -> None:
    any_office.add("王五", any_office.first)
    import_id = any_office.preview(
        any_office.row("张三", any_office.first, number=A),
        any_office.row("王五", any_office.first, number=B),
        any_office.row("赵六", any_office.first),
    )
    any_office.add("别人", any_office.second, id_number=A)
    any_office.add("另一人", any_office.second, id_number=B)

    outcome = any_office.apply(import_id)

    assert outcome.done == 1
    assert outcome.refused == [
        Refused(2, "张三", "身份证号已被登记在他人名下"),
        Refused(3, "王五", "身份证号已被登记在他人名下"),
    ]


def test_apply_refuses_somebody_registered_since_without_a_number(office: Office) -> None:
    import_id = office.preview(office.row("张三", office.first))
    office.add("张三", office.first)

    assert office.apply(import_id).refused == [Refused(2, "张三", "此人在预览之后已被登记，请重新导入预览")]


def test_apply_refuses_a_branch_dissolved_since(office: Office) -> None:
    import_id = office.preview(office.row("张三", office.first))
    with office.sessions.begin() as session:
        session.execute(update(Organization).values(dissolved_on=date(2026, 3, 1)))

    assert office.apply(import_id).refused == [Refused(2, "张三", "该党支部已撤销")]


def test_apply_and_revert_refuse_a_person_who_was_never_there_after_all(office: Office) -> None:
    first = office.preview(office.row("张三", office.first))
    office.apply(first)
    change = office.preview(office.row("张三", office.first, post="班长"))
    done = office.preview(office.row("张三", office.first, post="书记"))
    office.apply(done)
    office.revert(done)
    office.revert(first)

    assert office.apply(change).refused == [Refused(2, "张三", "此人信息在预览之后已被修改，请重新导入预览")]
    with office.sessions.begin() as session:
        session.execute(update(RosterChange).values(state=ChangeState.APPLIED))
    assert office.revert(done).refused == [Refused(2, "张三", "导入之后此人信息又被修改，不能撤销")]


def test_revert_of_a_joined_person_who_changed_since_is_refused(any_office: Office) -> None:
    import_id = any_office.preview(any_office.row("张三", any_office.first))
    any_office.apply(import_id)
    with any_office.sessions.begin() as session:
        session.execute(update(Member).values(post="书记"))
    ticks: list[int] = []

    outcome = any_office.revert(import_id, progress=ticks.append)

    assert outcome.refused == [Refused(2, "张三", "导入之后此人信息又被修改，不能撤销")]
    assert ticks == [1]


def test_apply_two_imports_of_one_file_add_nobody_twice(any_office: Office) -> None:
    rows = [any_office.row("张三", any_office.first), any_office.row("李四", any_office.first, number=A)]
    imports = [any_office.preview(*rows) for _ in range(2)]

    outcomes = [any_office.apply(one) for one in imports]

    assert [one.done for one in outcomes] == [2, 0]
    assert len(any_office.state()) == 2


def test_apply_in_many_threads_at_once_does_each_line_once(any_office: Office) -> None:
    rows = [any_office.row(f"张{sign}", any_office.first) for sign in "一二三四五六"]
    import_id = any_office.preview(*rows)
    start = Barrier(4)

    def press(_: int) -> int:
        start.wait()
        return any_office.apply(import_id).done

    with ThreadPoolExecutor(4) as threads:
        done = sum(threads.map(press, range(4)))

    assert done == 6
    assert len(any_office.state()) == 6


def test_revert_refuses_whoever_changed_since_and_goes_on(any_office: Office) -> None:
    import_id, people = every_kind(any_office)
    any_office.apply(import_id)
    with any_office.sessions.begin() as session:
        moved = session.get_one(Member, people["moved"])
        registry.update(session, member=moved, vault=any_office.vault, post="书记")

    outcome = any_office.revert(import_id)

    assert outcome.done == 4
    assert outcome.refused == [Refused(3, "李四", "导入之后此人信息又被修改，不能撤销")]
    assert any_office.member(people["moved"]).organization_id == any_office.second.id


def test_revert_keeps_a_joined_person_whom_something_refers_to(any_office: Office) -> None:
    import_id = any_office.preview(
        any_office.row("张三", any_office.first), any_office.row("李四", any_office.first)
    )
    any_office.apply(import_id)
    with any_office.sessions.begin() as session:
        joined = session.scalars(select(Member).where(Member.name == "张三")).one()
        factories.identity(session, member=joined)

    outcome = any_office.revert(import_id)

    assert outcome.done == 1
    assert outcome.refused == [
        Refused(2, "张三", "导入之后此人已绑定微信、领取绑定码或有签到等记录，不能撤销")
    ]
    with any_office.sessions.read() as session:
        assert session.scalars(select(Member.name)).all() == ["张三"]


def test_revert_of_a_return_parts_the_chat_bound_meanwhile(office: Office) -> None:
    member_id = office.add("孙七", office.second, id_number=B)
    with office.sessions.begin() as session:
        registry.leave(
            session,
            member=session.get_one(Member, member_id),
            status=PartyStatus.TRANSFERRED,
            now=office.now,
        )
    import_id = office.preview(office.row("孙七", office.first, number=B))
    office.apply(import_id)
    with office.sessions.begin() as session:
        factories.identity(session, member=session.get_one(Member, member_id))

    office.revert(import_id)

    with office.sessions.read() as session:
        assert session.scalars(select(WeChatIdentity.member_id)).all() == [None]


def test_apply_of_left_ends_codes_and_revert_binds_the_chat_again(office: Office) -> None:
    import_id, people = every_kind(office)
    with office.sessions.begin() as session:
        left = session.get_one(Member, people["left"])
        binding.issue_code(session, member=left, by="书记", now=office.now, vault=office.vault, days=14)

    office.apply(import_id)
    with office.sessions.read() as session:
        assert session.scalar(select(BindingCode.revoked_at)) == office.now
        assert session.scalar(select(WeChatIdentity.bound_at)) is None
    office.revert(import_id)

    with office.sessions.read() as session:
        chat = session.scalars(select(WeChatIdentity)).one()
    assert (chat.member_id, chat.bound_at, chat.menu_wanted) == (people["left"], office.now, True)


def test_apply_of_membership_wants_another_menu(office: Office) -> None:
    member_id = office.add("王五", office.first, kind=MemberKind.TARGET)
    with office.sessions.begin() as session:
        factories.identity(session, member=session.get_one(Member, member_id))
    import_id = office.preview(office.row("王五", office.first, kind="预备党员"))

    office.apply(import_id)

    with office.sessions.read() as session:
        assert session.scalar(select(WeChatIdentity.menu_wanted)) is True


def test_preview_names_blocked_rows_and_apply_leaves_them(office: Office) -> None:
    office.add("钱八", office.second, id_number=A)
    import_id = office.preview(
        ("张三", "999", "正式党员", "", "", "", ""),
        ("李四", office.root.code, "正式党员", "", "", "", ""),
        ("王五", "", "正式党员", "", "", "", ""),
        office.row("赵六", office.first, number=A),
        office.row("周九", office.first, phone="123"),
        office.row("吴十", office.first, number=B),
        office.row("郑一", office.first, number=B),
    )

    lines = office.lines(import_id)

    assert office.apply(import_id).done == 0
    assert [(one.row_number, one.kind.value, one.reason) for one in lines] == [
        (2, "unknown_branch", "组织代码“999”不存在，或不在导入范围内"),
        (3, "unknown_branch", "“公司党委”不是党支部或党小组，党员应编入其下的党支部"),
        (4, "unknown_branch", "组织代码和所在党支部都没有填写"),
        (5, "duplicate", "身份证号已登记在另一姓名的人员名下，请核对；如确已改名，请先在人员页面更正姓名"),
        (6, "invalid", "手机号：应为 11 位手机号码"),
        (7, "duplicate", "身份证号与第 8 行重复"),
        (8, "duplicate", "身份证号与第 7 行重复"),
    ]


def test_preview_finds_branches_by_name_and_by_code_without_its_zeros(office: Office) -> None:
    header = ("姓名", "组织代码", "所在党支部", "人员类别")
    content = sheet(
        ("张三", "", "一支部", "正式党员"),
        ("李四", float(office.second.code), "", "正式党员"),
        ("王五", office.first.code, "二支部", "正式党员"),
        ("赵六", "", "三支部", "正式党员"),
        header=header,
    )

    lines = office.lines(office.preview(content=content))

    assert [(one.organization_name, one.reason) for one in lines] == [
        ("一支部", ""),
        ("二支部", ""),
        ("", "组织代码属于“一支部”，与所填“二支部”不一致"),
        ("", "找不到名为“三支部”的党支部，或不在导入范围内"),
    ]


def test_preview_branch_name_that_several_have_asks_for_the_code(office: Office) -> None:
    with office.sessions.begin() as session:
        factories.organization(session, name="一支部", parent=session.get_one(Organization, office.root.id))
    content = sheet(("张三", "一支部", "正式党员"), header=("姓名", "所在党支部", "人员类别"))

    assert [one.reason for one in office.lines(office.preview(content=content))] == [
        "有 2 个组织都叫“一支部”，请填写组织代码"
    ]


def test_preview_for_one_branch_needs_no_branch_column_and_sees_no_other(office: Office) -> None:
    with office.sessions.begin() as session:
        branch = session.get_one(Organization, office.first.id)
    plain = sheet(("张三", "正式党员"), header=("姓名", "人员类别"))

    own = office.lines(office.preview(content=plain, organization=branch))
    other = office.lines(office.preview(office.row("李四", office.second), organization=branch))

    assert [(one.kind, one.organization_name) for one in own] == [(ChangeKind.JOINED, "一支部")]
    assert [one.kind for one in other] == [ChangeKind.UNKNOWN_BRANCH]


def test_preview_by_a_branch_does_not_touch_people_elsewhere(office: Office) -> None:
    office.add("李四", office.second, id_number=A)

    import_id = office.preview(
        office.row("李四", office.first, number=A), scope=Scope.of([office.first.path])
    )

    assert [one.reason for one in office.lines(import_id)] == [
        "该同志登记在您管理范围以外的组织，请由上级党委办理转接"
    ]


def test_preview_of_no_roster_keeps_nothing(office: Office) -> None:
    with pytest.raises(RosterRefused):
        office.preview(content=b"PK")

    with office.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(RosterImport)) == 0


def test_preview_keeps_no_person_readable(office: Office) -> None:
    office.preview(office.row("张三丰", office.first, phone="13800008000", number=A))

    with office.sessions.read() as session:
        row = session.execute(select(RosterChange.contents, RosterChange.reason)).one()
    assert row.reason == ""
    assert row.contents.startswith("k1.")


@pytest.mark.parametrize("people", [1, 30])
def test_preview_takes_the_same_number_of_statements(office: Office, people: int) -> None:
    signs = [chr(ord("一") + number) for number in range(people)]
    for number, sign in enumerate(signs):
        office.add(f"张{sign}", office.first, phone=f"138{number:08d}")
    rows = [
        office.row(f"张{sign}", office.second, phone=f"138{number:08d}") for number, sign in enumerate(signs)
    ]
    seen: list[object] = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731 -- SQLAlchemy removes the very same callable
    event.listen(office.sessions.engine, "before_cursor_execute", note)

    office.preview(*rows, office.row("李四", office.first), complete=True)

    event.remove(office.sessions.engine, "before_cursor_execute", note)
    assert len(seen) == 8


def test_forget_drops_what_old_files_said(office: Office) -> None:
    import_id = office.preview(office.row("张三", office.first))

    with office.sessions.begin() as session:
        kept = service.forget(session, before=office.now)
        dropped = service.forget(session, before=office.now + timedelta(seconds=1))

    assert (kept, dropped) == (0, 1)
    assert [(one.name, one.settings) for one in office.lines(import_id)] == [("", ())]
    assert office.apply(import_id).done == 0


def test_batches_commit_in_steps_and_tell_their_progress(
    any_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    rows = [any_office.row(f"张{sign}", any_office.first, post="班长") for sign in "一二三四五"]
    import_id = any_office.preview(*rows)
    ticks: list[int] = []
    options = {"import_id": import_id, "by": "office", "now": any_office.now, "vault": any_office.vault}

    applied = batches.apply_all(any_office.sessions, progress=ticks.append, **options)  # type: ignore[arg-type]  # one call's worth
    reverted = batches.revert_all(any_office.sessions, **options)  # type: ignore[arg-type]  # as above

    assert (applied.done, reverted.done, sum(ticks)) == (5, 5, 5)
    assert any_office.state() == []


def test_recent_and_by_id_find_imports(office: Office) -> None:
    first, second = (office.preview(office.row("张三", office.first)) for _ in range(2))

    with office.sessions.read() as session:
        assert [one.id for one in queries.recent(session)] == [second, first]
        assert queries.by_id(session, first) is not None
        assert queries.by_id(session, second + 1) is None
        assert len(queries.lines(session, first, office.vault, kind=ChangeKind.JOINED)) == 1
        assert queries.lines(session, first, office.vault, kind=ChangeKind.LEFT) == []


def test_contents_with_something_that_is_no_column_is_a_bug(vault: Vault) -> None:
    with pytest.raises(TypeError, match="set is no column of a member"):
        Contents(name="张三", wanted={"post": set()}).seal(vault)
