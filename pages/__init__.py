"""Member pages inside WeChat, under /m."""

from flask import Flask

from pages import access, errors, headers, presentation
from pages.views import pages

__all__ = ["access", "errors", "register"]


def register(app: Flask) -> None:
    """Adds the member pages' routes, gate and error pages. The services are in `extensions["zhibu"]`."""
    presentation.configure(app)
    app.register_blueprint(pages)
    headers.configure(app)
