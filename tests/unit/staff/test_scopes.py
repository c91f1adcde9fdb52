"""What an account may do, and where."""

import pytest

from app.core.crypto import Vault
from app.core.db import Session
from app.organizations.models import Organization
from app.staff import accounts, roles, scopes
from app.staff.models import Role, StaffAccount
from app.staff.permissions import PERMISSIONS, Permission
from tests import factories
from tests.factories import NOW


@pytest.fixture
def account(session: Session, vault: Vault) -> StaffAccount:
    return accounts.create(
        session, username="wang.li", display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    ).account


@pytest.fixture
def root(session: Session) -> Organization:
    return factories.organization(session, name="集团党委")


def grant(session: Session, account: StaffAccount, role: Role, organization: Organization) -> int:
    return roles.grant(session, account_id=account.id, role=role, organization_id=organization.id, by=None).id


def acting(session: Session, account: StaffAccount) -> scopes.Actor:
    found = scopes.actor(session, account.id)
    assert found is not None
    return found


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_actor_may_what_the_table_says_on_its_subtree_only(
    session: Session, account: StaffAccount, root: Organization, role: Role, permission: Permission
) -> None:
    branch = factories.organization(session, parent=root)
    below = factories.organization(session, parent=branch)
    grant(session, account, role, branch)

    actor = acting(session, account)

    allowed = permission in PERMISSIONS[role]
    assert actor.may(permission) is allowed
    assert [actor.scope(permission).covers(one.path) for one in (branch, below, root)] == [
        allowed,
        allowed,
        False,
    ]


def test_actor_scopes_of_two_roles_do_not_mix(
    session: Session, account: StaffAccount, root: Organization
) -> None:
    first, second = (factories.organization(session, parent=root) for _ in range(2))
    grant(session, account, Role.SECRETARY, first)
    grant(session, account, Role.AUDITOR, second)

    actor = acting(session, account)

    assert actor.scope(Permission.MEMBERS_VIEW).roots == {first.path}
    assert actor.scope(Permission.AUDIT_VIEW).roots == {second.path}
    assert actor.scope(Permission.DASHBOARD_VIEW).roots == {first.path, second.path}


def test_actor_without_roles_may_nothing(session: Session, account: StaffAccount) -> None:
    actor = acting(session, account)

    assert [permission for permission in Permission if actor.may(permission)] == []
    assert actor.scope(Permission.DASHBOARD_VIEW).roots == frozenset()


def test_actor_closed_account_is_nobody(session: Session, account: StaffAccount) -> None:
    account.active = False
    session.flush()

    assert scopes.actor(session, account.id) is None
    assert scopes.actor(session, 987654) is None


def test_administrator_reads_no_member_and_no_letter() -> None:
    contents = {
        Permission.MEMBERS_VIEW,
        Permission.MEMBERS_REVEAL,
        Permission.FEEDBACK_VIEW,
        Permission.FEEDBACK_ANSWER,
    }

    assert PERMISSIONS[Role.ADMINISTRATOR] & contents == frozenset()


def test_grant_same_role_twice_is_refused(
    session: Session, account: StaffAccount, root: Organization
) -> None:
    grant(session, account, Role.SECRETARY, root)

    with pytest.raises(roles.RoleHeld):
        grant(session, account, Role.SECRETARY, root)


def test_withdraw_last_role_is_refused(session: Session, account: StaffAccount, root: Organization) -> None:
    first = grant(session, account, Role.SECRETARY, root)
    second = grant(session, account, Role.OFFICE, root)

    assert roles.withdraw(session, account_id=account.id, role_id=first, by=0)
    with pytest.raises(roles.LastRole):
        roles.withdraw(session, account_id=account.id, role_id=second, by=0)


def test_withdraw_role_of_somebody_else_changes_nothing(
    session: Session, vault: Vault, account: StaffAccount, root: Organization
) -> None:
    grant(session, account, Role.SECRETARY, root)
    grant(session, account, Role.OFFICE, root)
    other = accounts.create(
        session, username="li.si", display_name="李四", password="春天的花开-2026", vault=vault, now=NOW
    ).account
    theirs = grant(session, other, Role.OFFICE, root)

    assert not roles.withdraw(session, account_id=account.id, role_id=theirs, by=0)
    assert roles.home(session, account_id=other.id) == root.id


def test_actor_sits_on_its_own_organisation_only(
    session: Session, account: StaffAccount, root: Organization
) -> None:
    branch = factories.organization(session, parent=root)
    grant(session, account, Role.OFFICE, root)

    actor = acting(session, account)

    assert actor.sits_on(Permission.MEETINGS_VIEW, root.path)
    assert not actor.sits_on(Permission.MEETINGS_VIEW, branch.path)
    assert not actor.sits_on(Permission.AUDIT_VIEW, root.path)


def test_withdraw_from_oneself_is_refused(
    session: Session, account: StaffAccount, root: Organization
) -> None:
    held = grant(session, account, Role.SECRETARY, root)

    with pytest.raises(accounts.NotYourself):
        roles.withdraw(session, account_id=account.id, role_id=held, by=account.id)
