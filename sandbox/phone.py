"""/phone: the phone in the browser; everything on it goes through /sim."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from sandbox.here import the_world

blueprint = Blueprint("phone", __name__)


@blueprint.get("/")
def root() -> Response:
    return redirect("/phone")


@blueprint.get("/phone")
def show() -> str:
    return render_template("phone.html", config=the_world().config)
