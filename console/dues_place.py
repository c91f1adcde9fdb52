"""Whose dues a page shows: a branch's own people by name, what lies below somebody in counts (adr 11)."""

from dataclasses import dataclass

from flask import abort

from app.core.db import Session
from app.members import queries as members
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import BRANCH_KINDS, Organization, OrganizationKind
from app.organizations.queries import Node
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console import convening, fields
from console.edge import acting, keep_trail, scope_of

REASON_LENGTH = 100
VIEW = Permission.DUES_VIEW


@dataclass(frozen=True)
class Place:
    """The organisation that a page is about. `names`: the reader sits on it, and reads its people by name."""

    organization: Organization
    choices: list[Node]
    names: bool
    ids: list[int]
    """Itself and its groups, whose people are its own."""
    branches: list[Organization]
    """What lies below it and has people, in the office's order; of a branch, nothing."""

    @property
    def is_branch(self) -> bool:
        return self.organization.kind in BRANCH_KINDS

    @property
    def scope(self) -> Scope:
        return organizations.subtree(self.organization)


def place(session: Session, asked: int | None = None) -> Place:
    """The one asked for, else the own branch, else the topmost of the reader's subtrees. 404 outside of them."""
    choices = [
        node
        for node in organizations.tree(session, scope_of(VIEW))
        if node.organization.kind is not OrganizationKind.GROUP
    ]
    return of(session, _chosen(session, choices, asked or fields.number("organization")), choices)


def _chosen(session: Session, choices: list[Node], asked: int | None) -> Organization:
    if asked is not None:
        return next((one.organization for one in choices if one.organization.id == asked), None) or abort(404)
    own = [one for one in convening.seats(session, VIEW) if one.kind in BRANCH_KINDS]
    return next(iter(own), None) or (choices[0].organization if choices else abort(404))


def of(session: Session, organization: Organization, choices: list[Node]) -> Place:
    inside = organizations.in_scope(session, organizations.subtree(organization))
    groups = [
        one.id for one in inside if one.parent_id == organization.id and one.kind is OrganizationKind.GROUP
    ]
    below = [one for one in inside if one.kind is not OrganizationKind.GROUP]
    return Place(
        organization=organization,
        choices=choices,
        names=reads_names(session, organization),
        ids=[organization.id, *groups],
        branches=[] if organization.kind in BRANCH_KINDS else below,
    )


def home(session: Session, organization_id: int) -> Organization:
    """The branch of somebody who is in a 党小组, which has no account of its own."""
    found = organizations.by_id(session, organization_id) or abort(404)
    if found.kind is not OrganizationKind.GROUP:
        return found
    return organizations.by_id(session, found.parent_id or 0) or found


def reads_names(session: Session, organization: Organization) -> bool:
    own = home(session, organization.id)
    return acting().sits_on(VIEW, own.path)


def own_member(
    session: Session, member_id: int, permission: Permission = VIEW
) -> tuple[Member, Organization]:
    """Somebody of a branch on which the reader sits with that permission, and the branch; else 404."""
    found = members.by_id(session, scope_of(permission), member_id) or abort(404)
    branch = home(session, found.organization_id)
    if not acting().sits_on(permission, branch.path):
        abort(404)
    return found, branch


def names_seen(session: Session, organization: Organization, page: str) -> str:
    """The reason for which a branch's people are read from above, kept in the trail; empty: none was given."""
    why = fields.line("reason", most=REASON_LENGTH)
    if why:
        keep_trail(
            session,
            "dues.names_seen",
            subject=f"organization:{organization.id}",
            organization_id=organization.id,
            page=page,
            reason=why,
        )
    return why
