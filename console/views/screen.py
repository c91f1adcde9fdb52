"""The page on the projector: a code to scan, six digits to type, and who has arrived."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import qr
from app.access import staff
from app.core.db import Session
from app.meetings import queries as meetings
from app.meetings import service as announcing
from app.meetings.models import Meeting
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from app.wechat.client import LONGEST_QR
from app.wechat.errors import WeChatError
from console.blueprint import console
from console.edge import now, services
from console.views.meetings import keeps_names, wanted

log = structlog.get_logger()

NAMES_SHOWN = 8
MARGIN = timedelta(minutes=5)
STOP_POLLING = 286
"""htmx ends a poll on this status."""


@console.get("/meetings/<int:meeting_id>/screen")
@staff(Permission.MEETINGS_MANAGE)
def screen(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        organization = organizations.by_id(session, found.organization_id)
        live = _live(session, found)
    return render_template(
        "console/screen.html",
        meeting=found,
        organization=organization,
        live=live,
        code=_code_address(found),
        fault=False,
    )


def _live(session: Session, found: Meeting) -> tuple[int, int, Sequence[object] | None]:
    """(应到, 实到, the latest names): names on the branch's own screen, none on one opened from above."""
    live = meetings.live(session, found.id, limit=NAMES_SHOWN)
    return (
        live.expected,
        live.present,
        live.latest if keeps_names(session, found, Permission.MEETINGS_MANAGE) else None,
    )


def _code_address(found: Meeting) -> str | None:
    """None where WeChat has not given a code yet, or it ends before the sign-in does."""
    needed = min(found.check_in_until, now() + MARGIN)
    if found.ticket_url is None or found.ticket_until is None or found.ticket_until < needed:
        return None
    return url_for("console.screen_code", meeting_id=found.id, v=found.ticket_until.timestamp())


@console.get("/meetings/<int:meeting_id>/live")
@staff(Permission.MEETINGS_MANAGE)
def screen_live(meeting_id: int) -> ResponseReturnValue:
    """Asked every two seconds while people sign in."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        live = _live(session, found)
    over = found.check_in_until < now() or found.cancelled_at is not None
    page = render_template("console/screen_live.html", meeting=found, live=live)
    return page, STOP_POLLING if over else 200


@console.get("/meetings/<int:meeting_id>/code.svg")
@staff(Permission.MEETINGS_MANAGE)
def screen_code(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        address = wanted(session, meeting_id).ticket_url
    if address is None:
        abort(404)
    return Response(qr.svg(address), mimetype="image/svg+xml")


@console.post("/meetings/<int:meeting_id>/ticket")
@staff(Permission.MEETINGS_MANAGE)
def ask_ticket(meeting_id: int) -> ResponseReturnValue:
    """Ask WeChat for the code; without it the six digits still work, and the page says so."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
    fault = False
    if _code_address(found) is None and found.check_in_until > now():
        fault = not _fetch(found)
    template = "console/screen_code.html" if "HX-Request" in request.headers else "console/screen.html"
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        organization = organizations.by_id(session, found.organization_id)
        live = _live(session, found)
    return render_template(
        template,
        meeting=found,
        organization=organization,
        live=live,
        code=_code_address(found),
        fault=fault,
    )


def _fetch(found: Meeting) -> bool:
    """No transaction is open while WeChat thinks."""
    lives = min(found.check_in_until - now() + MARGIN, LONGEST_QR)
    try:
        ticket = services().wechat.create_qr(found.scene, lives)
    except WeChatError as error:
        log.warning("console.ticket.refused", meeting=found.id, error=str(error))
        return False
    with services().sessions.begin() as session:
        until = now() + timedelta(seconds=ticket.expires_in)
        announcing.ticket_issued(session, meeting=wanted(session, found.id), url=ticket.url, until=until)
    return True
