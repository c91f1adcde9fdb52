"""The tree of organisations that the account is responsible for."""

from dataclasses import dataclass, field

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.members import queries as members
from app.members.queries import Counts
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.queries import Node
from app.staff.permissions import Permission
from console import fields
from console.blueprint import console
from console.edge import scope, services

OPEN_LEVELS = 1
OPEN_WHOLE = 40
"""A small tree is shown open as a whole."""


@dataclass
class Branch:
    organization: Organization
    counts: Counts
    depth: int
    matches: bool = False
    unfolded: bool = False
    children: list["Branch"] = field(default_factory=list)


@console.get("/organizations", endpoint="organizations")
@staff(Permission.ORGANIZATIONS_VIEW)
def show_tree() -> ResponseReturnValue:
    text = fields.line("q", most=40)
    with services().sessions.read() as session:
        nodes = organizations.tree(session, scope())
        counts = members.counts_by_organization(session, scope())
    tops = _grow(nodes, counts, text)
    found = sum(_matches(node.organization, text) for node in nodes)
    return render_template("console/organizations.html", tops=tops, total=len(nodes), text=text, found=found)


def _grow(nodes: list[Node], counts: dict[int, Counts], text: str) -> list[Branch]:
    """The list in tree order as nested branches; those on the way to a match are unfolded."""
    tops: list[Branch] = []
    way: list[Branch] = []
    for node in nodes:
        own = node.organization
        branch = Branch(own, counts.get(own.id, Counts()), node.depth, _matches(own, text))
        branch.unfolded = not text and (node.depth < OPEN_LEVELS or len(nodes) <= OPEN_WHOLE)
        while way and not own.path.startswith(way[-1].organization.path):
            way.pop()
        (way[-1].children if way else tops).append(branch)
        if branch.matches:
            _unfold(way)
        way.append(branch)
    return tops


def _unfold(way: list[Branch]) -> None:
    for branch in way:
        branch.unfolded = True


def _matches(organization: Organization, text: str) -> bool:
    return bool(text) and (text in organization.name or text in organization.short_name)
