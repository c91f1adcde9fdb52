"""/phone: the phone in the browser, and WeChat's own script for the pages inside it."""

import hashlib
import hmac
import json

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from sandbox.here import the_world
from sandbox.sim import asked

blueprint = Blueprint("phone", __name__)
JAVASCRIPT = "text/javascript; charset=utf-8"


@blueprint.get("/")
def root() -> WerkzeugResponse:
    return redirect("/phone")


@blueprint.get("/phone")
def show() -> str:
    return render_template("phone.html", config=the_world().config)


@blueprint.post("/sim/take")
def take() -> Response:
    """Another person takes the phone: what the account's pages kept in the browser is gone (ports share cookies)."""
    openid = asked.person(the_world(), asked.body()).openid
    response = current_app.make_response({"openid": openid})
    response.set_cookie("openid", openid, path="/connect", samesite="Lax")
    for cookie in the_world().config.page_cookies:
        response.delete_cookie(cookie.get("name", ""), path=cookie.get("path", "/"))
    return response


@blueprint.get("/open/js/jweixin-1.6.0.js")
def script() -> Response:
    return current_app.send_static_file("jweixin.js")


@blueprint.get("/open/js/check.js")
def check() -> Response:
    """The answer to wx.config: whether the page's address was signed with the current ticket."""
    fits = request.args.get("appid") == the_world().config.app_id and hmac.compare_digest(
        _signature().encode(), request.args.get("signature", "").encode()
    )
    problem = "" if fits else "config:invalid signature"
    return Response(f"window.__sandboxChecked({json.dumps(problem)});", content_type=JAVASCRIPT)


def _signature() -> str:
    world = the_world()
    with world.lock:
        ticket, _ = world.jsapi.current("jsapi")
    named = {name: request.args.get(name, "") for name in ("noncestr", "timestamp", "url")}
    text = "&".join(f"{name}={value}" for name, value in ({"jsapi_ticket": ticket} | named).items())
    return hashlib.sha1(text.encode()).hexdigest()
