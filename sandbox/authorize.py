"""/connect/oauth2/authorize and /cgi-bin/showqrcode: the two pages that browsers open at WeChat."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from sandbox.gate import is_loopback
from sandbox.here import the_world
from sandbox.oauth import SCOPES
from sandbox.tickets import TicketExpired, drawn
from sandbox.world import World

blueprint = Blueprint("pages", __name__)
MOST_CHOICES = 100
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")


class PageError(ValueError):
    """What WeChat writes on the page instead of going on."""


@blueprint.get("/connect/oauth2/authorize")
def authorize() -> WerkzeugResponse | str | tuple[str, int]:
    world = the_world()
    try:
        target = _checked_target(world)
    except PageError as error:
        return render_template("oauth_error.html", text=str(error)), 400
    openid = request.args.get("openid") or request.cookies.get("openid", "")
    person = world.followers.people.get(openid)
    if person is None:
        asked = {name: value for name, value in request.args.items() if name not in {"who", "openid"}}
        who = request.args.get("who", "")
        people = _choices(world, who, asked)
        return render_template("who.html", people=people, who=who, asked=asked, config=world.config)
    snapshot = person.snapshot or request.args.get("snapshot") == "1"
    with world.lock:
        code = world.oauth.issue("page", person.openid, scope=request.args["scope"], snapshot=snapshot)
    return redirect(_with_code(target, code.code, request.args.get("state", "")))


@blueprint.get("/cgi-bin/showqrcode")
def showqrcode() -> Response:
    try:
        ticket = the_world().tickets.live(request.args.get("ticket", ""))
    except (KeyError, TicketExpired):
        abort(404)
    return Response(drawn(ticket.url), content_type="image/jpg")


def _checked_target(world: World) -> str:
    target = request.args.get("redirect_uri", "")
    if world.config.secret_of(request.args.get("appid", "")) is None:
        raise PageError("10013 · AppID 不存在")
    if request.args.get("response_type") != "code":
        raise PageError("10012 · response_type 参数错误")
    if request.args.get("scope") not in SCOPES:
        raise PageError("10005 · 该公众号没有这些 scope 的权限")
    if not STATE.fullmatch(request.args.get("state", "")):
        raise PageError("10012 · state 参数错误")
    if urlsplit(target).scheme not in {"http", "https"} or not _allowed(world, target):
        raise PageError("10003 · redirect_uri 域名与后台配置不一致")
    return target


def _allowed(world: World, target: str) -> bool:
    host = urlsplit(target).hostname or ""
    if world.config.oauth_hosts:
        return host in world.config.oauth_hosts
    return host == urlsplit(world.config.callback_url).hostname or is_loopback(host)


def _choices(world: World, who: str, asked: dict[str, str]) -> list[dict[str, str]]:
    people = [one for one in list(world.followers.people.values()) if who in one.name]
    return [
        {"name": one.name, "openid": one.openid, "href": "?" + urlencode(asked | {"openid": one.openid})}
        for one in people[:MOST_CHOICES]
    ]


def _with_code(target: str, code: str, state: str) -> str:
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return urlunsplit(parts._replace(query=urlencode(query)))
