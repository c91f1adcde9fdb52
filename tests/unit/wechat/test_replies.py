"""Passive replies: what the person sees is what we wrote, or cut at a character."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import create_reply, parse_message
from wechatpy.replies import deserialize_reply

from app.wechat.envelope import read_body
from app.wechat.messages import parse
from app.wechat.replies import cut, json_text_reply, news_reply, text_reply
from tests.unit.wechat import pushes

NOW = 1409735669
INBOUND = parse(pushes.message("text"))


def _shown(content: str) -> str:
    return str(read_body(text_reply(INBOUND, content, NOW))["Content"])


def test_text_reply_goes_back_to_the_sender() -> None:
    assert read_body(text_reply(INBOUND, "已签到", NOW)) == {
        "ToUserName": pushes.PERSON,
        "FromUserName": pushes.ACCOUNT,
        "CreateTime": "1409735669",
        "MsgType": "text",
        "Content": "已签到",
    }


def test_text_reply_same_as_wechatpy() -> None:
    theirs = create_reply("已签到", parse_message(pushes.as_xml(pushes.message("text"))))
    theirs.time = NOW

    assert read_body(text_reply(INBOUND, "已签到", NOW)) == read_body(theirs.render().encode())
    assert deserialize_reply(text_reply(INBOUND, "已签到", NOW)).content == "已签到"


@pytest.mark.parametrize(
    "content",
    [
        "]]>",
        "]]]]>>]]>",
        "]]></Content><Hack>1</Hack><Content><![CDATA[",
        "<b>&amp;</b>",
        "😀👨‍👩‍👧 \u202eمرحبا\u202c",
        "  两边 \n\t",
        "",
    ],
)
def test_text_reply_is_exact(content: str) -> None:
    assert _shown(content) == content


def test_text_reply_drops_what_xml_cannot_carry() -> None:
    assert _shown("a\x00b\x08c\x1bd\ufffee\uffff\ud800f\x7f") == "abcdef\x7f"


@given(st.text(st.characters(), max_size=3_000))
def test_text_reply_of_anything_is_well_formed_and_short(content: str) -> None:
    reply = ET.fromstring(text_reply(INBOUND, content, NOW))

    assert [child.tag for child in reply] == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
    ]
    assert len(str(reply.findtext("Content") or "").encode()) <= 2_048


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" * 2_048, "a" * 2_048),
        ("a" * 2_049, "a" * 2_045 + "…"),
        ("党" * 682 + "aa", "党" * 682 + "aa"),
        ("党" * 683, "党" * 681 + "…"),
        ("a" + "😀" * 512, "a" + "😀" * 511 + "…"),
    ],
)
def test_text_over_2048_bytes_is_cut_at_a_character(text: str, shown: str) -> None:
    assert _shown(text) == shown


def test_cut_counts_what_is_seen_not_how_it_is_written() -> None:
    assert _shown("]]>" * 682) == "]]>" * 682


def test_cut_to_another_limit() -> None:
    assert cut("党支部", 8) == "党…"


def test_json_reply_goes_back_to_the_sender() -> None:
    reply = json_text_reply(INBOUND, "已签到]]>\x00", NOW)

    assert "已签到" in reply.decode()
    assert json.loads(reply) == {
        "ToUserName": pushes.PERSON,
        "FromUserName": pushes.ACCOUNT,
        "CreateTime": NOW,
        "MsgType": "text",
        "Content": "已签到]]>",
    }


def test_news_reply_same_as_wechatpy() -> None:
    article = {"title": "公开", "description": "d", "url": "https://x/?a=1&b=2", "image": "https://x/p"}
    theirs = create_reply([article], parse_message(pushes.as_xml(pushes.message("text"))))
    theirs.time = NOW

    ours = news_reply(
        INBOUND,
        title="公开",
        description="d\x01",
        url="https://x/?a=1&b=2",
        picture_url="https://x/p",
        now=NOW,
    )

    assert read_body(ours) == read_body(theirs.render().encode())


def test_news_reply_title_cannot_break_out() -> None:
    reply = news_reply(INBOUND, title="]]><Url>", description="", url="https://x", picture_url="", now=NOW)

    assert read_body(reply)["Articles"] == {
        "item": {"Title": "]]><Url>", "Description": "", "PicUrl": "", "Url": "https://x"}
    }
