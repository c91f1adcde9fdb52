"""The person's own page: what we hold of them, and what may reach them."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import follower, member
from app.members import own
from app.notices import switches
from app.notices.models import Topic
from pages import subscribing
from pages.blueprint import pages
from pages.edge import member_id, now, services, visitor
from pages.sign_in import back_to


@pages.get("/me")
@follower("the signed-in person's own record; how to bind where they are not bound")
def me() -> ResponseReturnValue:
    days = services().settings.feedback.answer_working_days
    if visitor().member_id is None:
        return render_template("pages/me.html", own=None, subscriptions=(), answer_days=days)
    with services().sessions.read() as session:
        return render_template(
            "pages/me.html",
            own=own.record(session, member_id=member_id(), vault=services().vault),
            topics=switches.OFFERED,
            switched_off=switches.switched_off(session, member_id=member_id()),
            saved="saved" in request.args,
            subscriptions=subscribing.offered(),
            wechat_script=subscribing.script_url(),
            look=subscribing.LOOK,
            answer_days=days,
        )


@pages.post("/me/topics")
@member("the signed-in member's own switches")
def save_topics() -> ResponseReturnValue:
    on = frozenset(topic for topic in Topic if topic in request.form.getlist("topic"))
    with services().sessions.begin() as session:
        switches.keep_on(session, member_id=member_id(), topics=on, now=now())
    return back_to(url_for("pages.me", saved=""))
