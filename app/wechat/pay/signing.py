"""What we sign, and what WeChat Pay signed (facts/wechat.md §6.1, §6.2)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from app.wechat.pay.keys import Trust

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
WINDOW_SECONDS: Final = 300
PROBE: Final = "WECHATPAY/SIGNTEST/"
"""Begins signatures that WeChat makes wrong on purpose, to see that they are refused."""
_STAMP: Final = re.compile(r"\d{1,11}", re.ASCII)
_WORD: Final = re.compile(r"[\x21-\x7e]{1,128}")
_LONGEST_SIGNATURE: Final = 1024


class NotSigned(ValueError):
    """Not WeChat's word, or not of now. `reason` is a word for the log; `probe` where WeChat itself tried us."""

    def __init__(self, reason: str, *, probe: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.probe = probe


class Headers(Protocol):
    """Of a request or an answer, of whichever library."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def nonce() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Signer:
    """A merchant's own signature. `serial` is of the merchant's certificate."""

    mchid: str
    serial: str
    key: RSAPrivateKey = field(repr=False)

    def sign(self, *lines: str | bytes) -> str:
        """Over the lines, each ended by a line feed."""
        message = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        return base64.b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode()

    def authorization(self, method: str, target: str, body: bytes, *, stamp: int, nonce: str) -> str:
        """The header's value; `target` is path and query exactly as they are sent."""
        signature = self.sign(method, target, str(stamp), nonce, body)
        return (
            f'{SCHEME} mchid="{self.mchid}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{stamp}",serial_no="{self.serial}"'
        )


@dataclass(frozen=True, slots=True)
class Seal:
    """What a message of WeChat Pay is signed with."""

    serial: str
    stamp: str
    nonce: str
    signature: str = field(repr=False)

    @classmethod
    def read(cls, headers: Headers) -> "Seal":
        """Names in any case. Raises NotSigned where they cannot be a seal."""
        found = {name.lower(): value for name, value in headers.items()}
        signature = found.get("wechatpay-signature", "")
        if signature.startswith(PROBE):
            raise NotSigned("probe", probe=True)
        if found.get("wechatpay-signature-type", SCHEME) != SCHEME:
            raise NotSigned("signature_type")
        serial, stamp = found.get("wechatpay-serial", ""), found.get("wechatpay-timestamp", "")
        nonce = found.get("wechatpay-nonce", "")
        if not signature or not serial or not stamp or not nonce:
            raise NotSigned("missing_headers")
        readable = _STAMP.fullmatch(stamp) and _WORD.fullmatch(nonce) and _WORD.fullmatch(serial)
        if not readable or len(signature) > _LONGEST_SIGNATURE:
            raise NotSigned("bad_headers")
        return cls(serial, stamp, nonce, signature)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.serial}\n{self.stamp}\n{self.nonce}".encode()).hexdigest()

    def check(self, body: bytes, *, trust: Trust, now: datetime) -> None:
        """Raises NotSigned unless a trusted key signed this body within 300 s of `now`."""
        key = trust.key(self.serial, now)
        if key is None:
            raise NotSigned("unknown_serial")
        if abs(now.timestamp() - int(self.stamp)) > WINDOW_SECONDS:
            raise NotSigned("stale")
        message = f"{self.stamp}\n{self.nonce}\n".encode() + body + b"\n"
        try:
            key.verify(base64.b64decode(self.signature, validate=True), message, PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature):
            raise NotSigned("forged") from None
