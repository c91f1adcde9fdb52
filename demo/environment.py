"""The settings that the demo gives its processes. Whatever the caller has set in the environment wins."""

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from demo import templates
from demo.merchant import pay_settings
from demo.private import write_private

PREFIX = "ZHIBU_"
APP_ID = "wx00000000000de301"
MINI_APP_ID = "wx00000000000de302"
TOKEN = "zhibudemo"
ORIGINAL_ID = "gh_00000000de30"
ORGANIZATION = "岚岳能源集团党委"
KEY_BYTES = 32


def demo_settings(data_dir: Path, port: int) -> dict[str, str]:
    """Everything that config.yaml leaves open, as environment variables."""
    kept = kept_secrets(data_dir / "secrets.json")
    return {
        "ZHIBU_WECHAT__APP_ID": APP_ID,
        "ZHIBU_WECHAT__APP_SECRET": kept["app_secret"],
        "ZHIBU_WECHAT__TOKEN": TOKEN,
        "ZHIBU_WECHAT__ENCODING_AES_KEY": kept["encoding_aes_key"],
        "ZHIBU_WECHAT__ORIGINAL_ID": ORIGINAL_ID,
        "ZHIBU_WECHAT__API_BASE_URL": f"http://127.0.0.1:{port + 1}",
        "ZHIBU_MINIPROGRAM__APP_ID": MINI_APP_ID,
        "ZHIBU_MINIPROGRAM__APP_SECRET": kept["mini_app_secret"],
        "ZHIBU_DATABASE__URL": f"sqlite:///{data_dir / 'zhibu.db'}",
        "ZHIBU_SECURITY__SECRET_KEY": kept["secret_key"],
        "ZHIBU_SECURITY__FIELD_KEYS": kept["field_keys"],
        "ZHIBU_SECURITY__SECURE_COOKIES": "false",
        "ZHIBU_SITE__BASE_URL": f"http://127.0.0.1:{port}",
        "ZHIBU_SITE__ORGANIZATION_NAME": ORGANIZATION,
        "ZHIBU_SITE__FRAME_ANCESTORS": f"http://127.0.0.1:{port + 1}",
        **pay_settings(data_dir, f"http://127.0.0.1:{port + 1}"),
        **templates.settings(),
    }


def missing_from(environment: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of `wanted` that the caller has set neither as NAME nor as NAME_FILE, in any case."""
    given = {name.upper().removesuffix("_FILE") for name in environment if name.upper().startswith(PREFIX)}
    return {name: value for name, value in wanted.items() if name not in given}


def kept_secrets(path: Path) -> dict[str, str]:
    """Drawn at the first start, the same ever after: data sealed with them must stay readable."""
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    drawn = {
        "app_secret": secrets.token_hex(16),
        "mini_app_secret": secrets.token_hex(16),
        "encoding_aes_key": _aes_key(),
        "secret_key": secrets.token_urlsafe(48),
        "field_keys": f"k1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}",
    }
    write_private(path, json.dumps(drawn, indent=2))
    return drawn


def _aes_key() -> str:
    """32 bytes as WeChat writes them: base64 without its end, letters and digits only."""
    while True:
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
        if key.isalnum():
            return key
