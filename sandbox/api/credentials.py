"""/cgi-bin/token, stable_token and the JS-SDK ticket."""

from sandbox.api.calls import NO_TOKEN, OK, Call, Json, Routes
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()


def check_credentials(world: World, app_id: str, secret: str) -> None:
    if not app_id:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    expected = world.config.secret_of(app_id)
    if expected is None:
        raise ApiError(40013)
    if secret != expected:
        raise ApiError(40125)


@routes.get("/cgi-bin/token", needs=NO_TOKEN)
def token(world: World, call: Call) -> Json:
    if call.query.get("grant_type") != "client_credential":
        raise ApiError(40002)
    app_id = call.query.get("appid", "")
    check_credentials(world, app_id, call.query.get("secret", ""))
    issued = world.tokens.rotate(app_id)
    return {"access_token": issued.value, "expires_in": world.tokens.remaining(issued)}


@routes.post("/cgi-bin/stable_token", needs=NO_TOKEN)
def stable_token(world: World, call: Call) -> Json:
    if call.text("grant_type") != "client_credential":
        raise ApiError(40002)
    app_id = call.text("appid")
    check_credentials(world, app_id, call.text("secret"))
    forced = call.body.get("force_refresh") is True
    issued = world.tokens.force(app_id) if forced else world.tokens.stable(app_id)
    return {"access_token": issued.value, "expires_in": world.tokens.remaining(issued)}


@routes.get("/cgi-bin/ticket/getticket")
def getticket(world: World, call: Call) -> Json:
    kind = call.query.get("type", "")
    if kind not in {"jsapi", "wx_card"}:
        raise ApiError(40097)
    ticket, remaining = world.jsapi.current(kind)
    return OK | {"ticket": ticket, "expires_in": remaining}
