"""The callback's crypto: published answers, wechatpy both ways, and every fault named."""

import base64
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from app.wechat.codec import BadEnvelope, Codec, WrongAppId
from tests.unit.wechat.known_answers import known

APP_ID = "wxba5fad812f8e6fb9"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CODEC = Codec(APP_ID, "spamtest", KEY)
ORACLE = WeChatCrypto("spamtest", KEY, APP_ID)


def _of(vector: dict[str, Any]) -> Codec:
    return Codec(vector.get("appid", APP_ID), vector["token"], vector.get("encoding_aes_key", KEY))


def _sealed(frame: bytes) -> str:
    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(frame) + encryptor.finalize()).decode()


@pytest.mark.parametrize("name", ["callback.get_verify", "callback.post_plain_json"])
def test_url_signature_published(name: str) -> None:
    vector = known(name)

    assert _of(vector).verify_url(vector["signature"], vector["timestamp"], vector["nonce"]) is True


def test_message_published_json_sample() -> None:
    vector = known("callback.post_safe_json")
    query, encrypted = vector["query"], vector["body"]["Encrypt"]
    codec = _of(vector)

    signed = codec.verify_message(query["msg_signature"], query["timestamp"], query["nonce"], encrypted)

    assert signed is True
    assert codec.verify_url(query["signature"], query["timestamp"], query["nonce"]) is True
    assert codec.decrypt(encrypted).decode() == vector["expected"]


def test_message_published_wxbizmsgcrypt_sample() -> None:
    vector = known("callback.official_wxbizmsgcrypt_sample")
    encrypted = str(ET.fromstring(vector["post_body"]).findtext("Encrypt"))
    codec = _of(vector)

    signed = codec.verify_message(vector["msg_signature"], vector["timestamp"], vector["nonce"], encrypted)

    assert signed is True
    assert codec.verify_url(vector["signature_3part"], vector["timestamp"], vector["nonce"]) is True
    assert codec.decrypt(encrypted.encode()).decode() == vector["expected"]


@pytest.mark.parametrize("name", ["callback.aes_fixed_random_1", "callback.reply_safe_json"])
def test_encrypt_published_random(name: str) -> None:
    vector = known(name)
    codec = _of(vector)

    encrypted = codec.encrypt(vector["plain"].encode(), vector["random16"].encode())

    assert encrypted == vector["expected"]["Encrypt"]
    assert (
        codec.signature(vector["timestamp"], vector["nonce"], encrypted)
        == (vector["expected"]["MsgSignature"])
    )
    assert codec.decrypt(encrypted).decode() == vector["plain"]


def test_message_with_changed_signature_is_refused() -> None:
    vector = known("callback.post_safe_json")
    query = vector["query"]
    flipped = query["msg_signature"][:-1] + "4"

    signed = _of(vector).verify_message(
        flipped, query["timestamp"], query["nonce"], vector["body"]["Encrypt"]
    )

    assert signed is False


def test_message_for_another_app_is_refused() -> None:
    vector = known("callback.post_safe_json") | {"appid": "wx0000000000000000"}

    with pytest.raises(WrongAppId):
        _of(vector).decrypt(vector["body"]["Encrypt"])


@given(signature=st.text(), timestamp=st.text(), nonce=st.text())
def test_signature_of_anything_is_compared_not_raised(signature: str, timestamp: str, nonce: str) -> None:
    right = CODEC.signature(timestamp, nonce)

    assert CODEC.verify_url(signature, timestamp, nonce) is (signature == right)
    assert CODEC.verify_url(right, timestamp, nonce) is True


def test_signature_with_half_a_surrogate_pair_is_refused() -> None:
    assert CODEC.verify_url("\ud800", "\udfff", "签到") is False


def test_signature_same_as_wechatpy() -> None:
    check_signature("spamtest", CODEC.signature("1409735669", "1320562132"), "1409735669", "1320562132")


@given(st.binary(max_size=3_000))
def test_encrypt_then_decrypt_gives_the_same(message: bytes) -> None:
    assert CODEC.decrypt(CODEC.encrypt(message)) == message


@given(st.text(max_size=500))
def test_wechatpy_reads_what_we_seal(text: str) -> None:
    sealed = CODEC.seal_xml(text.encode(), 1409735669, "nonce1")
    signature = str(ET.fromstring(sealed).findtext("MsgSignature"))

    assert ORACLE.decrypt_message(sealed, signature, "1409735669", "nonce1") == text


@given(st.text(max_size=500))
def test_we_read_what_wechatpy_seals(text: str) -> None:
    sealed = ET.fromstring(ORACLE.encrypt_message(text, "nonce1", "1409735669"))
    encrypted = str(sealed.findtext("Encrypt"))

    signed = CODEC.verify_message(str(sealed.findtext("MsgSignature")), "1409735669", "nonce1", encrypted)

    assert signed is True
    assert CODEC.decrypt(encrypted).decode() == text


def test_seal_json_has_the_fields_of_the_protocol() -> None:
    sealed = json.loads(CODEC.seal_json(b'{"a":1}', 1713424427, "415670741"))

    assert list(sealed) == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    assert (sealed["TimeStamp"], sealed["Nonce"]) == (1713424427, "415670741")
    assert CODEC.verify_message(sealed["MsgSignature"], "1713424427", "415670741", sealed["Encrypt"])
    assert CODEC.decrypt(sealed["Encrypt"]) == b'{"a":1}'


def test_seal_xml_nonce_cannot_break_out() -> None:
    sealed = ET.fromstring(CODEC.seal_xml(b"hi", 1, "]]><Hack/><![CDATA["))

    assert [child.tag for child in sealed] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    assert sealed.findtext("Nonce") == "]]><Hack/><![CDATA["


def test_seal_never_repeats_a_ciphertext() -> None:
    assert CODEC.encrypt(b"same") != CODEC.encrypt(b"same")


HEAD = b"r" * 16
FAULTS = {
    "empty": ("", "length"),
    "not base64": ("!!!!", "base64"),
    "not ascii": ("签到签到", "base64"),
    "base64 without its end": ("QUJD" * 8 + "Q", "base64"),
    "newline inside": ("QUJD\n" + "QUJD" * 31, "base64"),
    "not whole blocks": (base64.b64encode(b"x" * 33).decode(), "length"),
    "pad of zero": (_sealed(HEAD + b"\0\0\0\0" + b"\0" * 12), "padding"),
    "pad over a block": (_sealed(HEAD + b"\0\0\0\1" + b"x" * 11 + b"\x21"), "padding"),
    "pad not repeated": (_sealed(HEAD + b"\0\0\0\1" + b"x" * 10 + b"\x03\x02"), "padding"),
    "pad over the whole": (_sealed(b"\x10" * 16), "frame"),
    "length over the end": (_sealed(HEAD + b"\0\0\0\xff" + b"x" * 11 + b"\x01"), "frame"),
    "length of four gigabytes": (_sealed(HEAD + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01"), "frame"),
    "no app id": (_sealed(HEAD + b"\0\0\0\x0b" + b"x" * 11 + b"\x01"), "app_id"),
}


@pytest.mark.parametrize(("encrypted", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_decrypt_faulty(encrypted: str, reason: str) -> None:
    with pytest.raises(BadEnvelope) as refused:
        CODEC.decrypt(encrypted)

    assert refused.value.reason == reason


@given(st.one_of(st.text(), st.binary().map(lambda some: base64.b64encode(some).decode())))
def test_decrypt_of_anything_raises_only_bad_envelope(encrypted: str) -> None:
    with pytest.raises(BadEnvelope):
        CODEC.decrypt(encrypted)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "签" * 43, "!" * 43])
def test_codec_with_a_bad_key_does_not_start(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey must be 43 characters"):
        Codec(APP_ID, "token", key)
