"""A member's phone at our pages: WeChat's name in the header, and the way through signing in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.main import create_app
from app.members import page_sessions
from app.wiring import Services
from pages.sign_in import COOKIE
from tests.fakes.web_login import FakeWebLogin, state_of
from tests.services import wired

WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.56(0x1800382d)"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
GENUINE = {"api_base_url": "https://api.weixin.qq.com"}


@dataclass
class Phone:
    """One person's phone, with its cookies."""

    client: FlaskClient
    agent: str = WECHAT

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"User-Agent": self.agent}, **more)

    def post(
        self, path: str, form: Mapping[str, object] | None = None, *, page: str = "/m/me"
    ) -> TestResponse:
        """With the token that a form on our page carries."""
        found = TOKEN.search(self.get(page).text)
        data = {"csrf_token": found[1] if found else "", **(form or {})}
        return self.bare_post(path, data)

    def bare_post(self, path: str, data: Mapping[str, object]) -> TestResponse:
        return self.client.post(path, data=data, headers={"User-Agent": self.agent})


@dataclass(frozen=True)
class Door:
    """The web application with a WeChat that signs people in."""

    app: Flask
    services: Services
    clock: FixedClock
    login: FakeWebLogin

    def phone(self, agent: str = WECHAT) -> Phone:
        return Phone(self.app.test_client(), agent)

    def signed_in(self, identity_id: int) -> Phone:
        """A phone with a session, without the way there."""
        with self.services.sessions.begin() as session:
            token = page_sessions.start(
                session, identity_id=identity_id, lifetime=timedelta(hours=12), now=self.clock.now()
            )
        phone = self.phone()
        phone.client.set_cookie(COOKIE, token, path="/m")
        return phone

    def through_wechat(self, phone: Phone, openid: str, path: str = "/m/") -> TestResponse:
        """The whole way: the page, WeChat, and back with a code."""
        state = state_of(phone.get(path).headers["Location"])
        return phone.get(f"/m/login?code={self.login.code_for(openid)}&state={state}")


def opened(database: Path, clock: FixedClock, **sections: dict[str, Any]) -> Door:
    services, login = _signing_in(database, clock, **sections)
    return Door(create_app(services), services, clock, login)


def lent(app: Flask, database: Path, clock: FixedClock) -> Door:
    """The same behind an application that many tests share."""
    services, login = _signing_in(database, clock)
    app.extensions["zhibu"] = services
    return Door(app, services, clock, login)


def _signing_in(
    database: Path, clock: FixedClock, **sections: dict[str, Any]
) -> tuple[Services, FakeWebLogin]:
    sessions = Sessions(new_engine(f"sqlite:///{database}"))
    login = FakeWebLogin()
    built = wired(sessions, clock, **({"wechat": GENUINE} | sections))
    return replace(built, web_login=login), login
