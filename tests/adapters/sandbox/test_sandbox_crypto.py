"""The sandbox's own crypto against the published answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.crypto import CannotOpen, Envelope, sign

VECTORS = {
    one["id"]: one
    for one in json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))["vectors"]
}


def _input(name: str) -> Any:
    return VECTORS[name]["input"]


def _envelope(name: str) -> Envelope:
    given = _input(name)
    return Envelope(given["token"], given["encoding_aes_key"], given["appid"])


@pytest.mark.parametrize("name", ["callback.get_verify", "callback.post_plain_json"])
def test_three_part_signature_published(name: str) -> None:
    given = _input(name)

    signature = sign(given["token"], given["timestamp"], given["nonce"])

    assert signature == given["signature"]


def test_safe_message_published_opens() -> None:
    given = _input("callback.post_safe_json")
    query, sealed = given["query"], given["body"]["Encrypt"]
    envelope = _envelope("callback.post_safe_json")

    opened = envelope.open(sealed)

    assert opened == given["expected_plain"]
    assert envelope.signature(query["timestamp"], query["nonce"], sealed) == query["msg_signature"]


def test_safe_message_with_its_noise_seals_to_the_published_bytes() -> None:
    given = _input("callback.post_safe_json")

    sealed = _envelope("callback.post_safe_json").seal(
        given["expected_plain"], noise=given["random16"].encode()
    )

    assert sealed == given["body"]["Encrypt"]


def test_compatible_sample_with_pad_of_two_opens() -> None:
    given = VECTORS["callback.official_wxbizmsgcrypt_sample"]
    sealed = given["input"]["post_body"].split("<Encrypt><![CDATA[")[1].split("]]>")[0]

    opened = _envelope("callback.official_wxbizmsgcrypt_sample").open(sealed)

    assert opened == given["expected_plain"]


@pytest.mark.parametrize("name", [one for one in VECTORS if "aes_fixed_random" in one or "reply_safe" in one])
def test_reply_with_fixed_noise_published(name: str) -> None:
    given, expected = _input(name), VECTORS[name]["expected"]

    sealed = _envelope(name).seal(given["plain"], noise=given["random16"].encode())

    assert sealed == expected["Encrypt"]


def test_message_for_another_app_is_refused() -> None:
    given = _input("callback.post_safe_json")
    stranger = Envelope(given["token"], given["encoding_aes_key"], "wx0000000000000000")

    with pytest.raises(CannotOpen):
        stranger.open(given["body"]["Encrypt"])


@pytest.mark.parametrize("sealed", ["", "not base64!", "AAAA", "A" * 44])
def test_garbage_is_refused(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        _envelope("callback.post_safe_json").open(sealed)
