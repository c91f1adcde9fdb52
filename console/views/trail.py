"""The audit trail: who did what, and whether the record is whole."""

import json
from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import from_local
from app.staff import queries as people
from app.staff import verification
from app.staff.permissions import Permission
from app.staff.queries import TrailFilter
from console import fields
from console.blueprint import console
from console.edge import keep_trail, scope, services
from console.labels import action, detail, subject
from console.paging import PER_PAGE, Page, offset, wanted_page


@console.get("/audit")
@staff(Permission.AUDIT_VIEW)
def trail() -> ResponseReturnValue:
    return _page()


def _page(verdict: verification.Verified | verification.Broken | None = None) -> str:
    wanted = _filter()
    with services().sessions.read() as session:
        rows = people.trail(session, scope(), wanted, offset=offset(wanted_page()), limit=PER_PAGE)
        total = people.trail_total(session, scope(), wanted)
        actions = people.trail_actions(session)
    return render_template(
        "console/trail.html",
        rows=[(entry, organization, json.loads(entry.details)) for entry, organization in rows],
        page=Page(wanted_page(), total),
        actions=actions,
        action=action,
        subject=subject,
        detail=detail,
        filters=request.values,
        verdict=verdict,
    )


def _filter() -> TrailFilter:
    since, until = fields.day("since"), fields.day("until")
    return TrailFilter(
        actor=fields.line("actor", most=64),
        action=fields.line("action", most=64),
        since=from_local(since) if since else None,
        until=from_local(until + timedelta(days=1)) if until else None,
    )


@console.post("/audit/verify")
@staff(Permission.AUDIT_VIEW)
def verify_trail() -> ResponseReturnValue:
    with services().sessions.read() as session:
        verdict = verification.verify(session)
    whole = isinstance(verdict, verification.Verified)
    with services().sessions.begin() as session:
        keep_trail(session, "audit.verified", subject="audit", organization_id=None, whole=whole)
    if "HX-Request" in request.headers:
        return render_template("console/verdict.html", verdict=verdict)
    return _page(verdict)
