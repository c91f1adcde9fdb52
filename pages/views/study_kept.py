"""Articles kept on a phone. The phone keeps them; which ones, nobody here knows."""

from flask import render_template, send_from_directory
from flask.typing import ResponseReturnValue

from app.access import member, public
from pages.blueprint import pages
from pages.presentation import STATIC


@pages.get("/study/kept")
@member("the same page for every member: what it lists is read from the phone by the phone")
def study_kept() -> ResponseReturnValue:
    return render_template("pages/study/kept.html")


@pages.get("/study/worker.js")
@public("a script; no data")
def study_worker() -> ResponseReturnValue:
    """Under the pages that it serves: a browser lets a worker reach no further than where it comes from."""
    answer = send_from_directory(STATIC, "study_worker.js", mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/m/study"
    return answer
