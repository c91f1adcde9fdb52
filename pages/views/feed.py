"""The person's calendar address: made, replaced and taken back by them, and read by their phone without signing in."""

import hashlib
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member, public
from app.core.db import Session
from app.meetings import feed
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.sign_in import back_to

CALENDAR: Final = "text/calendar; charset=utf-8"
WITHIN: Final = timedelta(hours=1)
MOST: Final = 60
"""Reads of one address within that time; calendars ask every few hours."""
NAME: Final = "我的会议"
TOO_MANY: Final = 429


@pages.get("/calendar")
@member("whether the signed-in member has an address; the address itself is shown to nobody again")
def calendar() -> ResponseReturnValue:
    with services().sessions.read() as session:
        made_at = feed.made_at(session, member_id=member_id())
    return render_template("pages/calendar.html", made_at=made_at, address="", ended="ended" in request.args)


@pages.post("/calendar")
@member("the signed-in member's own address")
def make_calendar() -> ResponseReturnValue:
    """The answer itself shows the address: it is kept nowhere to be shown later."""
    with services().sessions.begin() as session:
        token = feed.make(session, member_id=member_id(), now=now())
    address = f"{_house()}{url_for('pages.calendar_file', token=token)}"
    return render_template("pages/calendar.html", made_at=now(), address=address, ended=False)


@pages.post("/calendar/end")
@member("the signed-in member's own address")
def end_calendar() -> ResponseReturnValue:
    with services().sessions.begin() as session:
        feed.revoke(session, member_id=member_id())
    return back_to(url_for("pages.calendar", ended=""))


@pages.get("/calendar/<token>.ics")
@public("whoever has the address; it is the person's own to give, and says nothing about others")
def calendar_file(token: str) -> ResponseReturnValue:
    with services().sessions.read() as session:
        owner = feed.owner(session, token=token)
        if owner is None:
            abort(404)
        if _asked_too_often(token):
            return make_response("", TOO_MANY, {"Retry-After": str(int(WITHIN.total_seconds()))})
        answer = make_response(_file(session, owner))
    answer.headers["Content-Type"] = CALENDAR
    answer.headers["Content-Disposition"] = "inline; filename=meetings.ics"
    answer.add_etag()
    return answer.make_conditional(request)


def _file(session: Session, owner: int) -> bytes:
    rows, house = feed.meetings(session, member_id=owner, now=now()), _house()
    pages_at = f"{house}{url_for('pages.own_meetings')}" if house else ""
    return feed.text(rows, name=NAME, pages=pages_at, host=urlsplit(house).hostname or "localhost")


def _asked_too_often(token: str) -> bool:
    """By the address, of which the store is given no more than the database is; what nobody made is not counted."""
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return services().store.incr(f"pages:calendar:{digest}", WITHIN) > MOST


def _house() -> str:
    return services().settings.site.base_url.rstrip("/")
