"""Settings: environment over file over config.yaml; anything wrong stops the start with one line."""

import os
from pathlib import Path

import pytest
import yaml

from app.core.settings import DEFAULT_FILE, BadSettings, load
from tests.unit.core.minimum import MINIMUM


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("ZHIBU_")]:
        monkeypatch.delenv(name)
    for name, value in MINIMUM.items():
        monkeypatch.setenv(name, value)


def fault() -> str:
    with pytest.raises(BadSettings) as stopped:
        load()
    return str(stopped.value)


def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **sections: object) -> Path:
    """config.yaml with sections changed, and named by ZHIBU_CONFIG."""
    declared = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8")) | sections
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(declared), encoding="utf-8")
    monkeypatch.setenv("ZHIBU_CONFIG", str(path))
    return path


def secret_file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "secret"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_minimum_starts_with_the_defaults_of_config_yaml() -> None:
    settings = load()

    assert settings.wechat.api_base_url == "https://api.weixin.qq.com"
    assert settings.wechat.timeout_seconds == 5.0
    assert settings.feedback.answer_working_days == 5
    assert settings.security.secure_cookies is True


def test_environment_beats_file_beats_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, monkeypatch, metrics={"token": "from-yaml"})
    from_yaml = load().metrics.token.get_secret_value()
    monkeypatch.setenv("ZHIBU_METRICS__TOKEN_FILE", secret_file(tmp_path, "from-file\n"))
    from_file = load().metrics.token.get_secret_value()
    monkeypatch.setenv("ZHIBU_METRICS__TOKEN", "from-environment")
    from_environment = load().metrics.token.get_secret_value()

    assert (from_yaml, from_file, from_environment) == ("from-yaml", "from-file", "from-environment")


def test_environment_replaces_one_key_and_leaves_its_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_BINDING__ATTEMPTS", "9")

    binding = load().binding

    assert (binding.attempts, binding.code_days, binding.lock_minutes) == (9, 14, 60)


@pytest.mark.parametrize("name", ["zhibu_binding__attempts", "Zhibu_Binding__Attempts"])
def test_names_are_read_in_any_case(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "9")

    assert load().binding.attempts == 9


def test_secret_comes_from_the_file_that_its_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZHIBU_WECHAT__TOKEN")
    monkeypatch.setenv("ZHIBU_WECHAT__TOKEN_FILE", secret_file(tmp_path, "  token-of-file \n"))

    assert load().wechat.token.get_secret_value() == "token-of-file"


def test_merchant_key_comes_whole_from_its_pem_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIE\nabcd\n-----END PRIVATE KEY-----"
    monkeypatch.setenv("ZHIBU_PAY__MERCHANT_KEY_FILE", secret_file(tmp_path, pem + "\n"))

    assert load().pay.merchant_key.get_secret_value() == pem


def test_secret_file_that_is_missing_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_WECHAT__TOKEN_FILE", "/nowhere/hidden-token-put-here-by-mistake")

    assert fault() == (
        "ZHIBU_WECHAT__TOKEN_FILE: cannot read the file that it names: No such file or directory"
    )


def test_secret_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("ZHIBU_WECHAT__TOKEN_FILE", str(path))

    assert fault() == "ZHIBU_WECHAT__TOKEN_FILE: cannot read the file that it names: not UTF-8 text"


@pytest.mark.parametrize(
    "name",
    [
        "ZHIBU_WECHAT__TOKE",
        "ZHIBU_WECHAT__TOKEN__X",
        "ZHIBU_WECHAT__URL_OF",
        "ZHIBU_WECHAT",
        "ZHIBU_WECHAT_TOKEN",
        "ZHIBU_WECHAT__",
        "ZHIBU_WECHATS__TOKEN",
        "ZHIBU_WECHAT__TOKE_FILE",
        "ZHIBU_CONFIGURATION",
        "ZHIBU_TESTS",
        "ZHIBU_",
    ],
)
def test_unknown_environment_name_stops_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "hidden")

    assert fault() == f"{name}: unknown setting"


def test_names_of_the_tests_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_TEST_POSTGRES_URL", "postgresql://nowhere")

    assert load().wechat.app_id == "wx1234567890abcdef"


def test_unknown_key_in_yaml_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, monkeypatch, feedback={"answer_working_days": 5, "answer_days": 7})

    assert fault() == "feedback.answer_days: unknown key"


def test_unknown_section_in_yaml_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, monkeypatch, points={"daily": 5})

    assert fault() == "points: unknown key"


@pytest.mark.parametrize("section", [None, "text", 5, ["a"]])
def test_section_that_is_none_is_named(
    section: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, monkeypatch, metrics=section)

    assert fault() == "metrics: the section is missing or is no section"


@pytest.mark.parametrize("name", MINIMUM)
def test_missing_secret_is_named_with_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)

    assert fault() == f"{name} is missing or too short: set it or {name}_FILE"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ZHIBU_WECHAT__TIMEOUT_SECONDS", "soon", "Input should be a valid number"),
        ("ZHIBU_WECHAT__TIMEOUT_SECONDS", "0", "Input should be greater than 0"),
        ("ZHIBU_WECHAT__TIMEOUT_SECONDS", "nan", "Input should be "),
        ("ZHIBU_WECHAT__MODE", "hidden", "Input should be 'safe', 'compatible' or 'plain'"),
        ("ZHIBU_WECHAT__TOKEN", "hidden" * 6, "Value should have at most 32 items"),
        ("ZHIBU_CALLBACK__ANSWER_SECONDS", "5", "Input should be less than or equal to 4.5"),
        ("ZHIBU_DATABASE__POOL_SIZE", "1.5", "Input should be a valid integer"),
        ("ZHIBU_SECURITY__SECURE_COOKIES", "perhaps", "Input should be a valid boolean"),
        ("ZHIBU_WECHAT__API_BASE_URL", "api.hidden.example", "no http(s) address"),
        ("ZHIBU_WECHAT__API_BASE_URL", "http://[", "Invalid IPv6 URL"),
        ("ZHIBU_SITE__BASE_URL", "ftp://hidden.example", "no http(s) address"),
        ("ZHIBU_PAY__BASE_URL", "https://pay.example?hidden=1", "no http(s) address"),
        ("ZHIBU_SITE__FRAME_ANCESTORS", "https://hidden.example/page", "no origins"),
        ("ZHIBU_SITE__FRAME_ANCESTORS", "https://hidden.example; script-src", "no origins"),
        ("ZHIBU_SITE__FRAME_ANCESTORS", "https://a;script-src https://hidden.example", "no origins"),
        ("ZHIBU_SITE__FRAME_ANCESTORS", "*", "no http(s) address"),
    ],
)
def test_bad_value_is_one_line_with_its_variable_and_without_the_value(
    name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    line = fault()

    assert line.startswith(f"{name}: {reason}")
    assert "\n" not in line
    assert "hidden" not in line


def test_several_faults_share_one_line_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_WECHAT__TOKEN", "")
    monkeypatch.setenv("ZHIBU_BINDING__ATTEMPTS", "hidden")

    line = fault()

    assert line.split("; ") == [
        "ZHIBU_WECHAT__TOKEN is missing or too short: set it or ZHIBU_WECHAT__TOKEN_FILE",
        "ZHIBU_BINDING__ATTEMPTS: Input should be a valid integer, unable to parse string as an integer",
    ]
    assert "hidden" not in line


def test_config_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_CONFIG", "/nowhere/config.yaml")

    assert fault() == "/nowhere/config.yaml: No such file or directory; ZHIBU_CONFIG names another file"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("wechat: [\n", "not YAML, line 2"),
        ("- a\n- b\n", "the file holds no sections"),
        ("", "the file holds no sections"),
    ],
)
def test_config_that_is_broken_is_named(
    text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ZHIBU_CONFIG", str(path))

    assert fault() == f"{path}: {reason}"


def test_settings_show_no_secret_and_cannot_be_changed() -> None:
    settings = load()

    assert "hidden" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.wechat.mode = "plain"  # type: ignore[misc]  # the refusal is the point


def test_frame_ancestors_are_origins_with_one_blank_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBU_SITE__FRAME_ANCESTORS", "  http://127.0.0.1:8001   https://[::1]:9 ")

    assert load().site.frame_ancestors == "http://127.0.0.1:8001 https://[::1]:9"
