"""自助式: which columns the signed-in member wants to see first. Nobody else reads it."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.db import Session
from app.study.plans import choices
from app.study.plans.people import NotHere
from pages.blueprint import pages
from pages.edge import member_id, services
from pages.sign_in import back_to


@pages.get("/study/choices")
@member("the signed-in member's own choice among the columns that they are offered")
def study_choices() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return render_template(
            "pages/study/choices.html",
            columns=_offered(session),
            chosen=_chosen(session),
            saved="saved" in request.args,
        )


@pages.post("/study/choices")
@member("the signed-in member's own choice among the columns that they are offered")
def study_save_choices() -> ResponseReturnValue:
    """Of the columns that the page showed; what was opened or archived since stays as it is."""
    shown, wanted = set(request.form.getlist("shown")), set(request.form.getlist("column"))
    with services().sessions.begin() as session:
        before = _chosen(session)
        for column_id in _offered(session):
            if str(column_id) in wanted and column_id not in before:
                choices.choose(session, member_id=member_id(), column_id=column_id)
            elif column_id in before and str(column_id) in shown - wanted:
                choices.unchoose(session, member_id=member_id(), column_id=column_id)
    return back_to(url_for("pages.study_choices", saved=""))


def _offered(session: Session) -> dict[int, tuple[str, str]]:
    """Name and purpose by id."""
    try:
        found = choices.choosable(session, member_id=member_id())
    except NotHere:
        abort(404)
    return {one.id: (one.name, one.about) for one in found}


def _chosen(session: Session) -> set[int]:
    return {one.id for one in choices.chosen(session, member_id=member_id())}
