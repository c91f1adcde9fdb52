"""create_app(): the only place that imports every adapter."""

from flask import Flask

import console
from app import cli, operations
from app.core import logs, settings
from app.core.crypto import BadKeys
from app.core.settings import BadSettings
from app.wiring import Services, build
from handlers import front
from handlers.callback import Callback
from handlers.desk import Desk


def create_app(services: Services | None = None) -> Flask:
    """The web application. Without `services` they are built from config.yaml and the environment."""
    services = services or _services()
    app = Flask("zhibu", static_folder=None, template_folder=None)
    app.config["SECRET_KEY"] = services.settings.security.secret_key.get_secret_value()
    desk = Desk(services)
    app.extensions["zhibu"] = services
    app.extensions["zhibu.desk"] = desk
    console.register(app, services)
    operations.register(app, services)
    cli.register(app)
    front.register(app, Callback(services, desk))
    return app


def _services() -> Services:
    """Settings that do not hold stop the process with one line, without a traceback."""
    logs.configure()
    try:
        return build(settings.load())
    except (BadSettings, BadKeys) as fault:
        raise SystemExit(f"zhibu: {fault}") from None
