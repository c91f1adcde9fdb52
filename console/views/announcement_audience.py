"""Whom an announcement is for: organisations by tree, kinds, roles, and single people by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.members import queries as members
from app.members.models import MemberKind
from app.notices.announcements import audience as audiences
from app.notices.announcements import service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.queries import Node
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS, Permission
from console import fields, once
from console.announcing import keep, organization_of, subtree, wanted
from console.blueprint import console
from console.edge import acting, services
from console.refusals import sentence

FOUND = 12
OFFICERS = tuple(role for role in Role if Permission.NOTICES_WRITE in PERMISSIONS[role])
"""Administrators and auditors of accounts are no one's audience."""


@dataclass
class Branch:
    """One organisation of the tree to tick. `unfolded`: the topmost, and those with something ticked below."""

    organization: Organization
    count: int
    unfolded: bool = False
    children: list["Branch"] = field(default_factory=list)


@console.get("/announcements/<int:announcement_id>/audience")
@staff(Permission.NOTICES_WRITE)
def announcement_audience(announcement_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        return _page(session, found, Audience.from_json(found.audience))


def _page(session: Session, found: Announcement, audience: Audience, **more: Any) -> str:
    organization = organization_of(session, found)
    scope = subtree(organization)
    nodes = organizations.tree(session, scope)
    counts = members.counts_by_organization(session, scope)
    numbers = {one: seen.members_below for one, seen in counts.items()}
    ticked = {one.organization_id for one in audience.targets}
    shown = {
        "announcement": found,
        "audience": audience,
        "tops": _grown(nodes, numbers, ticked),
        "ticked": ticked,
        "alone": {one.organization_id for one in audience.targets if not one.below},
        "kinds": MemberKind,
        "roles": OFFICERS,
        "count": _count(session, found, audience),
        **_people(session, organization, audience),
    }
    return render_template("console/announcement_audience.html", **(shown | more))


def _grown(nodes: Sequence[Node], counts: Mapping[int, int], ticked: Iterable[int]) -> list[Branch]:
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


def _count(session: Session, found: Announcement, audience: Audience) -> int | None:
    if not audience.targets and not audience.members:
        return None
    return audiences.count(session, audience, subtree(organization_of(session, found)))


def _people(session: Session, organization: Organization, audience: Audience) -> dict[str, Any]:
    """Those named already, and those whom the search finds beside them."""
    scope, text = subtree(organization), fields.line("q", most=50)
    chosen = members.named(session, scope, audience.members)
    if not text:
        return {"organization": organization, "chosen": chosen, "q": "", "found": [], "more": 0}
    page = members.search(session, scope, vault=services().vault, text=text, per_page=FOUND)
    found = [one for one in page.rows if one.id not in set(audience.members)]
    more = page.total if page.total > FOUND else 0
    return {"organization": organization, "chosen": chosen, "q": text, "found": found, "more": more}


def _sent() -> Audience:
    """What is ticked in the form."""
    below = set(fields.numbers("below"))
    return Audience(
        targets=tuple(Target(one, one in below) for one in fields.numbers("organization")),
        kinds=_ticked("kind", MemberKind),
        roles=_ticked("role", Role),
        members=tuple(dict.fromkeys(fields.numbers("member"))),
    )


def _ticked(name: str, kind: Any) -> frozenset[Any]:
    return frozenset(kind(one) for one in request.form.getlist(name) if one in set(kind))


@console.post("/announcements/<int:announcement_id>/audience/count")
@staff(Permission.NOTICES_WRITE)
def count_audience(announcement_id: int) -> ResponseReturnValue:
    """How many people the ticks come to, while they are being set. Nothing is kept."""
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        number = _count(session, found, _sent())
    return render_template("console/announcement_count.html", count=number)


@console.post("/announcements/<int:announcement_id>/audience/people")
@staff(Permission.NOTICES_WRITE)
def find_people(announcement_id: int) -> ResponseReturnValue:
    """Search without losing what is ticked: the list alone for htmx, the whole page for a browser without it."""
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        audience = _sent()
        if "HX-Request" in request.headers:
            people = _people(session, organization_of(session, found), audience)
            return render_template("console/announcement_people.html", **people)
        return _page(session, found, audience)


@console.post("/announcements/<int:announcement_id>/audience")
@staff(Permission.NOTICES_WRITE)
def set_audience(announcement_id: int) -> ResponseReturnValue:
    audience, address = _sent(), url_for("console.announcement", announcement_id=announcement_id)
    try:
        with services().sessions.begin() as session:
            found = wanted(session, announcement_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            _set(session, found, audience)
            once.led_to(session, address)
            keep(session, "addressed", found)
    except DomainError as refusal:
        with services().sessions.read() as session:
            found = wanted(session, announcement_id)
            return _page(session, found, audience, fault=sentence(refusal)), 422
    return redirect(address)


def _set(session: Session, found: Announcement, audience: Audience) -> None:
    """Nobody at all is refused here already, where it can be put right. Raises AudienceEmpty."""
    audiences.check(session, audience, subtree(organization_of(session, found)))
    service.revise(
        session,
        announcement=found,
        revision=fields.number("revision") or 0,
        content=replace(_content(found), audience=audience),
        author=acting().username,
        author_name=acting().display_name,
    )


def _content(kept: Announcement) -> Content:
    return Content(
        title=kept.title,
        body=kept.body,
        audience=Audience.from_json(kept.audience),
        urgency=kept.urgency,
        confirmation_basis=kept.confirmation_basis,
        confirm_until=kept.confirm_until,
    )
