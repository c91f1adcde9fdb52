"""WeChat Pay's side, signed and sealed by wechatpayv3 and cryptography, not by our own code."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from wechatpayv3.utils import rsa_sign

from app.core.clock import Clock, local_text
from tests.unit.wechat.fake_platform import Answer, Call, FakePlatform, Raw

Json = dict[str, Any]
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000072912026030200000001"
API_V3_KEY = "0123456789abcdef0123456789ABCDEF"
SCHEME = "WECHATPAY2-SHA256-RSA2048"
_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
_LIFE_DAYS = {"ended": 425, "new": 1900}  # the first to 2026-03-02, an hour before the tests' now
_numbers = count(1)


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """The same key for the same name, for as long as the tests run."""
    return generate_private_key(65537, 2048)


def public_pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def certificate(name: str) -> x509.Certificate:
    """A platform certificate for `rsa_key(name)`, good from the start of 2025."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com")])
    builder = x509.CertificateBuilder(
        subject, subject, rsa_key(name).public_key(), x509.random_serial_number()
    )
    until = _SINCE + timedelta(days=_LIFE_DAYS.get(name, 1825))
    return builder.not_valid_before(_SINCE).not_valid_after(until).sign(rsa_key(name), SHA256())


def certificate_pem(name: str) -> str:
    return certificate(name).public_bytes(Encoding.PEM).decode()


def serial_of(name: str) -> str:
    return f"{certificate(name).serial_number:040X}"


@dataclass
class Seals:
    """Whose signature WeChat Pay gives now; the 微信支付公钥 unless changed."""

    clock: Clock
    key: RSAPrivateKey = field(default_factory=lambda: rsa_key("platform"))
    serial: str = PUBLIC_KEY_ID

    def headers(self, body: str, *, after: timedelta = timedelta(0)) -> dict[str, str]:
        stamp, nonce = str(int((self.clock.now() + after).timestamp())), f"nonce{next(_numbers):027}"
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature": rsa_sign(self.key, f"{stamp}\n{nonce}\n{body}\n"),
            "Wechatpay-Signature-Type": SCHEME,
        }


def sealed(plain: bytes, *, aad: str = "transaction", key: str = API_V3_KEY) -> Json:
    nonce = f"n{next(_numbers):011}"
    inside = AESGCM(key.encode()).encrypt(nonce.encode(), plain, aad.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(inside).decode(),
        "associated_data": aad,
        "nonce": nonce,
    }


def notice(said: Json, clock: Clock, *, event: str = "TRANSACTION.SUCCESS", **changes: Any) -> str:
    """A notification's body around what is said."""
    body = {
        "id": f"EV-{next(_numbers)}",
        "create_time": local_text(clock.now(), "%Y-%m-%dT%H:%M:%S+08:00"),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": "支付成功",
        "resource": sealed(json.dumps(said, ensure_ascii=False).encode()),
    }
    return json.dumps(body | changes, ensure_ascii=False)


class PayPlatform:
    """WeChat Pay's server on loopback: each path answers as told, signed."""

    def __init__(self, fake: FakePlatform, seals: Seals) -> None:
        self.fake = fake
        self.seals = seals

    def answer(self, path: str, *answers: Answer | Json) -> None:
        self.fake.answer(path, *(self._signing(one) if isinstance(one, dict) else one for one in answers))

    def refuse(self, path: str, status: int, code: str, *, cause: int = 0, **more: Any) -> None:
        said = {"code": code, "message": "说明", **more}
        self.fake.answer(path, self.unsigned(said, status, ("Request-ID", f"08ABCDEF-{cause}")))

    def _signing(self, said: Json) -> Callable[[Call], Raw]:
        return lambda _call: self.signed(json.dumps(said, ensure_ascii=False))

    def signed(self, body: str, status: int = 200, *, after: timedelta = timedelta(0), **changed: str) -> Raw:
        headers = self.seals.headers(body, after=after) | {
            name.replace("_", "-"): value for name, value in changed.items()
        }
        return Raw(body.encode(), status, tuple(headers.items()))

    def unsigned(self, said: Json, status: int = 200, *headers: tuple[str, str]) -> Raw:
        return Raw(json.dumps(said, ensure_ascii=False).encode(), status, headers)

    @property
    def calls(self) -> list[Call]:
        return self.fake.calls
