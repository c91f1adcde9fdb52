"""WeChat's message signature and encryption, written apart from the code that it tests."""

import base64
import binascii
import hashlib
import secrets
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
NOISE = 16
FRAME = NOISE + 4


class CannotOpen(ValueError):
    """The text is not a message that was sealed for this account."""


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


@dataclass(frozen=True)
class Envelope:
    token: str
    encoding_aes_key: str
    app_id: str

    @property
    def _key(self) -> bytes:
        return base64.b64decode(self.encoding_aes_key + "=")

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def seal(self, text: str, *, noise: bytes | None = None) -> str:
        body = text.encode()
        frame = (noise or secrets.token_hex(8).encode()) + struct.pack(">I", len(body)) + body
        frame += self.app_id.encode()
        pad = BLOCK - len(frame) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(frame + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        frame = self._unpadded(sealed)
        size = int(struct.unpack(">I", frame[NOISE:FRAME])[0])
        body, app_id = frame[FRAME : FRAME + size], frame[FRAME + size :]
        if app_id != self.app_id.encode():
            raise CannotOpen("the app id inside is another one")
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise CannotOpen("not UTF-8 inside") from error

    def _unpadded(self, sealed: str) -> bytes:
        try:
            decryptor = self._cipher().decryptor()
            frame = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        except (binascii.Error, ValueError) as error:
            raise CannotOpen("not base64 of whole blocks") from error
        pad = frame[-1] if frame else 0
        if not 1 <= pad <= BLOCK or frame[-pad:] != bytes([pad]) * pad:
            raise CannotOpen("padding is wrong")
        if len(frame) - pad < FRAME:
            raise CannotOpen("frame is too short")
        return frame[:-pad]

    def signature(self, timestamp: str, nonce: str, sealed: str) -> str:
        return sign(self.token, timestamp, nonce, sealed)
