"""A process with settings that do not hold says so in one line and ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.core.minimum import MINIMUM

ROOT = Path(__file__).resolve().parents[3]
FLASK = (sys.executable, "-m", "flask", "--app", "app.main:create_app", "routes")
WSGI = (sys.executable, "-c", "import app.wsgi")


def started(command: tuple[str, ...], changed: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZHIBU_")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=inherited | MINIMUM | changed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [FLASK, WSGI], ids=["flask", "wsgi"])
def test_missing_secret_ends_the_process_with_one_line(command: tuple[str, ...]) -> None:
    ended = started(command, {"ZHIBU_WECHAT__TOKEN": ""})

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "zhibu: ZHIBU_WECHAT__TOKEN is missing or too short: set it or ZHIBU_WECHAT__TOKEN_FILE\n"
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("ZHIBU_SECURITY__FIELD_KEYS", "k1:hidden", "a field key is not base64"),
        ("ZHIBU_SECURITY__FIELD_KEYS", "k1:键", "a field key is not base64"),
        ("ZHIBU_DATABASE__URL", "hidden", "no address of a database that can be used"),
        ("ZHIBU_DATABASE__URL", "nothing://u:hidden@h/d", "no address of a database that can be used"),
        ("ZHIBU_REDIS__URL", "hidden", "no redis:// address"),
        (
            "ZHIBU_WECHAT__ENCODING_AES_KEY",
            "hidden-" + "a" * 36,
            "EncodingAESKey must be 43 characters of [A-Za-z0-9]",
        ),
    ],
)
def test_value_that_cannot_be_used_ends_the_process_with_one_line(name: str, value: str, line: str) -> None:
    ended = started(WSGI, {name: value})

    assert (ended.returncode, ended.stderr) == (1, f"zhibu: {name}: {line}\n")
