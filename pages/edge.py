"""What page views ask for: the services, the time, and whose page it is."""

from datetime import datetime
from typing import cast

from flask import abort, current_app, g, request

from app.access import Access, access_of
from app.core.crypto import derive_key
from app.members.page_sessions import Visitor
from app.wiring import Services

HOME = "/m/"


def services() -> Services:
    return cast("Services", current_app.extensions["zhibu"])


def now() -> datetime:
    return services().clock.now()


def visitor() -> Visitor:
    """Only behind the gate."""
    return cast("Visitor", g.visitor)


def member_id() -> int:
    """The signed-in member; only behind the gate for members."""
    found = visitor().member_id
    if found is None:
        abort(500)
    return found


def declared() -> Access | None:
    return access_of(current_app.view_functions[request.endpoint or ""])


def key(purpose: str) -> bytes:
    """A key of the pages' own out of the configured secret."""
    return derive_key(services().settings.security.secret_key.get_secret_value(), f"pages-{purpose}")
