"""/sim/account, limits, templates, tokens: what an administrator sets at mp.weixin.qq.com."""

from dataclasses import asdict

from flask import Blueprint

from sandbox.config import FORMATS, MODES, TEMPLATE_KEYS
from sandbox.here import the_world
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused

blueprint = Blueprint("account", __name__)
SHOWN = ("account_name", "app_id", "original_id", "callback_url", "console_url", "mode", "format")
CHANGEABLE: dict[str, tuple[str, ...]] = {"mode": MODES, "format": FORMATS, "callback_url": ()}


@blueprint.get("/sim/account")
def account() -> Json:
    world = the_world()
    return {name: getattr(world.config, name) for name in SHOWN} | {"offset": world.clock.offset}


@blueprint.post("/sim/account")
def set_account() -> Json:
    given = asked.body()
    for name, value in given.items():
        if name not in CHANGEABLE or not isinstance(value, str):
            raise Refused(f"不能改：{name}")
        if CHANGEABLE[name] and value not in CHANGEABLE[name]:
            raise Refused(f"{name} 的值不对")
    for name, value in given.items():
        setattr(the_world().config, name, value)
    return account()


@blueprint.post("/sim/limits")
def limits() -> Json:
    given = asked.body()
    override = {name: given[name] for name in ("daily", "minute") if isinstance(given.get(name), int)}
    path = asked.text(given, "path")
    world = the_world()
    with world.lock:
        world.quotas.limit(path, override)
        return world.quotas.report(path)


@blueprint.post("/sim/templates")
def template() -> Json:
    given = asked.body()
    if given.keys() - TEMPLATE_KEYS or not given.get("title") or not given.get("content"):
        raise Refused("模板需要 title 与 content")
    world = the_world()
    with world.lock:
        return asdict(world.templates.define(given))


@blueprint.post("/sim/tokens/revoke")
def revoke() -> Json:
    """Every access_token answers 40001 from now on, as after a changed secret."""
    world = the_world()
    with world.lock:
        world.tokens.revoke_all()
    return {"revoked": True}
