"""Bodies: exact texts out of good ones, one exception out of all others."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.envelope import MAX_BYTES, Malformed, encrypted_of, is_json, read_body
from tests.unit.wechat import pushes

XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
)


def _refusal(body: bytes) -> str:
    with pytest.raises(Malformed) as refused:
        read_body(body)
    return refused.value.reason


@given(XML_TEXT)
def test_xml_text_is_exact(text: str) -> None:
    section = text.replace("]]>", "]]]]><![CDATA[>")

    assert read_body(f"<xml><Content><![CDATA[{section}]]></Content></xml>".encode()) == {"Content": text}


def test_xml_keeps_whitespace_and_joins_sections() -> None:
    body = b"<?xml version='1.0' encoding='UTF-8'?>\n<xml>\n <Content>  a&lt;<![CDATA[<b> ]]>\n</Content>\n</xml>\n"

    assert read_body(body) == {"Content": "  a<<b> \n"}


def test_xml_children_siblings_and_empty() -> None:
    body = b"<xml><A/><B></B><L><I>1</I><I>2</I><I><K>3</K></I></L> tail </xml>"

    assert read_body(body) == {"A": "", "B": "", "L": {"I": ["1", "2", {"K": "3"}]}}


def test_xml_with_byte_order_mark_is_read() -> None:
    assert read_body(b"\xef\xbb\xbf<xml><A>1</A></xml>") == {"A": "1"}


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none(), max_size=20))
def test_json_object_is_exact(fields: dict[str, Any]) -> None:
    body = json.dumps(fields, ensure_ascii=False).encode()
    refused = any("\0" in str(part) for pair in fields.items() for part in pair)

    if refused:
        assert _refusal(body) == "characters"
    else:
        assert read_body(body) == fields


def test_json_numbers_are_kept() -> None:
    assert read_body(b'{"Latitude": 23.137466, "version": 2}') == {"Latitude": 23.137466, "version": 2}


def test_json_escaped_text_is_read() -> None:
    assert read_body(rb'{"Content": "\u7b7e\u5230 \ud83d\ude00 \\u0000"}') == {"Content": "签到 😀 \\u0000"}


REFUSED = {
    "nothing": (b"", "xml"),
    "a word": (b"hello", "xml"),
    "not closed": (b"<xml><A>", "xml"),
    "two roots": (b"<xml/><xml/>", "xml"),
    "another root": (b"<html><A/></html>", "root"),
    "doctype": (b"<!DOCTYPE xml><xml/>", "doctype"),
    "external doctype": (b"<!DOCTYPE xml SYSTEM 'file:///etc/passwd'><xml/>", "doctype"),
    "entity": (b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>", "doctype"),
    "unknown entity": (b"<xml><A>&a;</A></xml>", "xml"),
    "gbk declared": ("<?xml version='1.0' encoding='GBK'?><xml><A>签</A></xml>".encode("gbk"), "encoding"),
    "gbk undeclared": ("<xml><A>签到</A></xml>".encode("gbk"), "xml"),
    "latin-1 declared": (b"<?xml version='1.0' encoding='ISO-8859-1'?><xml/>", "encoding"),
    "utf-16": ("<xml/>".encode("utf-16"), "encoding"),
    "utf-16 unmarked": ("<xml/>".encode("utf-16-le"), "encoding"),
    "unknown encoding": (b"<?xml version='1.0' encoding='x-none'?><xml/>", "encoding"),
    "nul": (b"<xml><A>\0</A></xml>", "encoding"),
    "control character": (b"<xml><A>&#8;</A></xml>", "xml"),
    "half a surrogate pair": (b"<xml><A>&#xD800;</A></xml>", "xml"),
    "13 levels": (b"<xml>" + b"<a>" * 12 + b"</a>" * 12 + b"</xml>", "too_deep"),
    "9,000 levels": (b"<xml>" + b"<a>" * 9_000, "too_deep"),
    "2,001 elements": (b"<xml>" + b"<a/>" * 2_000 + b"</xml>", "too_many_elements"),
    "16,000 siblings": (b"<xml>" + b"<a/>" * 16_000, "too_many_elements"),
    "17 attributes": (b"<xml %s/>" % b" ".join(b"a%d='1'" % n for n in range(17)), "too_many_attributes"),
    "5,000 attributes": (
        b"<xml %s/>" % b" ".join(b"a%d=''" % n for n in range(5_000)),
        "too_many_attributes",
    ),
    "300,000 siblings": (b"<xml>" + b"<a/>" * 300_000 + b"</xml>", "too_long"),
    "50,000 attributes": (b"<xml %s/>" % b" ".join(b"a%d=''" % n for n in range(50_000)), "too_long"),
    "a long text": (b"<xml><A>" + b"x" * MAX_BYTES + b"</A></xml>", "too_long"),
    "json list": (b"[]", "root"),
    "json cut off": (b'{"a":', "json"),
    "json not utf-8": ('{"a":"签到"}'.encode("gbk"), "encoding"),
    "json NaN": (b'{"a":NaN}', "number"),
    "json Infinity": (b'{"a":-Infinity}', "number"),
    "json 1e999": (b'{"a":1e999}', "number"),
    "json long number": (b'{"a":' + b"9" * 5_000 + b"}", "json"),
    "json half a surrogate pair": (rb'{"a":"\ud800"}', "characters"),
    "json surrogate in a name": (rb'{"\udc00":1}', "characters"),
    "json nul": (rb'{"a":"\u0000"}', "characters"),
    "json raw nul": (b'{"a":"\0"}', "characters"),
    "json 13 levels": (b'{"a":' + b"[" * 12 + b"]" * 12 + b"}", "too_deep"),
    "json 30,000 levels": (b'{"a":' + b"[" * 30_000, "too_deep"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_body_refused(body: bytes, reason: str) -> None:
    assert _refusal(body) == reason


def test_billion_laughs_is_refused_at_its_first_line() -> None:
    lines = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))

    assert _refusal(b'<!DOCTYPE x [<!ENTITY l0 "lol">' + lines + b"]><xml>&l9;</xml>") == "doctype"


def test_bounds_themselves_are_allowed() -> None:
    deep = b"<xml>" + b"<a>" * 11 + b"</a>" * 11 + b"</xml>"
    wide = b"<xml %s>" % b" ".join(b"a%d='1'" % n for n in range(16)) + b"<a/>" * 1_999 + b"</xml>"

    assert list(read_body(deep)) == ["a"]
    assert read_body(wide) == {"a": [""] * 1_999}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    _read_or_refuse(body)


@given(
    name=st.sampled_from(sorted(pushes.EVENTS)),
    at=st.floats(0, 1),
    change=st.binary(max_size=8),
    removed=st.integers(0, 30),
    in_json=st.booleans(),
)
def test_damaged_pushes_are_read_or_malformed(
    name: str, at: float, change: bytes, removed: int, *, in_json: bool
) -> None:
    fields = pushes.event(name)
    whole = json.dumps(pushes.as_json(fields)).encode() if in_json else pushes.as_xml(fields)
    place = int(at * len(whole))

    _read_or_refuse(whole[:place] + change + whole[place + removed :])


def _read_or_refuse(body: bytes) -> None:
    for read in (read_body, encrypted_of):
        with contextlib.suppress(Malformed):
            assert isinstance(read(body), dict | str)


USUAL = b"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[ab+/c=]]></Encrypt></xml>"
SAFE = {
    "xml": USUAL,
    "xml other way round": b"<xml>\n<Encrypt><![CDATA[ab+/c=]]></Encrypt><ToUserName/></xml>\n",
    "xml alone": b"<xml><Encrypt><![CDATA[ab+/c=]]></Encrypt></xml>",
    "xml without sections": b"<xml><ToUserName>gh_1</ToUserName><Encrypt>ab+/c=</Encrypt></xml>",
    "xml with clear fields": USUAL.replace(b"<xml>", b"<xml><Content><![CDATA[<Encrypt>]]></Content>"),
    "json": b'{"ToUserName":"gh_1","Encrypt":"ab+/c="}',
    "json other way round": b'{ "Encrypt": "ab+/c=", "ToUserName": "gh_1" }',
    "json with escapes": rb'{"ToUserName":"gh_1","Encrypt":"ab+\/c=","x":{}}',
}


@pytest.mark.parametrize("body", SAFE.values(), ids=SAFE.keys())
def test_encrypted_of_every_shape(body: bytes) -> None:
    assert encrypted_of(body) == "ab+/c="


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<xml><A/></xml>", "no_encrypt"),
        (b"<xml><Encrypt/></xml>", "no_encrypt"),
        (b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>", "no_encrypt"),
        (b'{"Encrypt":1}', "no_encrypt"),
        (b"<!DOCTYPE x><xml><Encrypt><![CDATA[ab]]></Encrypt></xml>", "doctype"),
        (b"<xml>" + b"a" * MAX_BYTES, "too_long"),
    ],
)
def test_encrypted_of_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        encrypted_of(body)

    assert refused.value.reason == reason


def test_is_json_decides_the_reply() -> None:
    assert [is_json(body) for body in (b' \n{"a":1}', b"\xef\xbb\xbf{}", b"<xml/>", b"")] == [
        True,
        True,
        False,
        False,
    ]
