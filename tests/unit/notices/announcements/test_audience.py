"""Whom an announcement is for, and that it is never anybody else."""

import json
from typing import Any

import pytest

from app.core.db import Session, Sessions
from app.members.models import GONE, Member, MemberKind, PartyStatus
from app.notices.announcements import audience as audiences
from app.notices.announcements.audience import (
    Audience,
    AudienceEmpty,
    AudienceTooLarge,
    AudienceUnreadable,
    NothingChosen,
    OutOfScope,
    Target,
)
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import Role, StaffAccount, StaffRole
from tests import factories
from tests.factories import NOW
from tests.unit.notices.announcements.office import Office, names, office

WHOLE = Audience(
    (Target(2, below=False), Target(1)),
    frozenset({MemberKind.FULL, MemberKind.ACTIVIST}),
    frozenset({Role.SECRETARY}),
    (9, 4, 9),
)
GOOD = json.loads(WHOLE.to_json())


def chosen(session: Session, audience: Audience, scope: Scope) -> list[str]:
    return names(session, session.scalars(audiences.people(audience, scope)))


def staff(
    session: Session, member: Member, role: Role, organization: Organization, *, active: bool = True
) -> None:
    account = StaffAccount(
        username=f"u{member.id}",
        display_name=member.name,
        member_id=member.id,
        password_hash="x",
        totp_sealed="x",
        active=active,
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add(StaffRole(account_id=account.id, role=role, organization_id=organization.id))
    session.flush()


def test_audience_comes_back_from_its_text() -> None:
    again = Audience.from_json(WHOLE.to_json())

    assert again.to_json() == WHOLE.to_json()
    assert (set(again.targets), again.kinds, again.roles, again.members) == (
        set(WHOLE.targets),
        WHOLE.kinds,
        WHOLE.roles,
        (4, 9),
    )


@pytest.mark.parametrize(
    "audience",
    [Audience(tuple(Target(one) for one in range(1, 502))), Audience(members=tuple(range(1, 502)))],
)
def test_audience_that_could_not_be_read_again_is_not_written(audience: Audience) -> None:
    with pytest.raises(AudienceTooLarge):
        audience.to_json()


def test_largest_audience_comes_back_and_counts_nothing_twice() -> None:
    most = Audience(tuple(Target(one) for one in range(1, 501)) * 2, members=tuple(range(1, 501)) * 2)

    again = Audience.from_json(most.to_json())

    assert (len(again.targets), len(again.members)) == (500, 500)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "nonsense", "1", json.dumps({**GOOD, "also": 1})]
    + [json.dumps({key: value for key, value in GOOD.items() if key != gone}) for gone in GOOD],
)
def test_audience_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(AudienceUnreadable):
        Audience.from_json(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("targets", "all"),
        ("targets", [1]),
        ("targets", [{"organization": 1}]),
        ("targets", [{"organization": 1, "below": 1}]),
        ("targets", [{"organization": True, "below": True}]),
        ("targets", [{"organization": "1", "below": True}]),
        ("targets", [{"organization": -1, "below": True}]),
        ("targets", [{"organization": 2**31, "below": True}]),
        ("targets", [{"organization": 1, "below": True}] * 501),
        ("kinds", ["everybody"]),
        ("kinds", [[]]),
        ("kinds", None),
        ("roles", ["king"]),
        ("members", [1.0]),
        ("members", ["1; DROP TABLE member"]),
        ("members", {"1": 1}),
    ],
)
def test_audience_with_a_wrong_value_is_refused(key: str, value: Any) -> None:
    with pytest.raises(AudienceUnreadable):
        Audience.from_json(json.dumps({**GOOD, key: value}))


def test_people_of_a_target_with_what_is_below_or_without(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        group = factories.organization(session, parent=made.first)
        for organization, name in ((made.root, "根"), (made.first, "一"), (made.second, "二"), (group, "组")):
            factories.member(session, organization, name=name)
        factories.member(session, made.foreign, name="外")

        assert chosen(session, Audience((Target(made.root.id),)), made.scope) == sorted("根一二组")
        assert chosen(session, Audience((Target(made.root.id, below=False),)), made.scope) == ["根"]
        assert chosen(session, Audience((Target(made.first.id),)), made.scope) == sorted("一组")
        assert chosen(
            session, Audience((Target(made.first.id), Target(made.root.id, below=False))), made.scope
        ) == (sorted("一组根"))


def test_people_of_one_branch_are_not_those_whose_number_begins_alike(session: Session, made: Office) -> None:
    """/1/2/ and /1/23/: the path is compared to its stroke."""
    many = [factories.organization(session, parent=made.root) for _ in range(30)]
    short = min(many, key=lambda one: len(str(one.id)))
    alike = [one for one in many if str(one.id).startswith(str(short.id)) and one.id != short.id]
    factories.member(session, short, name="这里")
    for other in alike:
        factories.member(session, other, name="那里")

    assert chosen(session, Audience((Target(short.id),)), made.scope) == ["这里"]


def test_people_beyond_the_scope_are_cut_off(session: Session, made: Office) -> None:
    factories.member(session, made.first, name="内")
    outside = factories.member(session, made.second, name="外")
    wide = Audience((Target(made.root.id),), members=(outside.id,))

    assert chosen(session, wide, Scope.of([made.first.path])) == ["内"]
    assert chosen(session, wide, Scope(frozenset())) == []


@pytest.mark.parametrize("status", sorted(GONE))
def test_people_who_have_gone_are_never_meant(session: Session, made: Office, status: PartyStatus) -> None:
    gone = factories.member(session, made.first, status=status)

    assert chosen(session, Audience((Target(made.root.id),), members=(gone.id,)), made.scope) == []


def test_people_under_correction_are_meant(session: Session, made: Office) -> None:
    factories.member(session, made.first, status=PartyStatus.RECTIFYING)
    factories.member(session, made.first, status=PartyStatus.SUSPENDED)

    assert audiences.count(session, made.everybody, made.scope) == 2


def test_people_of_some_kinds(session: Session, made: Office) -> None:
    for kind, name in ((MemberKind.FULL, "正"), (MemberKind.PROBATIONARY, "预"), (MemberKind.MASSES, "群")):
        factories.member(session, made.first, name=name, kind=kind)
    kinds = frozenset({MemberKind.FULL, MemberKind.PROBATIONARY})

    assert chosen(session, Audience((Target(made.root.id),), kinds), made.scope) == sorted("正预")


def test_people_with_a_role_on_a_targeted_organisation(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        for name, role, on, active in (
            ("书", Role.SECRETARY, made.first, True),
            ("组", Role.ORGANIZER, made.first, True),
            ("停", Role.SECRETARY, made.second, False),
            ("上", Role.SECRETARY, made.root, True),
        ):
            staff(session, factories.member(session, made.second, name=name), role, on, active=active)
        factories.member(session, made.first, name="无")
        secretaries = frozenset({Role.SECRETARY})

        assert chosen(session, Audience((Target(made.first.id),), roles=secretaries), made.scope) == ["书"]
        assert chosen(session, Audience((Target(made.root.id),), roles=secretaries), made.scope) == sorted(
            "上书"
        )


def test_people_named_come_beside_the_rest_once(session: Session, made: Office) -> None:
    both = factories.member(session, made.first, name="甲")
    named = factories.member(session, made.second, name="乙", kind=MemberKind.MASSES)
    audience = Audience((Target(made.first.id),), frozenset({MemberKind.FULL}), members=(both.id, named.id))

    assert chosen(session, audience, made.scope) == sorted("甲乙")
    assert audiences.check(session, audience, made.scope) == 2


def test_audience_of_nobody_is_refused_with_the_reason(session: Session, made: Office) -> None:
    stranger = factories.member(session, made.foreign)
    nobody = (
        (Audience(), NothingChosen),
        (Audience(kinds=frozenset({MemberKind.FULL})), NothingChosen),
        (Audience((Target(made.foreign.id),)), OutOfScope),
        (Audience(members=(stranger.id,)), OutOfScope),
        (Audience((Target(404),)), OutOfScope),
        (Audience((Target(made.first.id),)), AudienceEmpty),
    )

    for audience, why in nobody:
        with pytest.raises(AudienceEmpty) as refused:
            audiences.check(session, audience, made.scope)
        assert type(refused.value) is why
    assert len({why.code for _, why in nobody}) == 3
