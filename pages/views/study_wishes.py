"""点播: what the signed-in member asks the branch to offer. Who asked is shown to nobody else."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.errors import DomainError
from app.study.plans import wishes
from app.study.plans.people import NotHere
from app.study.plans.states import WishState
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.forms import line
from pages.sign_in import back_to
from pages.views.notices import KEY


@pages.get("/study/wishes")
@member("the signed-in member's own wishes")
def study_wishes() -> ResponseReturnValue:
    return _page()


@pages.post("/study/wishes")
@member("a wish of the signed-in member's own")
def study_wish() -> ResponseReturnValue:
    """A second tap finds the same wish open, and leads to the same page."""
    typed = line("text")
    try:
        with services().sessions.begin() as session:
            wishes.wish(session, member_id=member_id(), text=typed, now=now())
    except DomainError as refusal:
        return _page(refused=refusal.code, typed=typed), 409
    return back_to(url_for("pages.study_wishes", _anchor="asked"))


@pages.post(f"/study/wishes/<{KEY}:wish_id>/take-back")
@member(
    "the verb refuses any wish but an open one of the signed-in member's own; there is nothing to see of others"
)
def study_take_back_wish(wish_id: int) -> ResponseReturnValue:
    """A second tap finds it taken back, and leads to the same page."""
    own = {one.wish_id: one.state for one in _own()}
    try:
        with services().sessions.begin() as session:
            wishes.take_back(session, wish_id=wish_id, member_id=member_id())
    except wishes.WishOver as refusal:
        if own.get(wish_id, WishState.TAKEN_BACK) is not WishState.TAKEN_BACK:
            return _page(refused=refusal.code), 409
    return back_to(url_for("pages.study_wishes", _anchor="asked"))


def _own() -> list[wishes.OwnWish]:
    with services().sessions.read() as session:
        try:
            return list(wishes.own_wishes(session, member_id=member_id()))
        except NotHere:
            abort(404)


def _page(*, refused: str = "", typed: str = "") -> str:
    own = _own()
    waiting = sum(one.state is WishState.ASKED for one in own)
    return render_template(
        "pages/study/wishes.html",
        wishes=own,
        full=waiting >= len(wishes.PLACES),
        most=len(wishes.PLACES),
        longest=wishes.LIMIT,
        refused=refused,
        typed=typed,
    )
