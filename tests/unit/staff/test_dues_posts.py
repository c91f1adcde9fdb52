"""Who collects dues, who compares and who keeps the books are three people (facts/domain §1.6)."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session, Sessions, in_turn
from app.organizations.models import Organization
from app.staff import accounts, roles
from app.staff.accounts import NotYourself
from app.staff.models import DuesPost, Role, StaffAccount, StaffRole
from app.staff.permissions import DUES_POSTS
from app.staff.persons import same_person
from app.staff.roles import OneDuesPost
from tests import factories
from tests.factories import NOW

R = Role


@pytest.fixture
def root(session: Session) -> Organization:
    return factories.organization(session, name="集团党委")


def account(session: Session, vault: Vault, name: str = "wang.li") -> StaffAccount:
    return accounts.create(
        session, username=name, display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    ).account


def grant(session: Session, account_id: int, role: Role, organization: Organization) -> int:
    return roles.grant(session, account_id=account_id, role=role, organization_id=organization.id, by=None).id


def posts(session: Session) -> dict[int, Role]:
    return {row.account_id: row.role for row in session.scalars(select(DuesPost))}


@pytest.mark.parametrize(("first", "second"), [*permutations(sorted(DUES_POSTS), 2)])
def test_account_has_one_post_about_money(
    session: Session, vault: Vault, root: Organization, first: Role, second: Role
) -> None:
    mine = account(session, vault)
    grant(session, mine.id, first, root)

    with pytest.raises(OneDuesPost):
        grant(session, mine.id, second, factories.organization(session, parent=root))

    assert posts(session) == {mine.id: first}
    assert session.scalars(select(StaffRole.role)).all() == [first]


def test_post_may_be_held_in_several_places_and_beside_other_roles(
    session: Session, vault: Vault, root: Organization
) -> None:
    mine = account(session, vault)

    for role, place in (
        (R.COLLECTOR, root),
        (R.COLLECTOR, factories.organization(session, parent=root)),
        (R.SECRETARY, root),
    ):
        grant(session, mine.id, role, place)

    assert posts(session) == {mine.id: R.COLLECTOR}


def test_post_is_free_once_its_last_role_is_withdrawn(
    session: Session, vault: Vault, root: Organization
) -> None:
    mine = account(session, vault)
    grant(session, mine.id, R.ORGANIZER, root)
    held = [
        grant(session, mine.id, R.COLLECTOR, place)
        for place in (root, factories.organization(session, parent=root))
    ]

    roles.withdraw(session, account_id=mine.id, role_id=held[0], by=0)
    with pytest.raises(OneDuesPost):
        grant(session, mine.id, R.ACCOUNTANT, root)
    roles.withdraw(session, account_id=mine.id, role_id=held[1], by=0)

    assert posts(session) == {}
    grant(session, mine.id, R.ACCOUNTANT, root)
    assert posts(session) == {mine.id: R.ACCOUNTANT}


def test_withdrawing_another_role_leaves_the_post(session: Session, vault: Vault, root: Organization) -> None:
    mine = account(session, vault)
    other = grant(session, mine.id, R.SECRETARY, root)
    grant(session, mine.id, R.RECONCILER, root)

    roles.withdraw(session, account_id=mine.id, role_id=other, by=0)

    assert posts(session) == {mine.id: R.RECONCILER}


def test_person_with_two_accounts_has_one_post(session: Session, vault: Vault, root: Organization) -> None:
    first, second, third = (account(session, vault, name) for name in ("wang.li", "wang.li2", "zhao"))
    person = factories.member(session, root)
    first.member_id = second.member_id = person.id
    session.flush()
    grant(session, first.id, R.COLLECTOR, root)

    with pytest.raises(OneDuesPost):
        grant(session, second.id, R.RECONCILER, root)
    grant(session, second.id, R.COLLECTOR, root)
    grant(session, third.id, R.RECONCILER, root)

    assert posts(session) == {first.id: R.COLLECTOR, second.id: R.COLLECTOR, third.id: R.RECONCILER}


def test_account_of_somebody_who_has_another_post_is_not_tied(
    session: Session, vault: Vault, root: Organization
) -> None:
    first, second, third = (account(session, vault, name) for name in ("wang.li", "wang.li2", "zhao"))
    person = factories.member(session, root)
    grant(session, first.id, R.COLLECTOR, root)
    grant(session, second.id, R.RECONCILER, root)
    with pytest.raises(NotYourself):
        roles.tie(session, account_id=first.id, member_id=person.id, by=first.id)

    roles.tie(session, account_id=first.id, member_id=person.id, by=0)
    roles.tie(session, account_id=third.id, member_id=person.id, by=0)
    with pytest.raises(OneDuesPost):
        roles.tie(session, account_id=second.id, member_id=person.id, by=0)

    assert same_person(session, first.username, third.username)


def test_posts_that_are_granted_at_once_are_one(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        place = factories.organization(session)
        mine, other = (account(session, vault, name) for name in ("wang.li", "wang.li2"))
        mine.member_id = other.member_id = factories.member(session, place).id

    def one(asked: tuple[int, Role]) -> bool:
        def transact() -> None:
            with any_sessions.begin() as session:
                grant(session, asked[0], asked[1], place)

        try:
            in_turn(transact)
        except OneDuesPost:
            return False
        return True

    wanted = [(mine.id, R.COLLECTOR), (mine.id, R.ACCOUNTANT), (other.id, R.RECONCILER)]
    with ThreadPoolExecutor(3) as pool:
        granted = list(pool.map(one, wanted))

    assert sum(granted) == 1
    with any_sessions.read() as session:
        assert list(posts(session).items()) == [wanted[granted.index(True)]]
