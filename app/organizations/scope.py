"""Subtree scope, in one place: which organisations a reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.sql import ColumnExpressionArgument

from app.organizations.models import Organization


@dataclass(frozen=True)
class Scope:
    """Whole subtrees, named by the `path` of their roots. An empty scope sees nothing."""

    roots: frozenset[str]

    @classmethod
    def of(cls, paths: Iterable[str]) -> "Scope":
        """The same subtrees, without those that another one contains."""
        kept: list[str] = []
        for path in sorted(set(paths), key=len):
            if not any(path.startswith(root) for root in kept):
                kept.append(path)
        return cls(frozenset(kept))

    def covers(self, path: str) -> bool:
        return any(path.startswith(root) for root in self.roots)

    def organizations(self) -> ColumnElement[bool]:
        """WHERE for a statement that reads `Organization`."""
        if not self.roots:
            return false()
        return or_(*(Organization.path.startswith(root, autoescape=True) for root in sorted(self.roots)))

    def owns(self, organization_id: ColumnExpressionArgument[int]) -> ColumnElement[bool]:
        """WHERE for a statement that has only an organisation's id."""
        inside = select(Organization.id).where(self.organizations())
        return organization_id.in_(inside)  # type: ignore[union-attr]  # every column expression has in_


class Alone(Scope):
    """These organisations themselves: who stands above a branch reads its counts, not its names (FR15)."""

    def covers(self, path: str) -> bool:
        return path in self.roots

    def organizations(self) -> ColumnElement[bool]:
        return Organization.path.in_(sorted(self.roots)) if self.roots else false()
