"""Who may come in: this machine only, and no foreign web page."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request

LOOPBACK_NAMES = {"localhost"}


def is_loopback(host: str) -> bool:
    if host in LOOPBACK_NAMES:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def may_enter(request: Request) -> bool:
    """A name that merely points here, or another site's script, must not steer the sandbox."""
    if not is_loopback(request.remote_addr or ""):
        return False
    if not request.path.startswith(("/sim/", "/phone")):
        return True
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        return False
    origin = request.headers.get("Origin")
    return origin is None or is_loopback(urlsplit(origin).hostname or "")
