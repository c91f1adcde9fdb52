"""The page on the projector: a code to scan, six digits to type, and who has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog
from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import qr
from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.meetings import attempts
from app.meetings import queries as meetings
from app.meetings import service as announcing
from app.meetings.models import Meeting
from app.meetings.votes import rules as votes
from app.meetings.votes.rules import Quorum
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from app.wechat.client import LONGEST_QR
from app.wechat.errors import WeChatError
from app.wechat.mini_codes import kind_of
from console.blueprint import console
from console.edge import now, scope, services
from console.views.meetings import keeps_names, wanted

log = structlog.get_logger()

NAMES_SHOWN = 8
MARGIN = timedelta(minutes=5)
STOP_POLLING = 286
"""htmx ends a poll on this status."""


class Shown(StrEnum):
    """Which code stands on the screen; the six digits always do."""

    WECHAT = "wechat"
    LINK = "link"
    MINI_PROGRAM = "mini"


@dataclass(frozen=True)
class Live:
    """`latest`: names on the branch's own screen, None on one opened from above."""

    expected: int
    present: int
    voting_expected: int
    voting_present: int
    waiting: int
    gate: Quorum | None
    latest: Sequence[object] | None


@console.get("/meetings/<int:meeting_id>/screen")
@staff(Permission.MEETINGS_MANAGE)
def screen(meeting_id: int) -> ResponseReturnValue:
    """For htmx the code alone: how another one is chosen, and how the link changes before it is too old."""
    return _page(meeting_id, _shown())


def _page(meeting_id: int, shown: Shown, *, fault: bool = False) -> str:
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        organization = organizations.by_id(session, found.organization_id)
        live = _live(session, found)
        target = meetings.by_id(session, scope(), found.merged_into_id) if found.merged_into_id else None
    return render_template(
        "console/screen_code.html" if "HX-Request" in request.headers else "console/screen.html",
        meeting=found,
        organization=organization,
        live=live,
        target=target,
        shown=shown,
        choices=_choices(),
        code=_code_address(found, shown),
        seconds=services().settings.meetings.link_seconds,
        over=_over(found),
        fault=fault,
    )


def _shown() -> Shown:
    by = request.values.get("by", "")
    return Shown(by) if by in _choices() else Shown.WECHAT


def _choices() -> list[Shown]:
    """The link needs an address that phones reach, the mini-program's code a mini-program."""
    link = [Shown.LINK] if services().settings.site.base_url else []
    mini = [Shown.MINI_PROGRAM] if services().mini_codes.offered else []
    return [Shown.WECHAT, *link, *mini]


def _live(session: Session, found: Meeting) -> Live:
    counts = meetings.live(session, found.id, limit=NAMES_SHOWN)
    gate = votes.gate_for_meeting(
        found.kind,
        voting_expected=counts.voting_expected,
        voting_present=counts.voting_present,
        on=local_day(found.starts_at),
    )
    return Live(
        expected=counts.expected,
        present=counts.present,
        voting_expected=counts.voting_expected,
        voting_present=counts.voting_present,
        waiting=attempts.people_waiting(session, meeting_id=found.id),
        gate=gate,
        latest=counts.latest if keeps_names(session, found, Permission.MEETINGS_MANAGE) else None,
    )


def _over(found: Meeting) -> bool:
    return found.check_in_until < now() or found.cancelled_at is not None or found.merged_into_id is not None


def _code_address(found: Meeting, shown: Shown) -> str | None:
    """None where there is none now: WeChat has not given one yet, or it ends before the sign-in does."""
    if _over(found):
        return None
    if shown is Shown.LINK:
        return url_for("console.screen_link", meeting_id=found.id, v=now().timestamp())
    if shown is Shown.MINI_PROGRAM:
        drawn = _mini_picture(found)
        return url_for("console.screen_mini_code", meeting_id=found.id) if drawn else None
    needed = min(found.check_in_until, now() + MARGIN)
    if found.ticket_url is None or found.ticket_until is None or found.ticket_until < needed:
        return None
    return url_for("console.screen_code", meeting_id=found.id, v=found.ticket_until.timestamp())


def _mini_picture(found: Meeting) -> bytes | None:
    """Kept by the client; no transaction is open while WeChat draws."""
    try:
        return services().mini_codes.picture(found.scene)
    except WeChatError as error:
        log.warning("console.mini_code.refused", meeting=found.id, error=str(error))
        return None


@console.get("/meetings/<int:meeting_id>/live")
@staff(Permission.MEETINGS_MANAGE)
def screen_live(meeting_id: int) -> ResponseReturnValue:
    """Asked every two seconds while people sign in."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        live = _live(session, found)
    page = render_template("console/screen_live.html", meeting=found, live=live, over=_over(found))
    return page, STOP_POLLING if _over(found) else 200


@console.get("/meetings/<int:meeting_id>/code.svg")
@staff(Permission.MEETINGS_MANAGE)
def screen_code(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        address = wanted(session, meeting_id).ticket_url
    if address is None:
        abort(404)
    return Response(qr.svg(address), mimetype="image/svg+xml")


@console.get("/meetings/<int:meeting_id>/link.svg", endpoint="screen_link")
@staff(Permission.MEETINGS_MANAGE)
def link_code(meeting_id: int) -> ResponseReturnValue:
    """A link that begins to age with this very answer."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
    if Shown.LINK not in _choices() or _over(found):
        abort(404)
    path = url_for("pages.scanned", token=services().tickets.link_token(found.scene, now()))
    return Response(
        qr.svg(f"{services().settings.site.base_url.rstrip('/')}{path}"), mimetype="image/svg+xml"
    )


@console.get("/meetings/<int:meeting_id>/mini-code", endpoint="screen_mini_code")
@staff(Permission.MEETINGS_MANAGE)
def mini_code(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
    picture = _mini_picture(found) if services().mini_codes.offered else None
    if picture is None:
        abort(404)
    return Response(picture, mimetype=kind_of(picture))


@console.post("/meetings/<int:meeting_id>/ticket")
@staff(Permission.MEETINGS_MANAGE)
def ask_ticket(meeting_id: int) -> ResponseReturnValue:
    """Ask WeChat for the code; without it the other ways still work, and the page says so."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
    fault = False
    if _code_address(found, Shown.WECHAT) is None and not _over(found):
        fault = not _fetch(found)
    return _page(meeting_id, Shown.WECHAT, fault=fault)


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
