"""Settings: config.yaml, then the environment, then secrets from files. Checked once, at start."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from app.core import yamls

PREFIX = "ZHIBU_"
CONFIG = "ZHIBU_CONFIG"
OF_TESTS = "ZHIBU_TEST_"
FROM_FILE = "_FILE"
DELIMITER = "__"
DEFAULT_FILE = Path(__file__).resolve().parents[2] / "config.yaml"


class BadSettings(RuntimeError):
    """The process must not start; the message is one line for the operator."""


def _address(text: str) -> str:
    parts = urlsplit(text)
    if text and (
        parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment
    ):
        raise ValueError("no http(s) address")
    return text


Address = Annotated[str, AfterValidator(_address)]
"""Where a server is reached; empty where that is allowed."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeChat(Section):
    app_id: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=3, max_length=32)
    encoding_aes_key: SecretStr = Field(min_length=43, max_length=43)
    original_id: str
    mode: Literal["safe", "compatible", "plain"]
    api_base_url: Address = Field(min_length=1)
    mp_base_url: Address
    open_base_url: Address
    res_base_url: Address
    timeout_seconds: float = Field(gt=0, le=30)


class MiniProgram(Section):
    app_id: str
    app_secret: SecretStr


class PayMerchant(Section):
    """A merchant's own keys; what they are is looked at where they are used, in `app.wechat.pay`."""

    mchid: str = Field(pattern=r"^[0-9A-Za-z]{0,32}$")
    merchant_serial: str
    merchant_key: SecretStr
    api_v3_key: SecretStr
    public_key_id: str
    public_key: SecretStr
    platform_certificates: SecretStr


class Pay(PayMerchant):
    base_url: Address = Field(min_length=1)
    timeout_seconds: float = Field(gt=0, le=30)
    more: str


class Database(Section):
    url: SecretStr = Field(min_length=1)
    pool_size: int = Field(ge=1, le=200)


class Redis(Section):
    url: SecretStr
    prefix: str = Field(pattern=r"^[\w-]{1,40}:$")


class Security(Section):
    secret_key: SecretStr = Field(min_length=32)
    field_keys: SecretStr = Field(min_length=1)
    secure_cookies: bool


def _origins(text: str) -> str:
    for one in text.split():
        parts = urlsplit(_address(one))
        if parts.path or parts.username or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc, re.ASCII):
            raise ValueError("no origins such as https://example.cn, with blanks between")
    return " ".join(text.split())


class Site(Section):
    base_url: Address
    organization_name: str
    frame_ancestors: Annotated[str, AfterValidator(_origins)]


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


class Pages(Section):
    session_hours: int = Field(ge=1)
    idle_minutes: int = Field(ge=1)


class Notices(Section):
    concurrency: int = Field(ge=1, le=500)
    per_minute: int = Field(ge=0)
    template_announcement: str
    template_reminder: str
    template_digest: str
    template_feedback_answered: str
    template_meeting: str
    template_meeting_reminder: str
    template_leave_answered: str
    template_duty_reminder: str
    template_dues_due: str
    template_dues_paid: str
    template_dues_refunded: str
    template_dues_review_answered: str
    template_dues_arrears: str
    template_study_item: str
    subscription_announcement: str
    subscription_reminder: str
    subscription_digest: str
    subscription_feedback_answered: str
    subscription_meeting: str
    subscription_meeting_reminder: str
    subscription_leave_answered: str
    subscription_duty_reminder: str
    subscription_dues_due: str
    subscription_dues_paid: str
    subscription_dues_refunded: str
    subscription_dues_review_answered: str
    subscription_dues_arrears: str
    subscription_study_item: str
    mini_program_announcement: str
    mini_program_reminder: str
    mini_program_digest: str
    mini_program_feedback_answered: str
    mini_program_meeting: str
    mini_program_meeting_reminder: str
    mini_program_leave_answered: str
    mini_program_duty_reminder: str
    mini_program_dues_due: str
    mini_program_dues_paid: str
    mini_program_dues_refunded: str
    mini_program_dues_review_answered: str
    mini_program_dues_arrears: str
    mini_program_study_item: str


class Meetings(Section):
    link_seconds: int = Field(ge=10, le=600)
    mini_program_page: str = Field(pattern=r"^([^/?#%][^?#%]*)?$", max_length=128)


class Feedback(Section):
    answer_working_days: int = Field(ge=1)


class Metrics(Section):
    token: SecretStr


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True)

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
    pages: Pages
    notices: Notices
    meetings: Meetings
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
        given, files = _environment()
        layers = (given, {name: _secret(name, path) for name, path in files.items()})
        sources = (InitSettingsSource(settings_cls, _sections(layer)) for layer in layers)
        return init_settings, *sources, InitSettingsSource(settings_cls, _from_yaml())


def load(**given: Any) -> Settings:
    """Everything checked, or BadSettings with one line that names each fault. `given` wins (tests)."""
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = "; ".join(_fault(item) for item in error.errors(include_input=False, include_url=False))
        raise BadSettings(faults) from None


def _environment() -> tuple[dict[str, str], dict[str, str]]:
    """What the environment sets itself, and the files that it names; a name nobody knows stops the start."""
    given, files = dict[str, str](), dict[str, str]()
    for name, value in ((name.upper(), value) for name, value in os.environ.items()):
        if not name.startswith(PREFIX) or name == CONFIG or name.startswith(OF_TESTS):
            continue
        if _known(name):
            given[name] = value
        elif name.endswith(FROM_FILE) and _known(name.removesuffix(FROM_FILE)):
            files[name] = value
        else:
            raise BadSettings(f"{name}: unknown setting")
    return given, files


def _known(name: str) -> bool:
    section, _, key = name.removeprefix(PREFIX).lower().partition(DELIMITER)
    field = Settings.model_fields.get(section)
    return field is not None and key in getattr(field.annotation, "model_fields", {})


def _sections(values: dict[str, str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        section, _, key = name.removeprefix(PREFIX).removesuffix(FROM_FILE).lower().partition(DELIMITER)
        nested.setdefault(section, {})[key] = value
    return nested


def _secret(name: str, path: str) -> str:
    """The path is not repeated: somebody may have put the secret itself there."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise BadSettings(f"{name}: cannot read the file that it names: {reason}") from None


def _from_yaml() -> dict[str, Any]:
    path = Path(os.environ.get(CONFIG, DEFAULT_FILE))
    try:
        declared = yamls.read(path)
    except OSError as error:
        raise BadSettings(f"{path}: {error.strerror}; {CONFIG} names another file") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadSettings(f"{path}: not YAML" + (f", line {mark.line + 1}" if mark else "")) from None
    if not isinstance(declared, dict):
        raise BadSettings(f"{path}: the file holds no sections")
    return {str(section): keys for section, keys in declared.items()}


def _fault(item: Any) -> str:
    """One fault without the value, which may be a secret."""
    path = [str(part) for part in item["loc"]]
    variable = PREFIX + DELIMITER.join(path).upper()
    if item["type"] == "extra_forbidden":
        return f"{'.'.join(path)}: unknown key"
    if len(path) == 1:
        return f"{path[0]}: the section is missing or is no section"
    if item["type"] in ("missing", "string_too_short", "too_short"):
        return f"{variable} is missing or too short: set it or {variable}{FROM_FILE}"
    return f"{variable}: {item['msg'].removeprefix('Value error, ')}"
