"""The printable sheet: everybody's own code, for a door without a projector or a hall without a network."""

from base64 import b64encode

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import qr
from app.access import staff
from app.meetings import cards as sheet
from app.meetings.tickets import Card
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console.blueprint import console
from console.edge import services
from console.paging import Page, offset, wanted_page
from console.views.meetings import keeps_names, wanted

PER_SHEET = 60
"""Five printed pages; drawing more codes than that would keep the browser waiting."""


@console.get("/meetings/<int:meeting_id>/cards", endpoint="meeting_cards")
@staff(Permission.MEETINGS_MANAGE)
def cards(meeting_id: int) -> ResponseReturnValue:
    """Names and codes are the branch's own: whoever sits above it prints none."""
    with services().sessions.read() as session:
        found = wanted(session, meeting_id)
        if not keeps_names(session, found, Permission.MEETINGS_MANAGE):
            abort(403)
        first = offset(wanted_page(), PER_SHEET)
        people = sheet.people(session, found.id, offset=first, limit=PER_SHEET)
        total = sheet.count(session, found.id)
        organization = organizations.by_id(session, found.organization_id)
    return render_template(
        "console/cards.html",
        meeting=found,
        organization=organization,
        people=[(row, _code(Card(found.id, row.member_id))) for row in people],
        page=Page(wanted_page(), total, PER_SHEET),
        reachable=bool(services().settings.site.base_url),
    )


def _code(card: Card) -> str:
    """For the `src` of a picture."""
    path = url_for("pages.use_card", token=services().tickets.card_token(card))
    drawn = qr.svg(f"{services().settings.site.base_url.rstrip('/')}{path}", quick=True)
    return f"data:image/svg+xml;base64,{b64encode(drawn).decode()}"
