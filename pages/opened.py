"""When a browser first asked for the page of a scanned link, remembered over the way through WeChat's sign-in.

The link is good for a minute, and signing in may take longer on a slow phone: the scan counts from its first page.
"""

from datetime import datetime, timedelta
from typing import Final

from flask import request
from flask.wrappers import Response

from pages.blueprint import pages
from pages.edge import now, services

COOKIE: Final = "zhibu_scan"
PATH: Final = "/m/check-in"
ENDPOINT: Final = "pages.scanned"
KEPT_FOR: Final = timedelta(minutes=30)


def opened_at(token: str) -> datetime:
    """By our own clock; now, for a browser that has not asked for this link before."""
    return services().tickets.opened_at(token, request.cookies.get(COOKIE, "")) or now()


@pages.after_request
def _remember(response: Response) -> Response:
    if request.endpoint != ENDPOINT or request.method != "GET":
        return response
    token = str((request.view_args or {}).get("token", ""))
    response.set_cookie(
        COOKIE,
        services().tickets.opening(token, opened_at(token)),
        max_age=KEPT_FOR,
        path=PATH,
        secure=services().settings.security.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response
