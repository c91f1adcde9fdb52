"""/sim/follow, text, scan, click …: what a person does on the phone."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint

from sandbox import acts
from sandbox.here import the_world
from sandbox.inbound import Push
from sandbox.sim import requests
from sandbox.sim.requests import Json, Refused
from sandbox.tickets import Ticket, TicketExpired
from sandbox.world import World

blueprint = Blueprint("gestures", __name__)
Act = Callable[[World, Json], Push | Json]


def gesture(act: Act) -> Act:
    """POST /sim/<name of the function>: the push that the act causes, delivered."""

    def view() -> Json:
        world, given = the_world(), requests.body()
        with world.lock:
            result = act(world, given)
        if isinstance(result, dict):
            return result
        delivery = world.pusher.deliver(result, wait=given.get("wait") is not False)
        return {"delivery": delivery.as_json()}

    blueprint.add_url_rule(f"/sim/{act.__name__}", act.__name__, view, methods=["POST"])
    return act


@gesture
def follow(world: World, given: Json) -> Push | Json:
    person = requests.person(world, given)
    if person.subscribed:
        return {"delivery": None}
    scene = requests.text(given, "scene", needed=False)
    return acts.follow(world, person, _ticket(world, {"scene": scene}) if scene else None)


@gesture
def unfollow(world: World, given: Json) -> Push | Json:
    person = requests.person(world, given)
    return acts.unfollow(world, person) if person.subscribed else {"delivery": None}


@gesture
def text(world: World, given: Json) -> Push:
    person = requests.follower(world, given)
    extra = {"bizmsgmenuid": given["bizmsgmenuid"]} if given.get("bizmsgmenuid") else {}
    return acts.write(world, person, requests.text(given, "content"), extra)


@gesture
def image(world: World, given: Json) -> Push:
    return acts.photograph(world, requests.follower(world, given))


@gesture
def click(world: World, given: Json) -> Push:
    return acts.click(world, requests.follower(world, given), requests.text(given, "key"))


@gesture
def view(world: World, given: Json) -> Push:
    return acts.view(world, requests.follower(world, given), requests.text(given, "url"))


@gesture
def scan(world: World, given: Json) -> Push | Json:
    person = requests.person(world, given)
    ticket = _ticket(world, given)
    if ticket is not None:
        return acts.scan(world, person, ticket)
    return _opened(requests.text(given, "url"))


@gesture
def event(world: World, given: Json) -> Push:
    fields = given.get("fields", {})
    if not isinstance(fields, dict):
        raise Refused("fields 应为对象")
    openid = requests.text(given, "openid", needed=False)
    return acts.any_event(world, openid, requests.text(given, "event"), fields)


def _opened(url: str) -> Json:
    if urlsplit(url).scheme in {"http", "https"}:
        return {"open": url}
    raise Refused("扫到的内容不是二维码链接")


def _ticket(world: World, given: Json) -> Ticket | None:
    try:
        if given.get("ticket"):
            return world.tickets.live(requests.text(given, "ticket"))
        if given.get("scene"):
            return world.tickets.of_scene(requests.text(given, "scene"))
        return world.tickets.by_url(requests.text(given, "url"))
    except TicketExpired as error:
        raise Refused("二维码已过期", code=410) from error
    except KeyError as error:
        raise Refused("没有这个二维码", code=404) from error
