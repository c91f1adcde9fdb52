"""Mini-program logins and the data that its pages hand over (facts/wechat.md §3.13)."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from app.core.settings import MiniProgram
from app.wechat.answers import text_of
from app.wechat.codec import BadEnvelope, WrongAppId
from app.wechat.http import API, PlatformSession, exchange

_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class MiniSession:
    """`session_key` decrypts what the page sends; it never leaves the server."""

    openid: str = field(repr=False)
    session_key: str = field(repr=False)
    unionid: str | None = field(repr=False)


class MiniLogin:
    def __init__(self, settings: MiniProgram, session: PlatformSession) -> None:
        self._settings = settings
        self._session = session

    def code_to_session(self, js_code: str) -> MiniSession:
        """The person behind a login code, which is good once and for five minutes; WeChatError otherwise."""
        secret = self._settings.app_secret.get_secret_value()
        params = {
            "appid": self._settings.app_id,
            "secret": secret,
            "js_code": js_code,
            "grant_type": "authorization_code",
        }
        url = f"{API}/sns/jscode2session"
        answer = exchange(self._session, "GET", url, private=(secret, js_code), params=params)
        return MiniSession(
            text_of(answer, "openid"), text_of(answer, "session_key"), answer.get("unionid") or None
        )


def rawdata_signature(raw_data: str, session_key: str) -> str:
    """What the page must have sent beside `rawData`; compare with hmac.compare_digest."""
    return hashlib.sha1((raw_data + session_key).encode()).hexdigest()  # noqa: S324 -- WeChat's protocol


def decrypt_data(session_key: str, iv: str, encrypted: str, app_id: str) -> dict[str, Any]:
    """What `encryptedData` says; BadEnvelope for any fault, WrongAppId when it is another program's."""
    key, vector, sealed = (_decoded(text) for text in (session_key, iv, encrypted))
    if len(key) != _BLOCK or len(vector) != _BLOCK or not sealed or len(sealed) % _BLOCK:
        raise BadEnvelope("length")
    unpadder = PKCS7(8 * _BLOCK).unpadder()
    try:
        padded = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(sealed)
        data = json.loads(unpadder.update(padded) + unpadder.finalize())
    except (ValueError, RecursionError):
        raise BadEnvelope("content") from None
    watermark = data.get("watermark") if isinstance(data, dict) else None
    if not isinstance(watermark, dict) or watermark.get("appid") != app_id:
        raise WrongAppId
    return dict(data)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadEnvelope("base64") from None
