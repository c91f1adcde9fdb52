"""Reading the tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import Session
from app.organizations.models import Organization
from app.organizations.scope import Scope


@dataclass(frozen=True)
class Node:
    organization: Organization
    depth: int


def by_id(session: Session, organization_id: int) -> Organization | None:
    return session.get(Organization, organization_id)


def by_code(session: Session, code: str) -> Organization | None:
    return session.scalar(select(Organization).where(Organization.code == code))


def root_id(session: Session) -> int:
    """The topmost organisation: where a letter goes whose writer belongs to none."""
    return session.execute(
        select(Organization.id).where(Organization.parent_id.is_(None)).order_by(Organization.id).limit(1)
    ).scalar_one()


def in_scope(session: Session, scope: Scope) -> Sequence[Organization]:
    """The subtrees in tree order: every node directly before its own children."""
    rows = session.scalars(
        select(Organization).where(scope.organizations(), Organization.dissolved_on.is_(None))
    )
    found = {row.id: row for row in rows}
    return sorted(found.values(), key=lambda row: _tree_order(row, found))


def _tree_order(row: Organization, found: dict[int, Organization]) -> list[tuple[int, int]]:
    """The office's own order among brothers and sisters, level by level."""
    ids = (int(part) for part in row.path.strip("/").split("/"))
    return [(found[one].position if one in found else 0, one) for one in ids]


def tree(session: Session, scope: Scope) -> list[Node]:
    """As `in_scope`, with how deep each node lies below the topmost one that the reader sees."""
    rows = in_scope(session, scope)
    top = min((row.path.count("/") for row in rows), default=0)
    return [Node(row, row.path.count("/") - top) for row in rows]


def ancestors(session: Session, organization: Organization) -> Sequence[Organization]:
    """From the root down to the direct superior."""
    ids = [int(part) for part in organization.path.strip("/").split("/")][:-1]
    rows = session.scalars(select(Organization).where(Organization.id.in_(ids)))
    return sorted(rows, key=lambda row: row.path.count("/"))


def subtree(organization: Organization) -> Scope:
    return Scope.of([organization.path])
