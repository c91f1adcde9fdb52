"""Flask-Login over our own session table: the cookie holds the token of a `staff_session`."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from app.core.crypto import derive_key
from app.core.db import Session
from app.staff import scopes
from app.staff import sessions as browsers
from app.staff.scopes import Actor
from app.wiring import Services


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """One browser of one account."""

    token: str
    session_id: int
    actor: Actor

    def get_id(self) -> str:
        return self.token


def configure(app: Flask, services: Services) -> None:
    security = services.settings.security
    app.secret_key = derive_key(security.secret_key.get_secret_value(), "console-cookie")
    app.config.update(
        SESSION_COOKIE_NAME="zhibu_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=security.secure_cookies,
        WTF_CSRF_CHECK_DEFAULT=False,  # WeChat's callbacks prove themselves by signature; the gate checks ours
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch is still the same person's
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy the scheme that we see is not the browser's
    )
    manager = LoginManager(app)
    # Flask-Login's own protection ends a session when the address changes, as a phone's does on leaving the
    # building; ours ends in the table, and the cookie is out of reach of scripts.
    manager.session_protection = None
    manager.user_loader(lambda token: resume(app.extensions["zhibu"], token))


def resume(services: Services, token: str) -> SignedIn | None:
    now = services.clock.now()
    idle = timedelta(minutes=services.settings.console.idle_minutes)
    with services.sessions.read() as session:
        found = browsers.resume(session, token=token, idle=idle, now=now)
        actor = scopes.actor(session, found.account_id) if found else None
    if found is None or actor is None:
        return None
    if found.stale:
        with services.sessions.begin() as session:
            browsers.touch(session, session_id=found.session_id, now=now)
    return SignedIn(token, found.session_id, actor)


def open_browser(session_row: Session, services: Services, *, account_id: int) -> str:
    """The token of a new session of that account."""
    lifetime = timedelta(hours=services.settings.console.session_hours)
    return browsers.start(session_row, account_id=account_id, lifetime=lifetime, now=services.clock.now())


def enter(services: Services, token: str) -> None:
    """From here on this browser is that account; what it carried before is dropped."""
    session.clear()
    user = resume(services, token)
    if user is not None:
        login_user(user)


def leave() -> None:
    logout_user()
    session.clear()
