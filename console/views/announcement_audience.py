"""Whom an announcement is for: organisations by tree, kinds, roles, and single people by name."""

from dataclasses import replace
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
from app.notices.announcements.audience import Audience
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from console import fields, once
from console.announcing import keep, organization_of, subtree, wanted
from console.blueprint import console
from console.edge import acting, services
from console.picking import OFFICERS, grown, sent
from console.refusals import sentence

FOUND = 12


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
        "tops": grown(nodes, numbers, ticked),
        "ticked": ticked,
        "alone": {one.organization_id for one in audience.targets if not one.below},
        "kinds": MemberKind,
        "roles": OFFICERS,
        "count": _count(session, found, audience),
        **_people(session, organization, audience),
    }
    return render_template("console/announcement_audience.html", **(shown | more))


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


@console.post("/announcements/<int:announcement_id>/audience/count")
@staff(Permission.NOTICES_WRITE)
def count_audience(announcement_id: int) -> ResponseReturnValue:
    """How many people the ticks come to, while they are being set. Nothing is kept."""
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        number = _count(session, found, sent())
    return render_template("console/announcement_count.html", count=number)


@console.post("/announcements/<int:announcement_id>/audience/people")
@staff(Permission.NOTICES_WRITE)
def find_people(announcement_id: int) -> ResponseReturnValue:
    """Search without losing what is ticked: the list alone for htmx, the whole page for a browser without it."""
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        audience = sent()
        if "HX-Request" in request.headers:
            people = _people(session, organization_of(session, found), audience)
            return render_template("console/announcement_people.html", **people)
        return _page(session, found, audience)


@console.post("/announcements/<int:announcement_id>/audience")
@staff(Permission.NOTICES_WRITE)
def set_audience(announcement_id: int) -> ResponseReturnValue:
    audience, address = sent(), url_for("console.announcement", announcement_id=announcement_id)
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
