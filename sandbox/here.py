"""The world of the application that is answering."""

from typing import cast

from flask import current_app

from sandbox.world import World


def the_world() -> World:
    return cast("World", current_app.extensions["sandbox"])
