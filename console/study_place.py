"""Whose study a page shows: the organisation on which the reader sits, with its groups, and nothing below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort

from app.core.db import Session
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.organizations.scope import Alone
from app.staff.permissions import Permission
from console import convening, fields
from console.edge import acting, keep_trail, scope_of


@dataclass(frozen=True)
class Home:
    """`scope`: the organisation and its groups. `seats`: those that the reader may choose from."""

    organization: Organization
    scope: Alone
    seats: Sequence[Organization]


def homes(session: Session, permission: Permission) -> list[Home]:
    """Every seat of the acting account."""
    found = convening.seats(session, permission)
    seats = [one for one in found if one.kind is not OrganizationKind.GROUP]
    return [Home(one, alone(one, *_groups(one, found)), seats) for one in seats]


def _groups(of: Organization, found: Sequence[Organization]) -> list[Organization]:
    return [one for one in found if one.parent_id == of.id and one.kind is OrganizationKind.GROUP]


def home(session: Session, permission: Permission) -> Home | None:
    """The seat that the address asks for, else the first; None for an account without one. 404 for another's."""
    found, asked = homes(session, permission), fields.number("organization")
    if asked is None:
        return found[0] if found else None
    return next((one for one in found if one.organization.id == asked), None) or abort(404)


def all_seats(session: Session, permission: Permission) -> Alone:
    return alone(*convening.seats(session, permission))


def alone(*found: Organization) -> Alone:
    return Alone(frozenset(one.path for one in found))


def upwards(session: Session, organization: Organization) -> Alone:
    """The organisation and those above it, whose plans it follows."""
    return alone(*organizations.ancestors(session, organization), organization)


def above_all(session: Session, permission: Permission) -> bool:
    """What holds for everybody is touched only by who stands above everybody."""
    root = organizations.by_id(session, organizations.root_id(session))
    return root is not None and scope_of(permission).covers(root.path)


def stands_above(session: Session, permission: Permission) -> bool:
    """Whether there is anything below the reader's seats but groups."""
    found = organizations.in_scope(session, acting().scope(permission))
    return len([one for one in found if one.kind is not OrganizationKind.GROUP]) > 1


def keep(session: Session, action: str, subject: str, organization_id: int | None, **details: object) -> None:
    """`subject` as the trail has it, `study_plan:7`."""
    keep_trail(session, f"study.{action}", subject=subject, organization_id=organization_id, **details)
