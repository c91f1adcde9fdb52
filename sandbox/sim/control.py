"""/sim/faults, clock, log, menu and tickets: the switches behind the scenes."""

from dataclasses import asdict

from flask import Blueprint, request

from sandbox.faults import UnknownFault
from sandbox.here import the_world
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused

blueprint = Blueprint("control", __name__)
SENT_AT_ONCE = 2000


@blueprint.get("/sim/faults")
def faults() -> Json:
    return the_world().faults.dump()


@blueprint.post("/sim/faults")
def set_faults() -> Json:
    try:
        the_world().faults.merge(asked.body())
    except UnknownFault as error:
        raise Refused(f"没有这个故障开关：{error}") from error
    return faults()


@blueprint.get("/sim/clock")
def clock() -> Json:
    now = the_world().clock
    return {"now": now.now(), "offset": now.offset}


@blueprint.post("/sim/clock")
def advance() -> Json:
    seconds = asked.body().get("advance_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise Refused("缺少 advance_seconds")
    with the_world().lock:
        the_world().clock.advance(seconds)
    the_world().notifier.catch_up()
    return clock()


@blueprint.get("/sim/log")
def log() -> Json:
    world = the_world()
    return {"entries": world.log.since(asked.since()), "last_id": world.serials.last("log")}


@blueprint.get("/sim/sent")
def sent() -> Json:
    """Every message to a person and what became of it, page by page: the next page starts after `last`."""
    world = the_world()
    limit = min(asked.number("limit", SENT_AT_ONCE), SENT_AT_ONCE)
    entries = world.sent.page(after=asked.since(), limit=limit, openid=request.args.get("openid", ""))
    last = entries[-1]["id"] if entries else asked.since()
    return {"entries": entries, "last": last, "last_id": world.sent.last}


@blueprint.get("/sim/sent/counts")
def sent_counts() -> Json:
    return {"counts": the_world().sent.counts()}


@blueprint.get("/sim/menu")
def menu() -> Json:
    world = the_world()
    with world.lock:
        return {"menu": world.menus.seen_by(asked.person(world, dict(request.args)))}


@blueprint.get("/sim/tickets")
def tickets() -> Json:
    world = the_world()
    with world.lock:
        return {"tickets": [asdict(one) for one in world.tickets.newest()]}
