"""Signing in by WeChat (facts/wechat.md §3.12): what is remembered on the way, and the cookie at the end.

On the way the browser itself carries, signed, the state and the page that it wanted: a state is good in that
browser, for that page, for ten minutes, once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import redirect, request, url_for
from flask.wrappers import Response
from itsdangerous import BadData, URLSafeSerializer

from app.members import page_sessions
from app.members.page_sessions import Visitor
from pages import edge
from pages.edge import HOME, services

COOKIE: Final = "zhibu_member"
ON_THE_WAY: Final = "zhibu_login"
PATH: Final = "/m"
PATIENCE: Final = timedelta(minutes=10)
LONGEST_ADDRESS: Final = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    state: str
    wanted: str


def begin() -> Response:
    """To WeChat, which sends the browser back to `/m/login` with a code."""
    state = secrets.token_hex(16)
    site = services().settings.site.base_url.rstrip("/")
    address = services().web_login.authorize_url(f"{site}{url_for('pages.login')}", state)
    answer = Response(status=302, headers={"Location": address})
    until = int((edge.now() + PATIENCE).timestamp())
    kept = _signer().dumps({"state": state, "wanted": wanted(), "until": until})
    _set(answer, ON_THE_WAY, str(kept), PATIENCE)
    return answer


def wanted() -> str:
    """The page that was asked for, where it can be asked for again."""
    address = request.full_path.rstrip("?")
    return address if request.method in ("GET", "HEAD") and _ours(address) else HOME


def _ours(address: str) -> bool:
    return address.startswith(HOME) and len(address) <= LONGEST_ADDRESS and address.isprintable()


def attempt() -> Attempt | None:
    """What this browser set out for; None where it did not, or too long ago."""
    try:
        kept = _signer().loads(request.cookies.get(ON_THE_WAY, ""))
        found, until = Attempt(str(kept["state"]), str(kept["wanted"])), int(kept["until"])
    except (BadData, KeyError, TypeError, ValueError):
        return None
    return found if until > edge.now().timestamp() and _ours(found.wanted) else None


def use_up(state: str) -> bool:
    """False where this state has been used before."""
    digest = hashlib.sha256(state.encode()).hexdigest()
    return services().store.acquire(f"pages:state:{digest}", PATIENCE) is not None


def finish(address: str, token: str) -> Response:
    """Signed in; on to the page that was wanted."""
    answer = Response(status=303, headers={"Location": address})
    _set(answer, COOKIE, token, lifetime())
    answer.delete_cookie(ON_THE_WAY, path=PATH)
    return answer


def resume() -> Visitor | None:
    """Whose browser this is."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    idle = timedelta(minutes=services().settings.pages.idle_minutes)
    with services().sessions.read() as session:
        found = page_sessions.resume(session, token=token, idle=idle, now=edge.now())
    if found is not None and found.stale:
        with services().sessions.begin() as session:
            page_sessions.touch(session, session_id=found.session_id, now=edge.now())
    return found


def lifetime() -> timedelta:
    return timedelta(hours=services().settings.pages.session_hours)


def back_to(address: str) -> Response:
    """After a form; 303, so that reloading the page does not send it again."""
    return redirect(address, 303, Response=Response)  # type: ignore[return-value] # its stub names the base class


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(edge.key("login"), salt="on-the-way")


def _set(answer: Response, name: str, value: str, lasting: timedelta) -> None:
    secure = services().settings.security.secure_cookies
    answer.set_cookie(name, value, max_age=lasting, path=PATH, secure=secure, httponly=True, samesite="Lax")
