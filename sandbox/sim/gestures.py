"""/sim/follow, text, scan, click …: what a person does on the phone."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint

from sandbox import acts
from sandbox.here import the_world
from sandbox.inbound import Push
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.tickets import Ticket, TicketExpired
from sandbox.world import World

blueprint = Blueprint("gestures", __name__)
PAGE_SCENE = "2"
Act = Callable[[World, Json], Push | Json]


def gesture(act: Act) -> Act:
    """POST /sim/<name of the function>: the push that the act causes, delivered."""

    def view() -> Json:
        world, given = the_world(), asked.body()
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
    person = asked.person(world, given)
    if person.subscribed:
        return {"delivery": None}
    scene = asked.text(given, "scene", needed=False)
    return acts.follow(world, person, _ticket(world, {"scene": scene}) if scene else None)


@gesture
def unfollow(world: World, given: Json) -> Push | Json:
    person = asked.person(world, given)
    return acts.unfollow(world, person) if person.subscribed else {"delivery": None}


@gesture
def text(world: World, given: Json) -> Push:
    person = asked.follower(world, given)
    extra = {"bizmsgmenuid": given["bizmsgmenuid"]} if given.get("bizmsgmenuid") else {}
    return acts.write(world, person, asked.text(given, "content"), extra)


@gesture
def image(world: World, given: Json) -> Push:
    return acts.photograph(world, asked.follower(world, given))


@gesture
def click(world: World, given: Json) -> Push:
    return acts.click(world, asked.follower(world, given), asked.text(given, "key"))


@gesture
def view(world: World, given: Json) -> Push:
    return acts.view(world, asked.follower(world, given), asked.text(given, "url"))


@gesture
def scan(world: World, given: Json) -> Push | Json:
    person = asked.person(world, given)
    ticket = _ticket(world, given)
    if ticket is not None:
        return acts.scan(world, person, ticket)
    return _opened(asked.text(given, "url"))


@gesture
def subscribe(world: World, given: Json) -> Push | Json:
    """Answer the box in which a page, or with `mini` the mini-program, asks for notices of some templates."""
    person = asked.person(world, given)
    choices = dict.fromkeys(asked.texts(given, "accept"), True) | dict.fromkeys(
        asked.texts(given, "reject"), False
    )
    mini = given.get("mini") is True
    offered = {one.template_id for one in world.templates.of("mini_program" if mini else "subscription")}
    if not choices or choices.keys() - offered:
        raise Refused("没有这样的订阅模板")
    if mini:
        acts.answer_mini_popup(world, person, choices)
        return {"delivery": None}
    scene = asked.text(given, "scene", needed=False) or PAGE_SCENE
    return acts.answer_popup(world, person, choices, scene=scene)


@gesture
def unsubscribe(world: World, given: Json) -> Push:
    """Turn notices of these templates off in the account's settings."""
    person, template_ids = asked.person(world, given), asked.texts(given, "templates")
    if not template_ids:
        raise Refused("缺少 templates")
    return acts.withdraw(world, person, template_ids)


@gesture
def event(world: World, given: Json) -> Push:
    fields = given.get("fields", {})
    if not isinstance(fields, dict):
        raise Refused("fields 应为对象")
    openid = asked.text(given, "openid", needed=False)
    return acts.any_event(world, openid, asked.text(given, "event"), fields)


def _opened(url: str) -> Json:
    if urlsplit(url).scheme in {"http", "https"}:
        return {"open": url}
    raise Refused("扫到的内容不是二维码链接")


def _ticket(world: World, given: Json) -> Ticket | None:
    try:
        if given.get("ticket"):
            return world.tickets.live(asked.text(given, "ticket"))
        if given.get("scene"):
            return world.tickets.of_scene(asked.text(given, "scene"))
        return world.tickets.by_url(asked.text(given, "url"))
    except TicketExpired as error:
        raise Refused("二维码已过期", code=410) from error
    except KeyError as error:
        raise Refused("没有这个二维码", code=404) from error
