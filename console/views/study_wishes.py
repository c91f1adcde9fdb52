"""点播: what members of the branch ask for, without names, branches or days; offered something, or told why not."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.staff.permissions import Permission
from app.study.plans import wishes
from console import dues_money as shared
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import acting, now, services
from console.study_choosing import QUERY_LENGTH, choices
from console.study_place import Home

WRITE = Permission.STUDY_WRITE


@console.get("/study/wishes")
@staff(WRITE)
def study_wishes() -> ResponseReturnValue:
    with services().sessions.read() as session:
        home = places.home(session, WRITE)
        rows = wishes.open_wishes(session, home.scope) if home else []
        return render_template("console/study/wishes.html", home=home, rows=rows)


@console.get("/study/wishes/<key>")
@staff(WRITE)
def study_wish(key: str) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, key)


def _page(session: Session, key: str, refusal: str = "") -> str:
    home, wish = _wanted(session, key)
    query = fields.line("q", most=QUERY_LENGTH)
    return render_template(
        "console/study/wish.html",
        wish=wish,
        found=choices(session, home.organization, query),
        q=query,
        item=fields.number("item"),
        answer=fields.line("answer", most=wishes.LIMIT),
        limit=wishes.LIMIT,
        refusal=refusal,
    )


def _wanted(session: Session, key: str) -> tuple[Home, wishes.OpenWish]:
    """Of the reader's own seats; 404 for an answered one, and for somebody else's."""
    every = places.homes(session, WRITE)
    found = ((home, one) for home in every for one in wishes.open_wishes(session, home.scope))
    return next((pair for pair in found if pair[1].key == key), None) or abort(404)


@console.post("/study/wishes/<key>/offer")
@staff(WRITE)
def offer_study_wish(key: str) -> ResponseReturnValue:
    def offer(session: Session) -> str:
        home, _ = _wanted(session, key)
        wishes.offer(
            session,
            home.scope,
            key=key,
            item_id=fields.number("item") or 0,
            answer=fields.line("answer", most=wishes.LIMIT),
            by=acting().username,
            now=now(),
        )
        places.keep(session, "wish_offered", f"wish:{key}", home.organization.id)
        return "已安排，点播的同志在手机上看得到。"

    return _act(key, offer)


@console.post("/study/wishes/<key>/decline")
@staff(WRITE)
def decline_study_wish(key: str) -> ResponseReturnValue:
    def decline(session: Session) -> str:
        home, _ = _wanted(session, key)
        answer = fields.line("answer", most=wishes.LIMIT)
        wishes.decline(session, home.scope, key=key, answer=answer, by=acting().username, now=now())
        places.keep(session, "wish_declined", f"wish:{key}", home.organization.id)
        return "已答复，点播的同志在手机上看得到。"

    return _act(key, decline)


def _act(key: str, verb: shared.Verb) -> ResponseReturnValue:
    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _page(session, key, refusal)

    return shared.carry_out(url_for("console.study_wishes"), verb, shown)
