"""/cgi-bin/user/*."""

from sandbox.api.calls import OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.followers import REMARK_LENGTH, as_user_info
from sandbox.world import World

routes = Routes()
BATCH = 100


@routes.get("/cgi-bin/user/info")
def info(world: World, call: Call) -> Json:
    openid = call.query.get("openid", "")
    if not openid:
        raise ApiError(41009)
    return as_user_info(world.followers.known(openid))


@routes.post("/cgi-bin/user/info/batchget")
def batchget(world: World, call: Call) -> Json:
    asked = call.body.get("user_list")
    if not isinstance(asked, list) or not 1 <= len(asked) <= BATCH:
        raise ApiError(40032)
    openids = [str(one.get("openid", "")) if isinstance(one, dict) else "" for one in asked]
    return {"user_info_list": [as_user_info(world.followers.known(openid)) for openid in openids]}


@routes.get("/cgi-bin/user/get")
def get(world: World, call: Call) -> Json:
    return world.followers.page(call.query.get("next_openid", ""))


@routes.post("/cgi-bin/user/info/updateremark")
def updateremark(world: World, call: Call) -> Json:
    remark = call.text("remark")
    if len(remark) >= REMARK_LENGTH:
        raise ApiError(45002)
    world.followers.following(call.text("openid")).remark = remark
    return OK
