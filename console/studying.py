"""What the pages of the library share: finding a thing within the reader's subtrees, and keeping what was done."""

from flask import abort

from app.core.db import Session
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from app.study.library import columns, queries
from app.study.library.models import StudyColumn, StudyItem, StudyVersion
from console import fields
from console.edge import keep_trail, scope, scope_of


def wanted_column(session: Session, column_id: int) -> StudyColumn:
    """The column, if its organisation is in a subtree on which the account may do what the view is for."""
    return columns.column_for_staff(session, scope(), column_id) or abort(404)


def wanted_item(session: Session, item_id: int) -> StudyItem:
    """As `wanted_column`."""
    return queries.item_for_staff(session, scope(), item_id) or abort(404)


def wanted_version(session: Session, version_id: int) -> StudyVersion:
    """As `wanted_column`, with its body."""
    return queries.version_for_staff(session, scope(), version_id) or abort(404)


def organization_of(session: Session, thing: StudyColumn | StudyItem) -> Organization:
    return organizations.by_id(session, thing.organization_id) or abort(404)


def item_of(session: Session, version: StudyVersion) -> StudyItem:
    return session.get_one(StudyItem, version.item_id)


def may(permission: Permission, organization: Organization) -> bool:
    return scope_of(permission).covers(organization.path)


def revision() -> int:
    """The one that the page showed; 0 fits none."""
    return fields.number("revision") or 0


def keep_column(session: Session, action: str, about: StudyColumn, **details: object) -> None:
    keep_trail(
        session,
        f"study.{action}",
        subject=f"study_column:{about.id}",
        organization_id=about.organization_id,
        **details,
    )


def keep_item(session: Session, action: str, about: StudyItem, **details: object) -> None:
    keep_trail(
        session,
        f"study.{action}",
        subject=f"study_item:{about.id}",
        organization_id=about.organization_id,
        **details,
    )
