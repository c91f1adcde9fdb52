"""Settings: config.yaml, then the environment, then secrets from files. Checked once, at start."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

PREFIX = "ZHIBU_"
NOT_SETTINGS = ("ZHIBU_TEST_", "ZHIBU_CONFIG")
DEFAULT_FILE = Path(__file__).resolve().parents[2] / "config.yaml"


class BadSettings(RuntimeError):
    """The process must not start; the message is one line for the operator."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeChat(Section):
    app_id: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=3, max_length=32)
    encoding_aes_key: SecretStr = Field(min_length=43, max_length=43)
    original_id: str
    mode: Literal["safe", "compatible", "plain"]
    api_base_url: str
    mp_base_url: str
    open_base_url: str
    timeout_seconds: float = Field(gt=0, le=30)

    def url_of(self, host: str) -> str:
        """Where calls for one of the platform's hosts go; all follow `api_base_url` unless set apart."""
        return {"mp": self.mp_base_url, "open": self.open_base_url}.get(host, "") or self.api_base_url


class MiniProgram(Section):
    app_id: str
    app_secret: SecretStr


class Pay(Section):
    mchid: str
    merchant_serial: str
    merchant_key: SecretStr
    api_v3_key: SecretStr
    public_key_id: str
    public_key: SecretStr
    base_url: str


class Database(Section):
    url: SecretStr = Field(min_length=1)
    pool_size: int = Field(ge=1, le=200)


class Redis(Section):
    url: SecretStr


class Security(Section):
    secret_key: SecretStr = Field(min_length=32)
    field_keys: SecretStr = Field(min_length=1)
    secure_cookies: bool


class Site(Section):
    base_url: str
    organization_name: str


class Callback(Section):
    answer_seconds: float = Field(gt=0, le=4.5)
    window_seconds: int = Field(gt=0)
    handler_threads: int = Field(ge=1, le=256)


class Conversations(Section):
    minutes: int = Field(ge=1)


class Binding(Section):
    code_days: int = Field(ge=1)
    attempts: int = Field(ge=1)
    lock_minutes: int = Field(ge=1)


class Console(Section):
    session_hours: int = Field(ge=1)
    idle_minutes: int = Field(ge=1)
    login_attempts: int = Field(ge=1)
    lock_minutes: int = Field(ge=1)


class Notices(Section):
    template_feedback_answered: str


class Feedback(Section):
    answer_working_days: int = Field(ge=1)


class Metrics(Section):
    token: SecretStr


class _FromFiles(EnvSettingsSource):
    """`ZHIBU_WECHAT__TOKEN_FILE=/run/secrets/token` gives the secret that the file holds."""

    def _load_env_vars(self) -> dict[str, str | None]:
        found = {name.lower(): value for name, value in os.environ.items() if _is_file_setting(name)}
        return {name.removesuffix("_file"): _read(name, value) for name, value in found.items()}


def _is_file_setting(name: str) -> bool:
    return name.upper().startswith(PREFIX) and name.upper().endswith("_FILE")


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSettings(f"{name.upper()}: cannot read {path}: {error.strerror}") from error


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, yaml_file_encoding="utf-8"
    )

    wechat: WeChat
    miniprogram: MiniProgram
    pay: Pay
    database: Database
    redis: Redis
    security: Security
    site: Site
    callback: Callback
    conversations: Conversations
    binding: Binding
    console: Console
    notices: Notices
    feedback: Feedback
    metrics: Metrics

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(os.environ.get("ZHIBU_CONFIG", DEFAULT_FILE))
        yaml = YamlConfigSettingsSource(settings_cls, yaml_file=path)
        return init_settings, env_settings, _FromFiles(settings_cls), yaml


def load(**given: Any) -> Settings:
    """Everything checked, or BadSettings with one line that names each fault. `given` wins (tests)."""
    _refuse_unknown_environment()
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = "; ".join(_fault(item) for item in error.errors(include_input=False, include_url=False))
        raise BadSettings(faults) from None


def _fault(item: Any) -> str:
    path = [str(part) for part in item["loc"]]
    variable = PREFIX + "__".join(path).upper()
    if item["type"] == "extra_forbidden":
        return f"{'.'.join(path)}: unknown key"
    if item["type"] in ("missing", "string_too_short"):
        return f"{'.'.join(path)} is missing or too short: set {variable} or {variable}_FILE"
    return f"{'.'.join(path)}: {item['msg']}"


def _refuse_unknown_environment() -> None:
    sections = set(Settings.model_fields)
    for name in os.environ:
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        section = name.removeprefix(PREFIX).partition("__")[0].lower()
        if section not in sections:
            raise BadSettings(f"{name}: unknown setting")
