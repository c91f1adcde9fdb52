"""Reading the registry within a scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.core.crypto import Vault
from app.core.db import Session
from app.members import binding, queries, registry
from app.members.models import Member, MemberKind, PartyStatus
from app.members.queries import Counts, Link
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import factories
from tests.factories import APP_ID
from tests.unit.members.id_numbers import id_number


class House:
    """A committee with two branches and people whom every search knows how to find."""

    def __init__(self, session: Session, vault: Vault, now: datetime) -> None:
        self.session, self.vault, self.now = session, vault, now
        self.committee = factories.organization(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
        self.first = factories.organization(session, name="机电党支部", parent=self.committee)
        self.second = factories.organization(session, name="运行党支部", parent=self.committee)
        self.scope = Scope.of([self.committee.path])
        self.shan = self.add("单田芳", self.first, phone="13800008000", id_number=id_number(7))
        self.zhang = self.add("张三丰", self.second)

    def add(self, name: str, branch: Organization, **details: Any) -> Member:
        return registry.register(
            self.session,
            organization_id=branch.id,
            name=name,
            vault=self.vault,
            now=self.now,
            **{"kind": MemberKind.FULL, **details},
        )

    def found(self, **wanted: Any) -> list[str]:
        page = queries.search(self.session, wanted.pop("scope", self.scope), vault=self.vault, **wanted)
        assert page.total == len(page.rows)
        return [row.name for row in page.rows]


@pytest.fixture
def house(session: Session, vault: Vault, now: datetime) -> House:
    return House(session, vault, now)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield seen
    event.remove(session.get_bind(), "before_cursor_execute", note)


@pytest.mark.parametrize(
    "text",
    ["单", "田芳", "shantian", "Shan Tian", "stf", "ST", "13800008000", "138 0000 8000", id_number(7),
     id_number(7)[-4:], "１３８００００８０００"],
)  # fmt: skip
def test_search_finds_by_name_pinyin_initials_phone_and_id_number(house: House, text: str) -> None:
    assert house.found(text=text) == ["单田芳"]


@pytest.mark.parametrize("text", ["dan", "tianfang", "1380000", "%", "_", "'; --", "李四", "😀"])
def test_search_finds_nothing_else(house: House, text: str) -> None:
    assert house.found(text=text) == []


def test_search_shows_masked_phone_and_branch(house: House) -> None:
    row = queries.search(house.session, house.scope, vault=house.vault, text="单").rows[0]

    assert (row.phone, row.organization_name, row.bound) == ("138****8000", "机电党支部", False)
    assert row.id_number_tail == id_number(7)[-4:]


def test_search_narrows_by_branch_kind_and_binding(house: House) -> None:
    factories.identity(house.session, member=house.zhang)
    house.add("王五", house.second, kind=MemberKind.ACTIVIST)

    assert house.found(organization_path=house.second.path) == ["王五", "张三丰"]
    assert house.found(kind=MemberKind.ACTIVIST) == ["王五"]
    assert house.found(bound=True) == ["张三丰"]
    assert house.found(bound=False) == ["单田芳", "王五"]


def test_search_outside_the_scope_finds_nothing(house: House) -> None:
    assert house.found(scope=Scope.of([house.first.path])) == ["单田芳"]
    assert house.found(scope=Scope.of([])) == []
    assert house.found(scope=Scope.of([house.first.path]), organization_path=house.second.path) == []


def test_search_shows_those_who_left_only_when_asked(house: House) -> None:
    registry.leave(house.session, member=house.shan, status=PartyStatus.LEFT, now=house.now)

    assert house.found() == ["张三丰"]
    assert house.found(gone=True) == ["单田芳"]


def test_search_pages_and_counts_all(house: House) -> None:
    for number in range(30):
        house.add(f"王{number}", house.first)

    page = queries.search(house.session, house.scope, vault=house.vault, page=4, per_page=10)

    assert (len(page.rows), page.total) == (2, 32)


@pytest.mark.parametrize("people", [0, 28])
def test_search_takes_two_statements_for_any_number(house: House, people: int) -> None:
    for number in range(people):
        house.add(f"王{number}", house.first, phone=f"139{number:08d}")

    with statements(house.session) as seen:
        queries.search(house.session, house.scope, vault=house.vault)

    assert len(seen) == 2


def test_by_id_outside_the_scope_is_none(house: House) -> None:
    inside, outside = Scope.of([house.first.path]), Scope.of([house.second.path])

    assert queries.by_id(house.session, inside, house.shan.id) is house.shan
    assert queries.by_id(house.session, outside, house.shan.id) is None


def test_link_of_tells_chat_and_open_code(house: House) -> None:
    session, now = house.session, house.now
    chat = factories.identity(session, member=house.shan)
    chat.wrote_at = now
    binding.issue_code(session, member=house.zhang, by="书记", now=now, vault=house.vault, days=14)

    bound = queries.link_of(session, app_id=APP_ID, member_id=house.shan.id, now=now)
    waiting = queries.link_of(session, app_id=APP_ID, member_id=house.zhang.id, now=now)

    assert bound == Link(bound_at=now, wrote_at=now, code_until=None)
    assert waiting == Link(bound_at=None, wrote_at=None, code_until=now + timedelta(days=14))


def test_count_by_kind_names_every_kind(house: House) -> None:
    house.add("王五", house.second, kind=MemberKind.PROBATIONARY)

    assert queries.count_by_kind(house.session, house.scope) == {
        MemberKind.FULL: 2,
        MemberKind.PROBATIONARY: 1,
        MemberKind.TARGET: 0,
        MemberKind.ACTIVIST: 0,
        MemberKind.APPLICANT: 0,
        MemberKind.MASSES: 0,
    }


def test_counts_by_organization_add_up_the_tree(house: House) -> None:
    factories.identity(house.session, member=house.zhang)
    house.add("王五", house.second, kind=MemberKind.ACTIVIST)
    house.add("赵六", house.committee)

    counts = queries.counts_by_organization(house.session, house.scope)

    assert counts == {
        house.committee.id: Counts(members=1, bound=0, members_below=3, bound_below=1),
        house.first.id: Counts(members=1, bound=0, members_below=1, bound_below=0),
        house.second.id: Counts(members=1, bound=1, members_below=1, bound_below=1),
    }


def test_counts_by_organization_say_nothing_of_what_lies_above(house: House) -> None:
    counts = queries.counts_by_organization(house.session, Scope.of([house.first.path]))

    assert list(counts) == [house.first.id]


def test_roster_of_branch_is_its_active_party_members_and_groups(house: House) -> None:
    group = factories.organization(
        house.session, name="一组", parent=house.first, kind=OrganizationKind.GROUP
    )
    house.add("丁一", group, kind=MemberKind.PROBATIONARY)
    house.add("王五", house.first, kind=MemberKind.ACTIVIST)
    factories.member(house.session, house.first, name="停权", status=PartyStatus.SUSPENDED)
    factories.member(house.session, house.first, name="转走", status=PartyStatus.TRANSFERRED)

    roster = queries.roster_of(house.session, house.first.id)

    assert [one.name for one in roster] == ["丁一", "单田芳"]
    assert queries.roster_of(house.session, house.committee.id) == []
