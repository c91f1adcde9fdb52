"""WeChat Pay's own keys: 微信支付公钥 and a platform certificate. Made when first needed, kept over a restart."""

import secrets
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from sandbox.pay.settings import PaySettings
from sandbox.pay.signatures import load_private, sign

Json = dict[str, Any]
PUBKEY, CERT = "pubkey", "cert"
FIVE_YEARS = timedelta(days=5 * 365)


class Signed(NamedTuple):
    serial: str
    signature: str


class PlatformKeys:
    def __init__(self, settings: PaySettings) -> None:
        self._given = settings
        self._lock = threading.Lock()
        self._public = settings.platform_key
        self._public_key_id = settings.public_key_id
        self._certified = ""
        self._certificate = ""

    @property
    def public_key_id(self) -> str:
        with self._lock:
            self._public_key_id = self._public_key_id or f"PUB_KEY_ID_{secrets.randbelow(10**32):032d}"
        return self._public_key_id

    @property
    def public_key(self) -> str:
        return _public_pem(load_private(self._public_pem_of_ours()))

    @property
    def certificate(self) -> str:
        with self._lock:
            if not self._certificate:
                key = _new_key()
                self._certified, self._certificate = _pem(key), _certified(key)
        return self._certificate

    @property
    def certificate_serial(self) -> str:
        return f"{_read(self.certificate).serial_number:X}"

    @property
    def certificate_life(self) -> tuple[float, float]:
        read = _read(self.certificate)
        return read.not_valid_before_utc.timestamp(), read.not_valid_after_utc.timestamp()

    def sign(self, kind: str, message: bytes) -> Signed:
        if kind == CERT:
            serial = self.certificate_serial
            return Signed(serial, sign(load_private(self._certified), message))
        return Signed(self.public_key_id, sign(load_private(self._public_pem_of_ours()), message))

    def as_json(self) -> Json:
        """What a merchant downloads."""
        return {
            "public_key_id": self.public_key_id,
            "public_key": self.public_key,
            "certificate": self.certificate,
            "certificate_serial": self.certificate_serial,
        }

    def _public_pem_of_ours(self) -> str:
        with self._lock:
            self._public = self._public or _pem(_new_key())
        return self._public

    def dump(self) -> Json:
        return {
            "public": self._public,
            "public_key_id": self._public_key_id,
            "certified": self._certified,
            "certificate": self._certificate,
        }

    def load(self, stored: Json) -> None:
        """The configuration wins."""
        self._public = self._given.platform_key or stored["public"]
        self._public_key_id = self._given.public_key_id or stored["public_key_id"]
        self._certified, self._certificate = stored["certified"], stored["certificate"]


@cache
def strange_key() -> RSAPrivateKey:
    """Of somebody who is not WeChat."""
    return _new_key()


def _new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def _read(certificate: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.encode())


def _certified(key: RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(secrets.randbits(156) | 1 << 156)
    made = made.not_valid_before(begins).not_valid_after(begins + FIVE_YEARS)
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
