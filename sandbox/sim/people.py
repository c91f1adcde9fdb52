"""/sim/people: who has a phone, and what is on it."""

from dataclasses import asdict

from flask import Blueprint, Response

from sandbox.followers import Person
from sandbox.here import the_world
from sandbox.oauth import mini_openid
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.world import World

blueprint = Blueprint("people", __name__)
SWITCHES = ("receives", "snapshot")
CODES = ("mini", "phone")


@blueprint.get("/sim/people")
def people() -> Json:
    world = the_world()
    with world.lock:
        return {"people": [_shown(world, one) for one in world.followers.people.values()]}


@blueprint.post("/sim/people")
def create() -> Json:
    world, given = the_world(), asked.body()
    openid = asked.text(given, "openid", needed=False)
    name = asked.text(given, "name", needed=openid not in world.followers.people)
    unionid = asked.text(given, "unionid", needed=False)
    with world.lock:
        made = world.followers.create(name=name, openid=openid, unionid=unionid)
        for switch in SWITCHES:
            if isinstance(given.get(switch), bool):
                setattr(made, switch, given[switch])
        return _shown(world, made)


@blueprint.get("/sim/people/<openid>/messages")
def messages(openid: str) -> Json:
    world = the_world()
    if openid not in world.followers.people:
        raise Refused(f"没有这个人：{openid}", code=404)
    with world.lock:
        return {"messages": list(world.chats.since(openid, asked.since()))}


@blueprint.post("/sim/code")
def code() -> Json:
    """The code that wx.login (mini) or getPhoneNumber (phone) hands to the mini-program."""
    world, given = the_world(), asked.body()
    kind = asked.text(given, "kind")
    if kind not in CODES:
        raise Refused("kind 应为 mini 或 phone")
    with world.lock:
        return {"code": world.oauth.issue(kind, asked.person(world, given).openid).code}


@blueprint.get("/sim/media/<media_id>")
def medium(media_id: str) -> Response:
    found = the_world().media.live(media_id)
    return Response(found.content, content_type=found.content_type)


def _shown(world: World, person: Person) -> Json:
    return asdict(person) | {"mini_openid": mini_openid(person, world.config.mini_app_id)}
