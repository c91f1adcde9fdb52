"""Signatures and encryption of the callback (facts/wechat.md §1.1-1.3); runs for every message."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.wechat.cdata import cdata, printable

_KEY_CHARACTERS: Final = 43
_KEY_BYTES: Final = 32
_CIPHER_BLOCK: Final = 16
_PAD_BLOCK: Final = 32
_RANDOM: Final = 16
_HEAD: Final = _RANDOM + 4


class BadEnvelope(ValueError):
    """The ciphertext is not one of ours; `reason` is a word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WrongAppId(BadEnvelope):
    """Well encrypted, but for another account."""

    def __init__(self) -> None:
        super().__init__("app_id")


class Codec:
    """One account's token and key. Safe to share between threads."""

    def __init__(self, app_id: str, token: str, encoding_aes_key: str) -> None:
        key = _aes_key(encoding_aes_key)
        self._token = token
        self._app_id = app_id.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_CIPHER_BLOCK]))

    def signature(self, *parts: str) -> str:
        """SHA-1 over the sorted parts and the token, in lower-case hex."""
        joined = "".join(sorted((self._token, *parts)))
        digest = hashlib.sha1(joined.encode(errors="surrogatepass"))  # noqa: S324 -- WeChat's protocol
        return digest.hexdigest()

    def verify_url(self, signature: str, timestamp: str, nonce: str) -> bool:
        return _same(self.signature(timestamp, nonce), signature)

    def verify_message(self, msg_signature: str, timestamp: str, nonce: str, encrypted: str) -> bool:
        return _same(self.signature(timestamp, nonce, encrypted), msg_signature)

    def decrypt(self, encrypted: str | bytes) -> bytes:
        """The message inside; BadEnvelope for any fault. Verify the signature first."""
        frame = _unpadded(self._cipher.decryptor().update(_ciphertext(encrypted)))
        end = _HEAD + int.from_bytes(frame[_RANDOM:_HEAD])
        if len(frame) < _HEAD or end > len(frame):
            raise BadEnvelope("frame")
        if not hmac.compare_digest(frame[end:], self._app_id):
            raise WrongAppId
        return frame[_HEAD:end]

    def encrypt(self, reply: bytes, random: bytes | None = None) -> str:
        """`random` is 16 bytes, given only to reproduce a known answer."""
        head = (secrets.token_bytes(_RANDOM) if random is None else random) + len(reply).to_bytes(4)
        frame = head + reply + self._app_id
        pad = _PAD_BLOCK - len(frame) % _PAD_BLOCK
        sealed = self._cipher.encryptor().update(frame + bytes((pad,)) * pad)
        return base64.b64encode(sealed).decode("ascii")

    def seal_xml(self, reply: bytes, timestamp: int, nonce: str) -> bytes:
        """The encrypted and signed answer to a push that came as XML."""
        encrypted = self.encrypt(reply)
        signature = self.signature(str(timestamp), nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(printable(nonce))}</Nonce></xml>"
        ).encode()

    def seal_json(self, reply: bytes, timestamp: int, nonce: str) -> bytes:
        """The encrypted and signed answer to a push that came as JSON."""
        encrypted = self.encrypt(reply)
        signature = self.signature(str(timestamp), nonce, encrypted)
        envelope = {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce}
        return json.dumps(envelope).encode()


def _aes_key(encoding_aes_key: str) -> bytes:
    try:
        key = base64.b64decode(encoding_aes_key + "=")
    except ValueError:
        key = b""
    if len(encoding_aes_key) != _KEY_CHARACTERS or len(key) != _KEY_BYTES:
        raise ValueError("EncodingAESKey must be 43 characters of [A-Za-z0-9]")
    return key


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="surrogatepass"))


def _ciphertext(encrypted: str | bytes) -> bytes:
    try:
        sealed = binascii.a2b_base64(encrypted, strict_mode=True)
    except ValueError:
        raise BadEnvelope("base64") from None
    if not sealed or len(sealed) % _CIPHER_BLOCK:
        raise BadEnvelope("length")
    return sealed


def _unpadded(padded: bytes) -> bytes:
    pad = padded[-1]
    if not 1 <= pad <= _PAD_BLOCK or padded[-pad:] != bytes((pad,)) * pad:
        raise BadEnvelope("padding")
    return padded[:-pad]
