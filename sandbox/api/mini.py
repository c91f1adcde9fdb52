"""Mini-program: sign-in, phone number, codes, text check."""

import base64
import re
import secrets

from sandbox.api.calls import MINI, NO_TOKEN, OK, Binary, Call, Json, Routes
from sandbox.api.credentials import check_credentials
from sandbox.errors import ApiError
from sandbox.serials import random_name
from sandbox.tickets import drawn
from sandbox.world import World

routes = Routes()
SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
WIDTHS = range(280, 1281)
SCENARIOS = (1, 2, 3, 4)
LONGEST_TEXT = 2500
RECENT = 2 * 3600


@routes.get("/sns/jscode2session", needs=NO_TOKEN)
def jscode2session(world: World, call: Call) -> Json:
    check_credentials(world, call.query.get("appid", ""), call.query.get("secret", ""))
    if not call.query.get("js_code"):
        raise ApiError(41008)
    code = world.oauth.redeem("mini", call.query["js_code"])
    person = world.followers.known(code.openid)
    person.visited_mini_at = world.clock.now()
    answer = {
        "openid": world.followers.mini_openid(person.openid),
        "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
    }
    return answer | ({"unionid": person.unionid} if person.unionid else {})


@routes.post("/wxa/business/getuserphonenumber", needs=MINI)
def getuserphonenumber(world: World, call: Call) -> Json:
    code = world.oauth.redeem("phone", call.text("code"))
    number = world.followers.known(code.openid).phone_number
    mark = {"timestamp": int(world.clock.now()), "appid": world.config.mini_app_id}
    info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86", "watermark": mark}
    return OK | {"phone_info": info}


@routes.post("/wxa/getwxacodeunlimit", needs=MINI)
def getwxacodeunlimit(world: World, call: Call) -> Binary:
    scene, page = call.text("scene"), call.text("page")
    if not SCENE.fullmatch(scene):
        raise ApiError(40129)
    if page.startswith("/") or "?" in page:
        raise ApiError(41030)
    pages = world.config.mini_pages
    if call.body.get("check_path", True) and pages and page and page not in pages:
        raise ApiError(41030)
    if call.body.get("width", 430) not in WIDTHS:
        raise ApiError(40097)
    return Binary(drawn(f"https://mp.weixin.qq.com/a/~{page}?scene={scene}"), "image/jpeg")


@routes.post("/wxa/msg_sec_check", needs=MINI)
def msg_sec_check(world: World, call: Call) -> Json:
    content = call.text("content")
    if call.body.get("version") != 2 or call.body.get("scene") not in SCENARIOS:  # noqa: PLR2004 -- WeChat's v2
        raise ApiError(40097)
    if not 1 <= len(content) <= LONGEST_TEXT:
        raise ApiError(44004 if not content else 45002)
    visitor = world.followers.in_mini(call.text("openid"))
    if world.clock.now() - visitor.visited_mini_at > RECENT:
        raise ApiError(61010)
    risky = any(word in content for word in world.config.risky_words)
    label = 20006 if risky else 100
    result = {"suggest": "risky" if risky else "pass", "label": label}
    detail = {"strategy": "content_model", "errcode": 0, "prob": 90, **result}
    return OK | {"result": result, "detail": [detail], "trace_id": random_name(32)}
