"""All calls of the platform, put on Flask."""

from flask import Blueprint

from sandbox.api import (
    credentials,
    diagnostics,
    menu,
    messages,
    mini,
    qrcodes,
    sns,
    subscriptions,
    tagging,
    templates,
    uploads,
    users,
)
from sandbox.api.door import view_of
from sandbox.world import World

MODULES = (
    credentials,
    diagnostics,
    menu,
    messages,
    mini,
    qrcodes,
    sns,
    subscriptions,
    tagging,
    templates,
    uploads,
    users,
)


def platform(world: World) -> Blueprint:
    blueprint = Blueprint("platform", __name__)
    for module in MODULES:
        for route in module.routes.table:
            world.paths.add(route.path)
            blueprint.add_url_rule(
                route.path, route.path.replace(".", "_"), view_of(world, route), methods=["GET", "POST"]
            )
    return blueprint
