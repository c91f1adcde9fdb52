"""Security headers of every console answer."""

from flask import Flask, Response, request

from console.access import is_console_path

POLICY = (
    "default-src 'self'; "
    "img-src 'self' data:; "  # Tabler draws arrows and ticks as data: pictures in its style sheet
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def configure(app: Flask) -> None:
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    if not is_console_path():
        return response
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "console.static" and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint != "console.static":
        # Names of members must not stay in the cache of a shared PC.
        response.headers["Cache-Control"] = "no-store"
    return response
