"""The sandbox as one Flask application."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from sandbox import authorize, phone
from sandbox.api.blueprint import paths, platform
from sandbox.api.pay_door import merchants_api
from sandbox.config import Config
from sandbox.errors import ApiError, new_rid
from sandbox.gate import may_enter
from sandbox.sim import account, control, gestures, pay, people, raw
from sandbox.state_file import StateFile
from sandbox.world import World

LARGEST_BODY = 12 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data:; "
    "connect-src 'self'; frame-src http: https:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors http://127.0.0.1:* http://localhost:*"
)


class _PlainJson(DefaultJSONProvider):
    ensure_ascii = False
    sort_keys = False


def create_sandbox(config: Config | Mapping[str, Any], state: Path | None = None) -> Flask:
    """The application; `app.extensions["sandbox"]` is its World, "sandbox.state" its file or None."""
    world = new_world(config)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = _PlainJson(app)
    app.register_blueprint(platform())
    app.register_blueprint(merchants_api())
    for part in (authorize, phone, people, gestures, control, account, raw, pay):
        app.register_blueprint(part.blueprint)
    app.extensions["sandbox"] = world
    app.extensions["sandbox.state"] = _kept_in(state, world, app) if state else None
    app.before_request(_refuse_strangers)
    app.after_request(_guard_pages)
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(ApiError, lambda error: (error.as_json(new_rid()), 404))
    return app


def new_world(config: Config | Mapping[str, Any]) -> World:
    """One that an application may be given in place of its own, as `app.extensions["sandbox"]`."""
    world = World(config if isinstance(config, Config) else Config.of(config))
    world.paths = paths()
    return world


def _kept_in(path: Path, world: World, app: Flask) -> StateFile:
    state = StateFile(path, world)
    state.restore()
    world.pusher.changed = world.notifier.changed = state.touch
    world.notifier.catch_up()

    @app.after_request
    def touch(response: Response) -> Response:
        if request.method == "POST" or not request.path.startswith(("/sim/", "/phone", "/static/")):
            state.touch()
        return response

    state.start()
    return state


def _refuse_strangers() -> None:
    if not may_enter(request):
        abort(403, "这里只接受本机")


def _guard_pages(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _refusal(error: HTTPException) -> Response:
    response = Response(status=error.code or 500)
    if request.path.startswith("/sim/"):
        response.set_data(json.dumps({"error": error.description or error.name}, ensure_ascii=False))
        response.content_type = "application/json"
    else:
        response.set_data(error.description or error.name)
        response.content_type = "text/plain; charset=utf-8"
    return response
