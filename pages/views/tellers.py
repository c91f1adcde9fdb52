"""A teller checks the count on their own phone, and confirms it with one tap."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.votes import queries, service
from app.meetings.votes.queries import TellersView
from app.staff import audit
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.sign_in import back_to
from pages.views.notices import KEY

MOST_DIGITS = 6


@pages.get(f"/votes/<{KEY}:vote_id>")
@member("only what the signed-in member counts as a teller; anything else is 404")
def vote(vote_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return render_template("pages/teller.html", seen=_own(session, vote_id), fault="")


def _own(session: Session, vote_id: int) -> TellersView:
    return queries.for_teller(session, member_id=member_id(), vote_id=vote_id) or abort(404)


@pages.post(f"/votes/<{KEY}:vote_id>/confirm")
@member("only what the signed-in member counts as a teller; anything else is 404")
def confirm_count(vote_id: int) -> ResponseReturnValue:
    """A second tap finds it done; a count that was entered anew meanwhile is shown instead."""
    try:
        with services().sessions.begin() as session:
            _confirm(session, _own(session, vote_id))
    except DomainError as refusal:
        with services().sessions.read() as session:
            return render_template("pages/teller.html", seen=_own(session, vote_id), fault=refusal.code), 409
    return back_to(url_for("pages.vote", vote_id=vote_id))


def _confirm(session: Session, seen: TellersView) -> None:
    sheet, count_number = seen.sheet, _seen_count()
    done = service.confirm(
        session, vote=sheet.vote, member_id=member_id(), count_number=count_number, now=now()
    )
    if done.fresh:
        audit.record(
            session,
            actor=f"member:{member_id()}",
            action="meeting.vote_confirmed",
            subject=f"meeting:{sheet.meeting.id}",
            organization_id=sheet.meeting.organization_id,
            details={"vote": sheet.vote.number, "round": count_number},
            now=now(),
        )


def _seen_count() -> int:
    """Which count was on the page; 0, which no count has, for anything that is no number."""
    sent = request.form.get("count", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= MOST_DIGITS else 0
