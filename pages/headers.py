"""Security headers of every answer under /m."""

from flask import Flask, Response, g, request

from pages.access import is_member_path
from pages.edge import services

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
A_YEAR = 31_536_000


def configure(app: Flask) -> None:
    app.after_request(_secure)


def allow(*, script: str, style: str) -> None:
    """This one page also runs WeChat's own script, which may be loaded from nowhere but WeChat."""
    g.more_scripts, g.more_styles = script, style


def _secure(response: Response) -> Response:
    if not is_member_path():
        return response
    framed_by = services().settings.site.frame_ancestors
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = _policy(framed_by)
    if not framed_by:
        response.headers["X-Frame-Options"] = "DENY"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    if request.endpoint == "pages.calendar_file":
        response.headers["Cache-Control"] = "private, max-age=3600"
    elif request.endpoint != "pages.static":
        # What is written to one person must not stay in a shared phone's cache.
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


def _policy(framed_by: str) -> str:
    scripts, styles = (f"'self' {g.get(more, '')}".strip() for more in ("more_scripts", "more_styles"))
    framed = framed_by or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; connect-src 'self'; "
        "img-src 'self' data:; "  # WeUI draws its icons as data: pictures in its style sheet
        f"form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
    )
