"""The tree of organisations and what a scope sees of it."""

import pytest
from sqlalchemy import event, select

from app.core.db import Session
from app.members.models import Member
from app.organizations import queries, service
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Scope
from tests import factories


@pytest.fixture
def tree(session: Session) -> dict[str, Organization]:
    """Group > first (> one, two) and second (> three); the office lists two before one."""
    committee, branch = OrganizationKind.COMMITTEE, OrganizationKind.BRANCH

    def found(
        code: str, name: str, parent: Organization | None, kind: OrganizationKind, position: int = 0
    ) -> Organization:
        return service.found(
            session, code=code, name=name, short_name=name, kind=kind, parent=parent, position=position
        )

    group = found("0001", "集团党委", None, committee)
    first = found("0002", "一厂党委", group, committee, 1)
    second = found("0003", "二厂党委", group, committee, 2)
    one = found("0004", "一支部", first, branch, 2)
    two = found("0005", "二支部", first, branch, 1)
    three = found("0006", "三支部", second, branch)
    return {"group": group, "first": first, "second": second, "one": one, "two": two, "three": three}


def names(rows: object) -> list[str]:
    return [row.name for row in rows]  # type: ignore[attr-defined]  # any rows with a name


def test_found_keeps_the_code_and_the_path(tree: dict[str, Organization]) -> None:
    one = tree["one"]

    assert one.code == "0004"
    assert one.path == f"/{tree['group'].id}/{tree['first'].id}/{one.id}/"
    assert tree["group"].path == f"/{tree['group'].id}/"


def test_in_scope_is_tree_order_with_the_office_s_own_positions(
    session: Session, tree: dict[str, Organization]
) -> None:
    seen = queries.in_scope(session, Scope.of([tree["group"].path]))

    assert names(seen) == ["集团党委", "一厂党委", "二支部", "一支部", "二厂党委", "三支部"]


def test_tree_tells_depth_below_what_the_reader_sees(session: Session, tree: dict[str, Organization]) -> None:
    nodes = queries.tree(session, queries.subtree(tree["first"]))

    assert [(node.organization.name, node.depth) for node in nodes] == [
        ("一厂党委", 0),
        ("二支部", 1),
        ("一支部", 1),
    ]


def test_ancestors_go_from_the_root_down(session: Session, tree: dict[str, Organization]) -> None:
    assert names(queries.ancestors(session, tree["three"])) == ["集团党委", "二厂党委"]


def test_look_up_by_code_and_id(session: Session, tree: dict[str, Organization]) -> None:
    assert queries.by_code(session, "0005") is tree["two"]
    assert queries.by_code(session, "5") is None
    assert queries.by_id(session, tree["two"].id) is tree["two"]


def test_root_id_is_the_topmost(session: Session, tree: dict[str, Organization]) -> None:
    assert queries.root_id(session) == tree["group"].id


def test_scope_of_nothing_sees_nothing(session: Session, tree: dict[str, Organization]) -> None:
    assert queries.in_scope(session, Scope.of([])) == []
    assert Scope.of([]).covers(tree["group"].path) is False


def test_scope_drops_subtrees_that_another_contains(tree: dict[str, Organization]) -> None:
    scope = Scope.of([tree["one"].path, tree["first"].path, tree["three"].path])

    assert scope.roots == {tree["first"].path, tree["three"].path}


def test_scope_covers_no_sister_whose_number_begins_alike() -> None:
    scope = Scope.of(["/1/2/"])

    assert (scope.covers("/1/2/7/"), scope.covers("/1/21/"), scope.covers("/1/")) == (True, False, False)


def test_scope_path_with_wildcards_is_no_pattern(session: Session, tree: dict[str, Organization]) -> None:
    assert queries.in_scope(session, Scope.of(["/%/"])) == []
    assert queries.in_scope(session, Scope.of(["/_/"])) == []


def test_scope_owns_rows_by_their_organisation(session: Session, tree: dict[str, Organization]) -> None:
    inside = factories.member(session, tree["one"])
    factories.member(session, tree["three"])

    owned = session.scalars(
        select(Member.id).where(Scope.of([tree["first"].path]).owns(Member.organization_id))
    )

    assert owned.all() == [inside.id]


@pytest.mark.parametrize("more", [0, 29])
def test_in_scope_takes_one_statement_for_any_size(
    session: Session, tree: dict[str, Organization], more: int
) -> None:
    for _ in range(more):
        factories.organization(session, parent=tree["first"])
    seen: list[object] = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731 -- SQLAlchemy removes the very same callable
    event.listen(session.get_bind(), "before_cursor_execute", note)

    queries.in_scope(session, Scope.of([tree["group"].path]))

    event.remove(session.get_bind(), "before_cursor_execute", note)
    assert len(seen) == 1
