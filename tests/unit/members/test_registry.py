"""The registry: what is kept of a person, and what changes with them."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.members import binding, registry
from app.members.fields import BadField
from app.members.models import BindingCode, Gender, MemberKind, PartyStatus, WeChatIdentity
from app.members.registry import IdNumberTaken, MemberGone
from app.organizations.models import Organization
from tests import factories
from tests.unit.members.id_numbers import id_number


@pytest.fixture
def branch(session: Session) -> Organization:
    return factories.organization(session)


def test_register_keeps_sealed_phone_and_only_the_end_of_the_id_number(
    session: Session, branch: Organization, vault: Vault, now: datetime
) -> None:
    member = registry.register(
        session,
        organization_id=branch.id,
        name=" 单 田芳 ",
        kind=MemberKind.FULL,
        vault=vault,
        now=now,
        gender=Gender.MALE,
        birth_year=1990,
        joined_on=date(2015, 7, 1),
        phone="138 0000 8000",
        id_number="11010519491231002x",
    )

    assert (member.name, member.name_pinyin) == ("单田芳", "shantianfang stf")
    assert (member.id_number_tail, member.status) == ("002X", PartyStatus.NORMAL)
    assert member.id_number_index == vault.index("11010519491231002X", "member.id_number")
    assert member.phone_index == vault.index("13800008000", "member.phone")
    assert "13800008000" not in str(member.phone_sealed)
    assert registry.phone_of(member, vault) == "13800008000"


def test_register_same_id_number_twice_is_refused_and_the_rest_goes_on(
    any_sessions: Sessions, vault: Vault, now: datetime
) -> None:
    number = id_number(1)
    with any_sessions.begin() as session:
        branch = factories.organization(session)
        taken = {"organization_id": branch.id, "kind": MemberKind.FULL, "vault": vault, "now": now}
        registry.register(session, name="张三", id_number=number, **taken)  # type: ignore[arg-type]  # one call's worth

        with pytest.raises(IdNumberTaken):
            registry.register(session, name="李四", id_number=number, **taken)  # type: ignore[arg-type]  # as above

        other = registry.register(session, name="王五", **taken)  # type: ignore[arg-type]  # as above
    assert other.id is not None


def test_register_bad_phone_is_refused(
    session: Session, branch: Organization, vault: Vault, now: datetime
) -> None:
    with pytest.raises(BadField):
        registry.register(
            session,
            organization_id=branch.id,
            name="张三",
            kind=MemberKind.FULL,
            vault=vault,
            now=now,
            phone="1",
        )


def test_update_changes_only_what_is_stated(session: Session, branch: Organization, vault: Vault) -> None:
    member = factories.member(session, branch, name="张三")

    registry.update(session, member=member, vault=vault, post="安全员", phone="13800008000")
    registry.update(session, member=member, vault=vault, phone=None, name="张叁")

    assert (member.post, member.phone_sealed, member.phone_index) == ("安全员", None, None)
    assert (member.name, member.name_pinyin, member.joined_on) == ("张叁", "zhangsan zs", date(2015, 7, 1))


def test_update_to_a_taken_id_number_is_refused(session: Session, branch: Organization, vault: Vault) -> None:
    number = id_number(1)
    registry.update(session, member=factories.member(session, branch), vault=vault, id_number=number)
    other = factories.member(session, branch, name="李四")

    with pytest.raises(IdNumberTaken):
        registry.update(session, member=other, vault=vault, id_number=number)

    assert other.id_number_index is None


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (MemberKind.TARGET, MemberKind.PROBATIONARY, True),
        (MemberKind.PROBATIONARY, MemberKind.FULL, False),
        (MemberKind.PROBATIONARY, MemberKind.ACTIVIST, True),
    ],
)
def test_update_of_kind_wants_a_menu_where_membership_changes(
    session: Session,
    branch: Organization,
    vault: Vault,
    before: MemberKind,
    after: MemberKind,
    *,
    wanted: bool,
) -> None:
    member = factories.member(session, branch, kind=before)
    factories.identity(session, member=member)

    registry.update(session, member=member, vault=vault, kind=after)

    assert session.scalar(select(WeChatIdentity.menu_wanted)) is wanted


def test_move_changes_the_branch(session: Session, branch: Organization) -> None:
    member = factories.member(session, branch)
    other = factories.organization(session, name="第二党支部")

    registry.move(session, member=member, organization_id=other.id)

    assert member.organization_id == other.id


def test_leave_parts_the_chat_and_ends_codes(
    session: Session, branch: Organization, vault: Vault, now: datetime
) -> None:
    member = factories.member(session, branch)
    factories.identity(session, member=member)
    binding.issue_code(session, member=member, by="书记", now=now, vault=vault, days=14)

    registry.leave(session, member=member, status=PartyStatus.TRANSFERRED, now=now)

    assert (member.status, member.left_on) == (PartyStatus.TRANSFERRED, date(2026, 3, 2))
    assert session.execute(
        select(WeChatIdentity.member_id, WeChatIdentity.bound_at, WeChatIdentity.menu_wanted)
    ).one() == (None, None, True)
    assert session.scalar(select(BindingCode.revoked_at)) == now


def test_leave_for_no_reason_is_a_bug(session: Session, branch: Organization, now: datetime) -> None:
    with pytest.raises(ValueError, match="no way to leave"):
        registry.leave(session, member=factories.member(session, branch), status=PartyStatus.NORMAL, now=now)


def test_gone_member_is_not_changed_any_more(
    session: Session, branch: Organization, vault: Vault, now: datetime
) -> None:
    member = factories.member(session, branch, status=PartyStatus.LEFT)

    with pytest.raises(MemberGone):
        registry.update(session, member=member, vault=vault, post="x")
    with pytest.raises(MemberGone):
        registry.move(session, member=member, organization_id=branch.id)
    with pytest.raises(MemberGone):
        registry.leave(session, member=member, status=PartyStatus.DECEASED, now=now)


def test_phone_of_member_without_phone_is_none(session: Session, branch: Organization, vault: Vault) -> None:
    assert registry.phone_of(factories.member(session, branch), vault) is None
