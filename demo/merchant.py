"""The demo's account at WeChat Pay: keys of both sides, drawn once, as the backend and the sandbox need them."""

import json
import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.core.settings import Settings
from demo.private import write_private

MCHID: Final = "1900000109"
PUBLIC_KEY_ID: Final = "PUB_KEY_ID_0119000001092026112100000000000001"
KEY_BITS: Final = 2048
PUBLIC_EXPONENT: Final = 65537
_FILE: Final = "merchant.json"


def pay_settings(data_dir: Path, sandbox: str) -> dict[str, str]:
    """As environment variables."""
    kept = _kept(data_dir / _FILE)
    return {
        "ZHIBU_PAY__MCHID": MCHID,
        "ZHIBU_PAY__MERCHANT_SERIAL": kept["serial"],
        "ZHIBU_PAY__MERCHANT_KEY": kept["merchant_key"],
        "ZHIBU_PAY__API_V3_KEY": kept["api_v3_key"],
        "ZHIBU_PAY__PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "ZHIBU_PAY__PUBLIC_KEY": _public(kept["platform_key"]),
        "ZHIBU_PAY__BASE_URL": sandbox,
    }


def sandbox_pay(data_dir: Path, settings: Settings) -> dict[str, Any]:
    """The same account as the sandbox's configuration has it, also where the caller chose the merchant's keys."""
    pay = settings.pay
    if not pay.mchid:
        return {}
    merchant = {
        "mchid": pay.mchid,
        "name": settings.site.organization_name,
        "app_ids": [settings.wechat.app_id],
        "api_v3_key": pay.api_v3_key.get_secret_value(),
        "merchant_serial": pay.merchant_serial,
        "merchant_public_key": _public(pay.merchant_key.get_secret_value()),
    }
    platform_key = _kept(data_dir / _FILE)["platform_key"]
    return {"merchants": [merchant], "platform_key": platform_key, "public_key_id": pay.public_key_id}


def _kept(path: Path) -> dict[str, str]:
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    drawn = {
        "serial": secrets.token_hex(20).upper(),
        "api_v3_key": secrets.token_hex(16),
        "merchant_key": _private(),
        "platform_key": _private(),
    }
    write_private(path, json.dumps(drawn, indent=2))
    return drawn


def _private() -> str:
    made = rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=KEY_BITS)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return made.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode()


def _public(private: str) -> str:
    key = serialization.load_pem_private_key(private.encode(), password=None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
