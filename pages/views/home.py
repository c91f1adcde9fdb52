"""The first page: what waits for this person, and what is new."""

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import follower, public
from app.core.db import Session, driver_of
from app.dues import own as dues
from app.meetings import own_states
from app.meetings import queries as meetings
from app.meetings.votes import queries as votes
from app.notices.announcements import member_list
from app.notices.announcements.member_list import Item
from pages.blueprint import pages
from pages.edge import now, services, visitor

MEETINGS = 3
LATEST = 3


@pages.get("/")
@follower("the person's own meetings and notices; how to bind where they are not bound")
def home() -> ResponseReturnValue:
    member_id = visitor().member_id
    if member_id is None:
        return render_template("pages/home.html")
    with services().sessions.read() as session:
        waiting = member_list.open_items(session, member_id)
        return render_template(
            "pages/home.html",
            meetings=[(row, own_states.coming(row)) for row in _coming(session, member_id)],
            open_items=waiting,
            counts=votes.awaiting(session, member_id=member_id),
            owes=dues.owes(session, member_id=member_id, now=now()),
            latest=_beside(waiting, member_list.of_member(session, member_id, limit=LATEST + len(waiting))),
        )


def _coming(session: Session, member_id: int) -> Sequence[Any]:
    return meetings.expected_by(driver_of(session), member_id=member_id, now=now(), limit=MEETINGS)


def _beside(waiting: Sequence[Item], latest: Sequence[Item]) -> list[Item]:
    """What the page does not show already."""
    shown = {one.delivery_id for one in waiting}
    return [one for one in latest if one.delivery_id not in shown][:LATEST]


@pages.get("/<path:_anything>")
@public("says that there is no such page")
def nowhere(_anything: str) -> ResponseReturnValue:
    abort(404)
