"""Changing the tree."""

from app.core.db import Session
from app.organizations.models import Organization, OrganizationKind


def found(
    session: Session,
    *,
    code: str,
    name: str,
    short_name: str,
    kind: OrganizationKind,
    parent: Organization | None = None,
    enterprise_id: int | None = None,
    position: int = 0,
) -> Organization:
    """Add a node below `parent`, or a root. The code stays as written: leading zeros count."""
    organization = Organization(
        code=code,
        name=name,
        short_name=short_name,
        kind=kind,
        parent_id=parent.id if parent else None,
        enterprise_id=enterprise_id,
        position=position,
        path="",
    )
    session.add(organization)
    session.flush()
    organization.path = f"{parent.path if parent else '/'}{organization.id}/"
    session.flush()
    return organization
