"""create_app(): the only place that imports every adapter."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from flask import Flask

import console
import pages
from app import cli, operations
from app.bodies import BodyFirst
from app.core import logs, settings
from app.core.crypto import BadKeys
from app.core.settings import BadSettings
from app.wiring import Services, build
from handlers import front, pay_notify
from handlers.callback import Callback
from handlers.desk import Desk
from handlers.front import CallbackFirst

PAGE_THREADS = 8


def create_app(services: Services | None = None) -> Flask:
    """The web application. Without `services` they are built from config.yaml and the environment."""
    services = services or _services()
    app = Flask("zhibu", static_folder=None, template_folder=None)
    app.config["SECRET_KEY"] = services.settings.security.secret_key.get_secret_value()
    desk = Desk(services)
    app.extensions["zhibu"] = services
    app.extensions["zhibu.desk"] = desk
    console.register(app, services)
    pages.register(app)
    operations.register(app, services)
    cli.register(app)
    callback = Callback(services, desk)
    app.extensions["zhibu.callback"] = callback
    front.register(app, callback)
    pay_notify.register(app, services)
    return app


def create_server(services: Services | None = None) -> CallbackFirst:
    """The same for an ASGI server: the callback on the event loop, Flask in threads."""
    app = create_app(services)
    extensions = app.extensions
    embedded = extensions["zhibu"].sessions.engine.dialect.name == "sqlite"
    width = 1 if embedded else extensions["zhibu"].settings.callback.handler_threads
    flask: Any = WSGIMiddleware(cast("Any", app), workers=PAGE_THREADS)
    return CallbackFirst(
        extensions["zhibu.callback"], extensions["zhibu.desk"], BodyFirst(flask), width=width
    )


def _services() -> Services:
    """Settings that do not hold stop the process with one line, without a traceback."""
    logs.configure()
    try:
        return build(settings.load())
    except (BadSettings, BadKeys) as fault:
        raise SystemExit(f"zhibu: {fault}") from None
