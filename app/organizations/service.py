"""Changing the tree."""

from sqlalchemy.exc import IntegrityError

from app.core.db import Session
from app.core.errors import DomainError
from app.organizations.models import Organization, OrganizationKind


class CodeTaken(DomainError):
    code = "code_taken"


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
    """Add a node below `parent`, or a root. The code stays as written: leading zeros count. Raises CodeTaken."""
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
    try:
        with session.begin_nested():
            session.add(organization)
    except IntegrityError as error:
        raise CodeTaken from error
    organization.path = f"{parent.path if parent else '/'}{organization.id}/"
    session.flush()
    return organization
