"""The branch that a member belongs to: a 党小组 has no page, no account and no money of its own."""

from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import aliased

from app.organizations.models import Organization, OrganizationKind


def branch_of() -> tuple[Any, Any]:
    """(`Organization` to join with a member's or a bill's, the id of its branch)."""
    home = aliased(Organization)
    return home, case((home.kind == OrganizationKind.GROUP, home.parent_id), else_=home.id)
