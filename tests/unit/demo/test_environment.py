"""The demo's own settings give way to the caller's, and its secrets stay the same."""

import base64
import stat
from pathlib import Path

import pytest

from app.core import settings
from app.core.crypto import KeyRing
from demo.environment import demo_settings, kept_secrets, missing_from


def test_demo_settings_start_the_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in demo_settings(tmp_path, 18000).items():
        monkeypatch.setenv(name, value)

    loaded = settings.load()

    assert loaded.wechat.api_base_url == "http://127.0.0.1:18001"
    assert loaded.site.base_url == "http://127.0.0.1:18000"
    assert loaded.wechat.mode == "safe"
    assert KeyRing.parse(loaded.security.field_keys.get_secret_value()).current == "k1"


def test_secrets_are_drawn_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    first, second = kept_secrets(path), kept_secrets(path)

    assert first == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(first["encoding_aes_key"] + "=")) == 32
    assert first["encoding_aes_key"].isalnum()


def test_secrets_of_two_folders_differ(tmp_path: Path) -> None:
    one, other = kept_secrets(tmp_path / "one.json"), kept_secrets(tmp_path / "other.json")

    assert {name for name in one if one[name] == other[name]} == set()


@pytest.mark.parametrize(
    "variable",
    ["ZHIBU_WECHAT__TOKEN", "ZHIBU_WECHAT__TOKEN_FILE", "zhibu_wechat__token", "Zhibu_WeChat__Token_File"],
)
def test_what_the_caller_set_is_left_alone(variable: str) -> None:
    wanted = {"ZHIBU_WECHAT__TOKEN": "ours", "ZHIBU_WECHAT__APP_ID": "ours"}

    missing = missing_from({variable: "theirs", "PATH": "/bin"}, wanted)

    assert missing == {"ZHIBU_WECHAT__APP_ID": "ours"}
