"""Inbound defects of wechatpy 1.8.18 (facts/wechat.md §7.3, by number): it fails, ours does not."""

import hmac
import inspect
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

import pytest
from wechatpy import create_reply, parse_message
from wechatpy.utils import check_signature

from app.wechat import codec
from app.wechat.envelope import Malformed, read_body
from app.wechat.messages import parse
from app.wechat.replies import text_reply
from tests.unit.wechat import pushes

HACK = "]]></Content><Hack>1</Hack><Content><![CDATA["


def test_defect_8_a_reply_cannot_be_broken_out_of() -> None:
    body = pushes.as_xml(pushes.message("text"))

    theirs = ET.fromstring(create_reply(HACK, parse_message(body), render=True))
    ours = ET.fromstring(text_reply(parse(read_body(body)), HACK, 1))

    assert theirs.findtext("Hack") == "1"
    assert ours.find("Hack") is None
    assert ours.findtext("Content") == HACK


@pytest.mark.parametrize(("text", "bare_text"), [("  签到 \n", "签到"), ("  ", None), ("", None)])
def test_defect_9_texts_keep_their_whitespace(text: str, bare_text: str | None) -> None:
    body = pushes.as_xml({**pushes.message("text"), "Content": text})

    assert parse_message(body).content == bare_text
    assert parse(read_body(body)).text == text


@pytest.mark.parametrize(
    ("body", "bare_error"),
    [
        (b"<xml>", ExpatError),
        (b"<html/>", KeyError),
        (b"<xml><A>1</A></xml>", KeyError),
        (b"<xml/>", TypeError),
        (b"<xml><MsgType/></xml>", AttributeError),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>", ValueError),
        (b"<xml>\xff</xml>", UnicodeDecodeError),
    ],
)
def test_defect_10_bad_bodies_raise_one_thing(body: bytes, bare_error: type[Exception]) -> None:
    with pytest.raises(bare_error):
        parse_message(body)

    with pytest.raises(Malformed):
        parse(read_body(body))


def test_defect_10_a_nested_body_is_refused_before_anyone_prints_it() -> None:
    body = b"<xml><MsgType>text</MsgType>" + b"<a>" * 3_000 + b"</a>" * 3_000 + b"</xml>"
    with pytest.raises(RecursionError):
        repr(parse_message(body)._data)

    with pytest.raises(Malformed) as refused:
        read_body(body)

    assert refused.value.reason == "too_deep"


def test_defect_13_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[Any, Any]] = []

    def compare_digest(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(codec, "hmac", type("Spied", (), {"compare_digest": compare_digest}))
    ours = codec.Codec("wx1", "spamtest", "A" * 43)

    accepted = [ours.verify_url("00", "1", "2"), ours.verify_message("00", "1", "2", "x")]

    assert "signer.signature != signature" in inspect.getsource(check_signature)
    assert accepted == [False, False]
    assert [given for _, given in compared] == [b"00", b"00"]


_WITH_A_SHORT_KEY = {
    "theirs": "from wechatpy.crypto import WeChatCrypto; WeChatCrypto('t', 'A' * 31, 'wx1')",
    "ours": "from app.wechat.codec import Codec; Codec('wx1', 't', 'A' * 31)",
}


@pytest.mark.parametrize(("whose", "status"), [("theirs", 0), ("ours", 1)])
def test_defect_13_a_short_key_is_refused_without_asserts_too(whose: str, status: int) -> None:
    command = [sys.executable, "-O", "-c", _WITH_A_SHORT_KEY[whose]]

    assert subprocess.run(command, capture_output=True, check=False).returncode == status


def test_defect_14_the_event_stays_as_it_came() -> None:
    body = pushes.as_xml(pushes.event("subscribe"))

    theirs, ours = parse_message(body), parse(read_body(body))

    assert (theirs._data["Event"], theirs._data["EventKey"]) == ("subscribe_scan", "store-12")
    assert (ours.fields["Event"], ours.fields["EventKey"]) == ("subscribe", "qrscene_store-12")
    assert (ours.event, ours.scene) == ("subscribe", "store-12")
