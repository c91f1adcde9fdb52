"""Choosing whom something is for: the tree of organisations to tick, and what was ticked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from app.members.models import MemberKind
from app.notices.announcements.audience import Audience, Target
from app.organizations.models import Organization
from app.organizations.queries import Node
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS, Permission
from console import fields

OFFICERS = tuple(role for role in Role if Permission.NOTICES_WRITE in PERMISSIONS[role])
"""Administrators and auditors of accounts are no one's audience."""


@dataclass
class Branch:
    """One organisation of the tree to tick. `unfolded`: the topmost, and those with something ticked below."""

    organization: Organization
    count: int
    unfolded: bool = False
    children: list["Branch"] = field(default_factory=list)


def grown(nodes: Sequence[Node], counts: Mapping[int, int], ticked: Iterable[int]) -> list[Branch]:
    """The flat tree as a nested one."""
    open_paths = [node.organization.path for node in nodes if node.organization.id in set(ticked)]
    tops: list[Branch] = []
    line: list[Branch] = []
    for node in nodes:
        one = node.organization
        below = any(path != one.path and path.startswith(one.path) for path in open_paths)
        branch = Branch(one, counts.get(one.id, 0), unfolded=below or node.depth == 0)
        del line[node.depth :]
        (line[-1].children if line else tops).append(branch)
        line.append(branch)
    return tops


def sent() -> Audience:
    """What is ticked in the form."""
    below = set(fields.numbers("below"))
    return Audience(
        targets=tuple(Target(one, one in below) for one in fields.numbers("organization")),
        kinds=ticked("kind", MemberKind),
        roles=ticked("role", Role),
        members=tuple(dict.fromkeys(fields.numbers("member"))),
    )


def ticked(name: str, kind: Any) -> frozenset[Any]:
    return frozenset(kind(one) for one in request.form.getlist(name) if one in set(kind))
