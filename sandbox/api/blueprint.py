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
from sandbox.api.calls import Route
from sandbox.api.door import view_of

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


def platform() -> Blueprint:
    blueprint = Blueprint("platform", __name__)
    for route in _routes():
        name = route.path.replace(".", "_")
        blueprint.add_url_rule(route.path, name, view_of(route), methods=["GET", "POST"])
    return blueprint


def paths() -> set[str]:
    return {route.path for route in _routes()}


def _routes() -> list[Route]:
    return [route for module in MODULES for route in module.routes.table]
