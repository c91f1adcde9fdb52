"""The whole web application on a database of its own, and browsers that visit it."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.main import create_app
from app.staff import sessions as browsers
from app.staff.models import Role, StaffAccount, StaffRole
from app.wiring import Services
from tests.factories import NOW
from tests.services import wired

TOKEN = re.compile(r'name="csrf[-_]token" (?:content|value)="([^"]+)"')
COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="zhibu-templates-"))
"""Every test has an application of its own; its templates are those of the others."""
serial = count(1)


@dataclass
class Browser:
    """One person's browser; `post` carries the page's CSRF token as a form of that page would."""

    client: FlaskClient
    _token: str = ""

    def get(self, path: str, *, htmx: bool = False) -> TestResponse:
        return self.client.get(path, headers={"HX-Request": "true"} if htmx else {})

    def post(
        self, path: str, form: Mapping[str, object] | None = None, *, htmx: bool = False
    ) -> TestResponse:
        data = {"csrf_token": self.token(), **(form or {})}
        return self.client.post(path, data=data, headers={"HX-Request": "true"} if htmx else {})

    def token(self) -> str:
        if not self._token:
            found = TOKEN.search(self.client.get("/console/password", follow_redirects=True).text)
            self._token = found[1] if found else ""
        return self._token


@dataclass(frozen=True)
class Site:
    app: Flask
    services: Services
    clock: FixedClock

    def stranger(self) -> Browser:
        return Browser(self.app.test_client())

    def without_roles(self) -> Browser:
        return self.signed_in(self._account())

    def staff(self, role: Role, organization_id: int) -> Browser:
        """A browser signed in as a new account with that role on that subtree."""
        account_id = self._account()
        with self.services.sessions.begin() as session:
            session.add(StaffRole(account_id=account_id, role=role, organization_id=organization_id))
        return self.signed_in(account_id)

    def _account(self) -> int:
        with self.services.sessions.begin() as session:
            number = next(serial)
            account = StaffAccount(
                username=f"staff{number}",
                display_name=f"职员{number}",
                password_hash="none",
                totp_sealed="none",
                created_at=NOW,
            )
            session.add(account)
            session.flush()
            return account.id

    def signed_in(self, account_id: int) -> Browser:
        with self.services.sessions.begin() as session:
            token = browsers.start(
                session, account_id=account_id, lifetime=timedelta(hours=12), now=self.clock.now()
            )
        client = self.app.test_client()
        with client.session_transaction("/console/") as cookie:
            cookie.update({"_user_id": token, "_fresh": True})
        return Browser(client)


@contextmanager
def opened(database: Path, clock: FixedClock) -> Iterator[Site]:
    sessions = Sessions(new_engine(f"sqlite:///{database}"))
    services = wired(sessions, clock)
    app = create_app(services)
    app.jinja_env.bytecode_cache = COMPILED
    try:
        yield Site(app, services, clock)
    finally:
        app.extensions["zhibu.desk"].close()
        sessions.engine.dispose()


@contextmanager
def lent(app: Flask, database: Path, clock: FixedClock) -> Iterator[Site]:
    """The same behind an application that many tests share, for views that ask it for its services."""
    sessions = Sessions(new_engine(f"sqlite:///{database}"))
    services = wired(sessions, clock)
    before, app.extensions["zhibu"] = app.extensions["zhibu"], services
    try:
        yield Site(app, services, clock)
    finally:
        app.extensions["zhibu"] = before
        sessions.engine.dispose()
