"""The account that this sandbox plays: read once, checked, every unknown key refused."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from sandbox.pay.settings import BadPay, PaySettings

MODES = ("safe", "compatible", "plain")
FORMATS = ("xml", "json")
AES_KEY_LENGTH = 43
TEMPLATE_KEYS = {"template_id", "title", "content", "example", "enums", "use", "long_term"}
USES = ("template", "subscription", "mini_program")


class BadConfig(ValueError):
    """The configuration cannot be used; the text names the key."""


@dataclass
class Config:
    app_id: str
    app_secret: str
    token: str
    encoding_aes_key: str
    original_id: str
    callback_url: str
    mode: str = "safe"
    format: str = "xml"
    console_url: str = ""
    mini_app_id: str = ""
    mini_app_secret: str = ""
    account_name: str = "智支部"
    public_url: str = ""
    """Where the phone finds pictures; the server's own address when empty."""
    ip_whitelist: list[str] = field(default_factory=list)
    oauth_hosts: list[str] = field(default_factory=list)
    mini_pages: list[str] = field(default_factory=list)
    risky_words: list[str] = field(default_factory=lambda: ["赌博", "色情"])
    limits: dict[str, Any] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    push_timeout_s: float = 5.0
    push_retries: int = 3
    template_finish_ms: int = 200
    push_hands: int = 8
    """How many results of messages are pushed at once, however many are waiting."""
    page_cookies: list[dict[str, str]] = field(default_factory=list)
    """Name and path of what the account's pages keep in the browser: forgotten when another person takes the phone."""

    pay: dict[str, Any] = field(default_factory=dict)
    """`pay.settings.PaySettings`; without it there is no merchant."""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise BadConfig(f"mode must be one of {', '.join(MODES)}")
        if self.format not in FORMATS:
            raise BadConfig(f"format must be one of {', '.join(FORMATS)}")
        if len(self.encoding_aes_key) != AES_KEY_LENGTH:
            raise BadConfig(f"encoding_aes_key must have {AES_KEY_LENGTH} characters")
        self._check_templates()
        try:
            PaySettings.of(self.pay)
        except BadPay as error:
            raise BadConfig(str(error)) from error

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        known = {item.name: item for item in fields(cls)}
        if unknown := sorted(raw.keys() - known.keys()):
            raise BadConfig(f"unknown keys: {', '.join(unknown)}")
        needed = {
            name
            for name, item in known.items()
            if item.default is MISSING and item.default_factory is MISSING
        }
        if missing := sorted(needed - raw.keys()):
            raise BadConfig(f"missing keys: {', '.join(missing)}")
        for name, value in raw.items():
            _check_kind(name, value, known[name].type)
        return cls(**raw)

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadConfig(f"{path}: {error}") from error
        if not isinstance(raw, dict):
            raise BadConfig(f"{path}: a JSON object is needed")
        return cls.of(raw)

    def _check_templates(self) -> None:
        for template in self.templates:
            if not isinstance(template, dict) or template.keys() - TEMPLATE_KEYS:
                raise BadConfig(f"templates: only {', '.join(sorted(TEMPLATE_KEYS))}")
            if not template.get("title") or not template.get("content"):
                raise BadConfig("templates: each needs title and content")
            if template.get("use", USES[0]) not in USES:
                raise BadConfig(f"templates: use must be one of {', '.join(USES)}")

    def secret_of(self, app_id: str) -> str | None:
        """The secret of one of our two apps; None for an app that is not ours."""
        secrets = {self.app_id: self.app_secret}
        if self.mini_app_id:
            secrets[self.mini_app_id] = self.mini_app_secret
        return secrets.get(app_id)


def _check_kind(name: str, value: object, kind: object) -> None:
    wanted: dict[object, type | tuple[type, ...]] = {str: str, int: int, float: (int, float)}
    expected = wanted.get(kind)
    if expected is not None and (not isinstance(value, expected) or isinstance(value, bool)):
        raise BadConfig(f"{name} has the wrong type")
