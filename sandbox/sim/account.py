"""/sim/account, limits, templates, tokens: what an administrator sets at mp.weixin.qq.com."""

from dataclasses import asdict

from flask import Blueprint, request

from sandbox.config import FORMATS, MODES, TEMPLATE_KEYS, USES
from sandbox.here import the_world
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.template_messages import Template
from sandbox.world import World

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
    if given.get("use", USES[0]) not in USES:
        raise Refused(f"use 应为 {'、'.join(USES)} 之一")
    world = the_world()
    with world.lock:
        return asdict(world.templates.define(given))


@blueprint.get("/sim/templates")
def templates() -> Json:
    """With `openid`, also how many notices of each this person still accepts."""
    world, openid = the_world(), request.args.get("openid", "")
    with world.lock:
        everything = list(world.templates.definitions.values())
        return {"templates": [asdict(one) | {"left": _left(world, one, openid)} for one in everything]}


def _left(world: World, template: Template, openid: str) -> int:
    whom = world.followers.mini_openid(openid) if template.use == "mini_program" else openid
    return world.wallet.left(whom, template.template_id)


@blueprint.post("/sim/tokens/revoke")
def revoke() -> Json:
    """Every access_token answers 40001 from now on, as after a changed secret."""
    world = the_world()
    with world.lock:
        world.tokens.revoke_all()
    return {"revoked": True}
