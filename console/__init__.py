"""The secretaries' web console under /console."""

from flask import Flask

from app.wiring import Services
from console import access, errors, headers, presentation, signed_in
from console.views import console

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Adds the console's routes, its gate and its error pages. The services are in `extensions["zhibu"]`."""
    signed_in.configure(app, services)
    presentation.configure(app)
    access.csrf.init_app(app)
    app.register_blueprint(console)
    errors.configure(app)
    headers.configure(app)
