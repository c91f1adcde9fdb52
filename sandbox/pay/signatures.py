"""RSA signatures and sealed resources of WeChat Pay v3."""

import base64
import binascii
import re
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PAIR = re.compile(r'(\w+)="([^"]*)"')
NONCE_BYTES = 6
"""Twelve characters when written."""


@lru_cache(maxsize=64)
def load_public(text: str) -> RSAPublicKey:
    """PEM of a public key or of a certificate. Raises ValueError."""
    pem = text.encode()
    certified = b"BEGIN CERTIFICATE" in pem
    key = load_pem_x509_certificate(pem).public_key() if certified else load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not RSA")
    return key


@lru_cache(maxsize=64)
def load_private(text: str) -> RSAPrivateKey:
    key = load_pem_private_key(text.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not RSA")
    return key


def sign(key: RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def fits(public_key: str, message: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        load_public(public_key).verify(raw, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def lines(*parts: str | bytes) -> bytes:
    """Each part on a line of its own, the last one too."""
    return b"".join((part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)


def parse_authorization(header: str) -> dict[str, str]:
    """The five values; empty when the scheme is another one."""
    scheme, _, rest = header.partition(" ")
    return dict(PAIR.findall(rest)) if scheme == SCHEME else {}


def seal(api_v3_key: str, clear: bytes, associated: str) -> dict[str, str]:
    nonce = secrets.token_hex(NONCE_BYTES)
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), clear, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }
