"""Web sign-in: /sns/oauth2/*, /sns/auth, /sns/userinfo."""

from sandbox.api.calls import NO_TOKEN, OK, Call, Json, Routes
from sandbox.api.credentials import check_credentials
from sandbox.errors import ApiError
from sandbox.oauth import Grant, snapshot_openid
from sandbox.world import World

routes = Routes()


@routes.get("/sns/oauth2/access_token", needs=NO_TOKEN)
def access_token(world: World, call: Call) -> Json:
    check_credentials(world, call.query.get("appid", ""), call.query.get("secret", ""))
    if not call.query.get("code"):
        raise ApiError(41008)
    if call.query.get("grant_type") != "authorization_code":
        raise ApiError(40002)
    code = world.oauth.redeem("page", call.query["code"])
    person = world.followers.known(code.openid)
    if code.snapshot:
        grant = world.oauth.grant(snapshot_openid(person.openid), code.scope)
        return _granted(grant) | {"is_snapshotuser": 1}
    answer = _granted(world.oauth.grant(person.openid, code.scope))
    return answer | ({"unionid": person.unionid} if person.unionid else {})


@routes.get("/sns/oauth2/refresh_token", needs=NO_TOKEN)
def refresh_token(world: World, call: Call) -> Json:
    if world.config.secret_of(call.query.get("appid", "")) is None:
        raise ApiError(40013)
    if call.query.get("grant_type") != "refresh_token":
        raise ApiError(40002)
    return _granted(world.oauth.refresh(call.query.get("refresh_token", "")))


@routes.get("/sns/auth", needs=NO_TOKEN)
def auth(world: World, call: Call) -> Json:
    world.oauth.check(call.query.get("access_token", ""), call.query.get("openid", ""))
    return OK


@routes.get("/sns/userinfo", needs=NO_TOKEN)
def userinfo(world: World, call: Call) -> Json:
    openid = call.query.get("openid", "")
    grant = world.oauth.check(call.query.get("access_token", ""), openid)
    if grant.scope != "snsapi_userinfo":
        raise ApiError(48001)
    person = world.followers.people.get(openid)
    return {
        "openid": openid,
        "nickname": person.name if person else "微信用户",
        "sex": 0,
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": f"{world.config.public_url}/static/portrait.svg",
        "privilege": [],
    } | ({"unionid": person.unionid} if person and person.unionid else {})


def _granted(grant: Grant) -> Json:
    return {
        "access_token": grant.access_token,
        "expires_in": 7200,
        "refresh_token": grant.refresh_token,
        "openid": grant.openid,
        "scope": grant.scope,
    }
