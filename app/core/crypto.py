"""Field encryption with rotating keys, and blind indexes for look-up by a secret value."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_HEX = 32
"""A blind index is 16 bytes of HMAC-SHA256 in hex: enough to be unique, too short to confirm a guess twice."""


class BadKeys(ValueError):
    """The key ring of the settings cannot be used."""


class Unreadable(RuntimeError):
    """A sealed value does not open: wrong key, wrong column, or changed by somebody."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id. The first one seals; every one opens, so that old values survive a rotation."""

    keys: Mapping[str, bytes]
    current: str

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """From `id:base64,id:base64`, newest first; each key is 32 bytes."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, separator, encoded = part.partition(":")
            if not separator or not name.isalnum() or name in keys:
                raise BadKeys("field keys read id:base64,id:base64 with different ids of letters and digits")
            keys[name] = _key(encoded)
        if not keys:
            raise BadKeys("field keys are empty")
        return cls(keys=keys, current=next(iter(keys)))


def _key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise BadKeys("a field key is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"a field key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


class Vault:
    """Seals, opens and indexes personal fields. `field` is `table.column`: a value opens only where it was sealed."""

    def __init__(self, ring: KeyRing, index_key: bytes) -> None:
        self._ring = ring
        self._ciphers = {name: AESGCM(key) for name, key in ring.keys.items()}
        self._index_key = index_key

    def seal(self, value: str, field: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._ring.current].encrypt(nonce, value.encode(), field.encode())
        return f"{self._ring.current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, field: str) -> str:
        """The value in clear. Raises Unreadable."""
        name, _, encoded = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise Unreadable(f"{field}: sealed with key {name!r}, which is not in the ring")
        try:
            raw = base64.b64decode(encoded, validate=True)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], field.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"{field}: the sealed value was changed or moved") from error

    def stale(self, sealed: str) -> bool:
        """Whether a value is still under an older key and wants sealing again."""
        return not sealed.startswith(f"{self._ring.current}.")

    def index(self, value: str, field: str) -> str:
        """The same 32 hex digits for the same value of the same field; give it normalised text."""
        digest = hmac.new(self._index_key, f"{field}\0{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:INDEX_HEX]


def derive_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key of its own for each purpose, out of one configured secret."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(
        secret.encode()
    )
