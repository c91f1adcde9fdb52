"""复核: members who ask about their amount, and the answer."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues import telling
from app.dues.assessments import listing
from app.dues.assessments import reviews as service
from app.members import queries as members
from app.organizations.models import BRANCH_KINDS
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console import convening, fields
from console import dues_money as shared
from console import dues_place as places
from console.blueprint import console
from console.edge import acting, now, scope_of, services

MOST = 100


def answering(session: Session) -> Scope:
    """Whose questions the reader sees: those of the own branch as its secretary, those of all as their accountant."""
    own = {one.path for one in convening.seats(session, Permission.DUES_DECIDE) if one.kind in BRANCH_KINDS}
    return Scope.of(own | scope_of(Permission.DUES_ACCOUNT).roots)


@console.get("/dues/reviews")
@staff(Permission.DUES_VIEW)
def dues_reviews() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _list(session)


def _list(session: Session, *, refused_id: int = 0, fault: str = "") -> str:
    rows = listing.reviews(session, answering(session), limit=MOST)
    return render_template(
        "console/dues/reviews/list.html",
        waiting=[row for row in rows if row.Review.answered_at is None],
        answered=[row for row in rows if row.Review.answered_at is not None],
        may_answer=bool(answering(session).roots),
        who=shared.called(session),
        refused_id=refused_id,
        typed=fields.body("answer", most=service.LONGEST),
        most=service.LONGEST,
        fault=fault,
    )


@console.post("/dues/reviews/<int:review_id>/answer")
@staff(Permission.DUES_VIEW)
def answer_dues_review(review_id: int) -> ResponseReturnValue:
    """The member is told that there is an answer, and reads it on their own page."""

    def answer(session: Session) -> str:
        found = listing.review(session, answering(session), review_id) or abort(404)
        said = fields.body("answer", most=service.LONGEST)
        service.answer_review(session, review_id=found.id, answer=said, by=acting().username, now=now())
        told = telling.queue_review_answered(session, review=found, now=now())
        member = members.by_id(session, scope_of(places.VIEW), found.member_id) or abort(404)
        branch = places.home(session, member.organization_id)
        shared.keep(session, "review_answered", "member", member.id, branch.id)
        return f"已答复{'，将在微信里告诉本人。' if told else '，请当面或打电话告诉本人。'}"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _list(session, refused_id=review_id, fault=refusal)

    return shared.carry_out(url_for("console.dues_reviews"), answer, shown)
