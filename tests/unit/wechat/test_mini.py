"""Mini-program logins and data, against the published samples and wechatpy."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatWxaCrypto
from wechatpy.utils import check_wxa_signature

from app.core.settings import MiniProgram
from app.wechat.codec import BadEnvelope, WrongAppId
from app.wechat.errors import BadAnswer
from app.wechat.http import PlatformSession
from app.wechat.mini import MiniLogin, MiniSession, decrypt_data, rawdata_signature
from tests.unit.wechat.conftest import SECRET
from tests.unit.wechat.fake_platform import FakePlatform
from tests.unit.wechat.known_answers import known

KEY = base64.b64encode(b"k" * 16).decode()
IV = base64.b64encode(b"i" * 16).decode()


def _sealed(plain: bytes) -> str:
    pad = 16 - len(plain) % 16
    return _encrypted(plain + bytes((pad,)) * pad)


def _encrypted(padded: bytes) -> str:
    encryptor = Cipher(algorithms.AES(b"k" * 16), modes.CBC(b"i" * 16)).encryptor()
    return base64.b64encode(encryptor.update(padded)).decode()


def test_decrypt_data_published_sample() -> None:
    vector = known("mini.encrypted_data")

    data = decrypt_data(vector["session_key"], vector["iv"], vector["encryptedData"], vector["appid"])

    assert data == vector["expected"]


def test_decrypt_data_of_another_program() -> None:
    vector = known("mini.encrypted_data")

    with pytest.raises(WrongAppId):
        decrypt_data(vector["session_key"], vector["iv"], vector["encryptedData"], "wx0000000000000000")


@given(st.dictionaries(st.text(), st.text() | st.integers(), max_size=5))
def test_decrypt_data_same_as_wechatpy(fields: dict[str, Any]) -> None:
    fields |= {"watermark": {"appid": "wx1", "timestamp": 1}}
    sealed = _sealed(json.dumps(fields).encode())

    assert decrypt_data(KEY, IV, sealed, "wx1") == fields
    assert WeChatWxaCrypto(KEY, IV, "wx1").decrypt_message(sealed) == fields


@pytest.mark.parametrize(
    ("key", "iv", "sealed", "reason"),
    [
        ("!", IV, _sealed(b"{}"), "base64"),
        (KEY, IV, "签", "base64"),
        (KEY[:8], IV, _sealed(b"{}"), "length"),
        (KEY, "", _sealed(b"{}"), "length"),
        (KEY, IV, "", "length"),
        (KEY, IV, base64.b64encode(b"x" * 17).decode(), "length"),
        (KEY, IV, _encrypted(b"x" * 16), "content"),
        (KEY, IV, _sealed(b"\xff"), "content"),
        (KEY, IV, _sealed(b"{"), "content"),
        (KEY, IV, _sealed(b"[" * 100_000), "content"),
        (KEY, IV, _sealed(b"[]"), "app_id"),
        (KEY, IV, _sealed(b'{"watermark": "wx1"}'), "app_id"),
    ],
)
def test_decrypt_data_faulty(key: str, iv: str, sealed: str, reason: str) -> None:
    with pytest.raises(BadEnvelope) as refused:
        decrypt_data(key, iv, sealed, "wx1")

    assert refused.value.reason == reason


def test_rawdata_signature_published_sample() -> None:
    vector = known("mini.rawdata_signature")

    signature = rawdata_signature(vector["rawData"], vector["session_key"])

    assert signature == vector["expected"]
    check_wxa_signature(vector["session_key"], vector["rawData"], signature)


def test_code_to_session(platform: FakePlatform, session: PlatformSession) -> None:
    login = MiniLogin(MiniProgram.model_validate({"app_id": "wx1", "app_secret": SECRET}), session)
    platform.answer(
        "/sns/jscode2session",
        {"openid": "oMINI", "session_key": KEY, "unionid": "u1", "errcode": 0},
        {"openid": "oMINI", "session_key": KEY},
        {"openid": "oMINI"},
    )

    assert login.code_to_session("CODE") == MiniSession("oMINI", KEY, "u1")
    assert login.code_to_session("CODE") == MiniSession("oMINI", KEY, None)
    assert repr(MiniSession("oMINI", KEY, None)) == "MiniSession()"
    with pytest.raises(BadAnswer):
        login.code_to_session("CODE")
    assert platform.calls[0].query == {
        "appid": "wx1",
        "secret": SECRET,
        "js_code": "CODE",
        "grant_type": "authorization_code",
    }
