"""/sim/people: who has a phone, and what is on it."""

from flask import Blueprint, Response, request

from sandbox.followers import Person
from sandbox.here import the_world
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.world import World

blueprint = Blueprint("people", __name__)
KINDS: dict[str, type] = {
    "openid": str,
    "name": str,
    "unionid": str,
    "subscribed": bool,
    "receives": bool,
    "snapshot": bool,
    "refuses": int,
}
CODES = ("mini", "phone")
MOST_AT_ONCE = 10_000


@blueprint.get("/sim/people")
def people() -> Json:
    """All, or with `search` those whose name or openid has it in it; at most `limit`."""
    world, wanted = the_world(), request.args.get("search", "").lower()
    limit = asked.number("limit", 0)
    with world.lock:
        everybody = world.followers.people.values()
        found = [one for one in everybody if wanted in f"{one.name} {one.openid}".lower()]
        shown = [_shown(world, one) for one in found[: limit or None]]
    return {"people": shown, "found": len(found), "total": len(world.followers.people)}


@blueprint.get("/sim/people/<openid>")
def one(openid: str) -> Json:
    world = the_world()
    with world.lock:
        return _shown(world, asked.person(world, {"openid": openid}))


@blueprint.post("/sim/people")
def create() -> Json:
    """One person, or with `people` a list of them; with `keep`, whoever is there already stays as they are."""
    world, given = the_world(), asked.body()
    if "people" not in given:
        with world.lock:
            return _shown(world, _made(world, _checked(given, world)))
    rows = given["people"]
    if not isinstance(rows, list) or len(rows) > MOST_AT_ONCE:
        raise Refused(f"people 应为不超过 {MOST_AT_ONCE} 人的列表")
    checked = [_checked(row, world) for row in rows]
    with world.lock:
        before = len(world.followers.people)
        for row in checked:
            if not (given.get("keep") is True and row.get("openid") in world.followers.people):
                _made(world, row)
        return {"made": len(world.followers.people) - before, "total": len(world.followers.people)}


def _checked(row: object, world: World) -> Json:
    if not isinstance(row, dict):
        raise Refused("每个人应为一个对象")
    known = {name: value for name, value in row.items() if name in KINDS}
    for name, value in known.items():
        if type(value) is not KINDS[name]:
            raise Refused(f"{name} 的值不对")
    if not known.get("name") and known.get("openid") not in world.followers.people:
        raise Refused("缺少 name")
    return known


def _made(world: World, row: Json) -> Person:
    """Whoever is made as a follower has followed before: no event is pushed, no window opens."""
    identity = {name: row.get(name, "") for name in ("name", "openid", "unionid")}
    made = world.followers.create(**identity)
    for switch in ("receives", "snapshot", "refuses"):
        setattr(made, switch, row.get(switch, getattr(made, switch)))
    if row.get("subscribed") is True and not made.subscribed:
        world.followers.subscribe(made, scene=None)
    elif row.get("subscribed") is False and made.subscribed:
        world.followers.unsubscribe(made)
    return made


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
    return vars(person) | {"mini_openid": world.followers.mini_openid(person.openid)}
