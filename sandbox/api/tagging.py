"""/cgi-bin/tags/* and /cgi-bin/user/tag/get."""

from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()
BATCH = 50


def _tag(call: Call) -> tuple[int, str]:
    tag = call.body.get("tag")
    if not isinstance(tag, dict):
        raise ApiError(47001)
    number = tag.get("id", 0)
    return int(number) if str(number).isdecimal() else 0, str(tag.get("name", ""))


@routes.post("/cgi-bin/tags/create")
def create(world: World, call: Call) -> Json:
    made = world.tags.create(_tag(call)[1])
    return {"tag": {"id": made.id, "name": made.name}}


@routes.get("/cgi-bin/tags/get")
def get(world: World, _call: Call) -> Json:
    return {"tags": world.tags.listed()}


@routes.post("/cgi-bin/tags/update")
def update(world: World, call: Call) -> Json:
    number, name = _tag(call)
    world.tags.rename(number, name)
    return OK


@routes.post("/cgi-bin/tags/delete")
def delete(world: World, call: Call) -> Json:
    world.tags.delete(_tag(call)[0])
    return OK


@routes.post("/cgi-bin/user/tag/get")
def members(world: World, call: Call) -> Json:
    number = call.number("tagid")
    world.tags.one(number)
    return world.followers.page(call.text("next_openid"), tag=number)


@routes.post("/cgi-bin/tags/members/batchtagging")
def batchtagging(world: World, call: Call) -> Json:
    world.tags.put_on(call.texts("openid_list", BATCH), call.number("tagid"))
    return OK


@routes.post("/cgi-bin/tags/members/batchuntagging")
def batchuntagging(world: World, call: Call) -> Json:
    world.tags.take_off(call.texts("openid_list", BATCH), call.number("tagid"))
    return OK


@routes.post("/cgi-bin/tags/getidlist")
def getidlist(world: World, call: Call) -> Json:
    return {"tagid_list": world.followers.known(call.text("openid")).tagid_list}
