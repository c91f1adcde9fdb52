"""The product wired for a test: real databases and crypto, a fixed clock, nothing outside."""

from dataclasses import replace
from typing import Any

from app.core.clock import Clock
from app.core.db import Sessions
from app.core.settings import Settings, load
from app.wiring import Services, build
from tests.fakes.sender import FakeSender
from tests.fakes.wechat import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN

FIELD_KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def settings(**sections: dict[str, Any]) -> Settings:
    """Test settings; a section given here replaces single keys of the defaults."""
    given: dict[str, dict[str, Any]] = {
        "wechat": {
            "app_id": APP_ID,
            "app_secret": "tests-secret",
            "token": TOKEN,
            "encoding_aes_key": AES_KEY,
            "original_id": ORIGINAL_ID,
            "api_base_url": "http://127.0.0.1:9",
        },
        "database": {"url": "sqlite:////nowhere/zhibu.db"},
        "security": {"secret_key": "s" * 40, "field_keys": FIELD_KEY, "secure_cookies": False},
        "site": {"base_url": "http://localhost", "organization_name": "华原集团党委"},
        "redis": {"url": ""},
    }
    for name, section in sections.items():
        given[name] = given.get(name, {}) | section
    return load(**given)


def wired(sessions: Sessions, clock: Clock, **sections: dict[str, Any]) -> Services:
    url = sessions.engine.url.render_as_string(hide_password=False)
    built = build(settings(**({"database": {"url": url}} | sections)), clock=clock)
    built.sessions.engine.dispose()
    return replace(built, sessions=sessions, sender=FakeSender())
