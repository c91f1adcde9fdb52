"""说明: where the member's own amount comes from, and asking to have it looked at again."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.errors import DomainError
from app.dues import months, own, own_bands
from app.dues.assessments import queries, reviews
from app.dues.assessments.explained import explained
from app.members.models import Member
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.forms import line
from pages.sign_in import back_to


@pages.get("/dues/why")
@member("the amount of the signed-in member, and their own questions about it")
def dues_why() -> ResponseReturnValue:
    return _page()


@pages.post("/dues/why/review")
@member("a question of the signed-in member's own")
def ask_review() -> ResponseReturnValue:
    """A second tap finds the first question open."""
    question = line("question")
    try:
        with services().sessions.begin() as session:
            reviews.ask_review(session, member_id=member_id(), question=question, now=now())
    except DomainError as refusal:
        return _page(refused=refusal.code, question=question), 409
    return back_to(url_for("pages.dues_why", _anchor="review"))


def _page(*, refused: str = "", question: str = "") -> str:
    month = months.current(now())
    with services().sessions.read() as session:
        assessment = queries.current(session, member_id(), month)
        found = explained(session, member_id(), month, services().vault)
        return render_template(
            "pages/dues_why.html",
            found=found,
            pays=own.pays(session.get_one(Member, member_id())),
            bands=own_bands.bands(session, assessment, found.counted_fen) if assessment and found else None,
            review=queries.latest_review(session, member_id()),
            longest=reviews.LONGEST,
            refused=refused,
            question=question,
        )
