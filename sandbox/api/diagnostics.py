"""Addresses, callback check, quotas and their reset, look-up of a request by rid."""

from urllib.parse import urlsplit

from sandbox.api.calls import NO_TOKEN, OK, Call, Json, Routes
from sandbox.api.credentials import check_credentials
from sandbox.errors import ApiError
from sandbox.world import World

routes = Routes()
ACTIONS = ("dns", "ping", "all")
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")


@routes.get("/cgi-bin/getcallbackip")
def getcallbackip(_world: World, _call: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


@routes.get("/cgi-bin/get_api_domain_ip")
def get_api_domain_ip(_world: World, _call: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


@routes.post("/cgi-bin/callback/check")
def callback_check(world: World, call: Call) -> Json:
    action, operator = call.text("action"), call.text("check_operator") or "DEFAULT"
    if action not in ACTIONS:
        raise ApiError(40202)
    if operator not in OPERATORS:
        raise ApiError(40203)
    host = urlsplit(world.config.callback_url).hostname
    if not host:
        raise ApiError(40201)
    answer: Json = {}
    if action in {"dns", "all"}:
        answer["dns"] = [{"ip": host, "real_operator": operator}]
    if action in {"ping", "all"}:
        answer["ping"] = [{"ip": host, "from_operator": operator, "package_loss": "0%", "time": "1.000ms"}]
    return answer


@routes.post("/cgi-bin/openapi/quota/get")
def quota_get(world: World, call: Call) -> Json:
    path = _quota_path(world, call)
    return OK | world.quotas.report(path)


@routes.post("/cgi-bin/openapi/quota/clear")
def quota_clear(world: World, call: Call) -> Json:
    world.quotas.reset(_quota_path(world, call))
    return OK


@routes.post("/cgi-bin/clear_quota")
def clear_quota(world: World, call: Call) -> Json:
    if call.text("appid") != call.app_id:
        raise ApiError(40013)
    world.quotas.reset()
    return OK


@routes.post("/cgi-bin/clear_quota/v2", needs=NO_TOKEN)
def clear_quota_v2(world: World, call: Call) -> Json:
    check_credentials(world, call.text("appid"), call.text("appsecret"))
    world.quotas.reset()
    return OK


@routes.post("/cgi-bin/openapi/rid/get")
def rid_get(world: World, call: Call) -> Json:
    entry = world.log.by_rid(call.text("rid"))
    if entry is None:
        raise ApiError(76001)
    found = {
        "invoke_time": int(entry["at"]),
        "cost_in_ms": entry["ms"],
        "request_url": "&".join(f"{name}={value}" for name, value in entry["query"].items()),
        "request_body": str(entry["body"]),
        "response_body": str(entry["answer"]),
        "client_ip": entry["remote"],
    }
    return OK | {"request": found}


def _quota_path(world: World, call: Call) -> str:
    path = call.text("cgi_path")
    if not path.startswith("/"):
        raise ApiError(76003)
    if path.startswith("/sns/"):
        raise ApiError(76022)
    if path not in world.paths:
        raise ApiError(76021)
    return path
