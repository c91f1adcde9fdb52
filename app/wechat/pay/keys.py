"""Keys as an operator hands them in: parsed once, at start, with a fault that repeats none of them."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import Certificate, load_pem_x509_certificates

API_V3_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_PUBLIC_KEY_ID: Final = re.compile(r"PUB_KEY_ID_[0-9A-Za-z]{1,64}", re.ASCII)
_SERIAL: Final = re.compile(r"[0-9A-Fa-f]{1,64}", re.ASCII)
_SMALLEST_RSA_BITS: Final = 2048


class BadKey(ValueError):
    """A key cannot be used; the text names the fault and no part of the key."""


class NotOpened(ValueError):
    """Not sealed with this key, or changed since."""


def merchant_key(pem: str) -> RSAPrivateKey:
    """Raises BadKey."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SMALLEST_RSA_BITS:
        raise BadKey("no private RSA key in PEM without a password: apiclient_key.pem")
    return key


def platform_key(pem: str) -> RSAPublicKey:
    """Raises BadKey."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("no public RSA key in PEM: pub_key.pem")
    return key


def public_key_id(text: str) -> str:
    """Raises BadKey."""
    if not _PUBLIC_KEY_ID.fullmatch(text):
        raise BadKey("no id of a public key: it begins with PUB_KEY_ID_")
    return text


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key that signs for WeChat Pay. A public key has no end; a platform certificate has one, aware UTC."""

    serial: str
    key: RSAPublicKey = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None

    def good(self, at: datetime) -> bool:
        return (self.not_before is None or self.not_before <= at) and (
            self.not_after is None or at <= self.not_after
        )


def platform_certificates(pem: str) -> list[Trusted]:
    """Of certificates one after the other; none of nothing. Raises BadKey."""
    try:
        return [_trusted(one) for one in load_pem_x509_certificates(pem.encode())] if pem else []
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("no RSA certificates in PEM, one after the other") from None


def _trusted(certificate: Certificate) -> Trusted:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadKey
    serial = f"{certificate.serial_number:X}"
    return Trusted(serial, key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def merchant_serial(text: str) -> str:
    """As WeChat writes it. Raises BadKey."""
    if not _SERIAL.fullmatch(text):
        raise BadKey("no serial number: the hexadecimal one of apiclient_cert.pem")
    return text.upper()


def alike(serial: str) -> str:
    """A serial as it is compared: certificates are written in either case, with or without leading zeros."""
    return serial if serial.startswith("PUB_KEY_ID_") else serial.upper().lstrip("0")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Opens what WeChat sealed with the APIv3 key (facts/wechat §6.3)."""

    _cipher: AESGCM = field(repr=False)

    @classmethod
    def of(cls, api_v3_key: str) -> "Envelope":
        """Raises BadKey."""
        key = api_v3_key.encode()
        if len(key) != API_V3_KEY_BYTES:
            raise BadKey(f"an APIv3 key has {API_V3_KEY_BYTES} bytes, this one {len(key)}")
        return cls(AESGCM(key))

    def open(self, *, nonce: str, ciphertext: str, associated_data: str) -> bytes:
        """What is inside. Raises NotOpened."""
        try:
            sealed = base64.b64decode(ciphertext, validate=True)
            if len(nonce.encode()) != NONCE_BYTES:
                raise NotOpened
            return self._cipher.decrypt(nonce.encode(), sealed, associated_data.encode())
        except (ValueError, InvalidTag):
            raise NotOpened from None


class Trust:
    """Whose signature is WeChat's to one merchant, by serial: nobody's but those named here. For any thread.

    Both kinds are held at once: while Tencent moves a merchant to the public key, its callbacks come with either.
    """

    def __init__(
        self,
        public_key: Trusted | None,
        certificates: Iterable[Trusted],
        *,
        found_since: Callable[[], Iterable[Trusted]] = list,
    ) -> None:
        """`found_since` gives what another process fetched; it asks nobody outside."""
        self._lock = Lock()
        self._found_since = found_since
        self._public_key_id = public_key.serial if public_key else ""
        self._keys: Mapping[str, Trusted] = {public_key.serial: public_key} if public_key else {}
        self.add(certificates)

    def add(self, certificates: Iterable[Trusted]) -> None:
        with self._lock:  # readers see the old mapping or the new one
            self._keys = {**self._keys, **{one.serial: one for one in certificates}}

    def key(self, serial: str, at: datetime) -> RSAPublicKey | None:
        """None for a serial that is not known, or whose certificate is not valid at that time."""
        trusted = self._keys.get(alike(serial))
        if trusted is None:
            self.add(self._found_since())
            trusted = self._keys.get(alike(serial))
        return trusted.key if trusted is not None and trusted.good(at) else None

    def wanted_serial(self, at: datetime) -> str:
        """That answers shall be signed with: the public key's, else that of the good certificate that lasts longest."""
        if self._public_key_id:
            return self._public_key_id
        lasting = ((one.good(at), one.not_after, one.serial) for one in self._keys.values() if one.not_after)
        serial = max(lasting)[2]
        return serial.zfill(len(serial) + len(serial) % 2)  # whole bytes, as certificates are shown

    @property
    def mode(self) -> str:
        """`public_key`, `certificates` or `both`."""
        if not self._public_key_id:
            return "certificates"
        return "both" if len(self._keys) > 1 else "public_key"
