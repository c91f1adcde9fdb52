"""Pushes as an independent library reads them, and the judgement of its answers."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from wechatpy import parse_message
from wechatpy.utils import check_signature
from werkzeug.wrappers import Response

from tests.adapters.sandbox.sandbox_account import (
    FAILURE,
    OPENID,
    ORACLE,
    ORIGINAL_ID,
    TOKEN,
    Backend,
    Json,
    Received,
    Sandbox,
    echo,
    opened,
)


def _say(sandbox: Sandbox, content: str = "你好") -> Json:
    delivery: Json = sandbox.post("/sim/text", {"openid": OPENID, "content": content})["delivery"]
    return delivery


def _reply(received: Received, **changes: Any) -> bytes:
    fields = {
        "ToUserName": received.query["openid"],
        "FromUserName": ORIGINAL_ID,
        "CreateTime": "1700000000",
        "MsgType": "text",
        "Content": "好",
    } | changes
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>".encode()


@pytest.mark.parametrize("content", ["你好", "]]> & <b>", "😀 \u202e שלום", "甲" * 600])
def test_safe_push_reads_back_in_wechatpy(sandbox: Sandbox, backend: Backend, content: str) -> None:
    sandbox.meet()

    _say(sandbox, content)

    message = parse_message(opened(backend.received[-1]))
    assert (message.type, message.source, message.target, message.content) == (
        "text",
        OPENID,
        ORIGINAL_ID,
        content,
    )


def test_safe_push_names_only_the_account_outside(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    _say(sandbox)

    body = backend.received[-1].body.decode()
    assert body.startswith(f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName><Encrypt>")
    assert sorted(backend.received[-1].query) == [
        "encrypt_type",
        "msg_signature",
        "nonce",
        "openid",
        "signature",
        "timestamp",
    ]


def test_plain_push_is_signed_in_three_parts(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(mode="plain")
    sandbox.meet()

    _say(sandbox)

    query = backend.received[-1].query
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    assert parse_message(backend.received[-1].body).content == "你好"
    assert "encrypt_type" not in query


def test_compatible_push_has_both(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(mode="compatible")
    sandbox.meet()

    _say(sandbox)

    received = backend.received[-1]
    assert parse_message(received.body).content == "你好"
    assert parse_message(opened(received)).content == "你好"


def test_json_push_opens(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(format="json")
    sandbox.meet()

    _say(sandbox)

    received = backend.received[-1]
    outer = json.loads(received.body)
    query = received.query
    clear = ORACLE.decrypt_message(outer, query["msg_signature"], query["timestamp"], query["nonce"])
    assert json.loads(clear)["Content"] == "你好"
    assert outer.keys() == {"ToUserName", "Encrypt"}


def test_answer_of_wechatpy_is_shown(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = echo

    delivery = _say(sandbox)

    assert (delivery["shown"], delivery["failed"]) == ("收到：你好", False)
    assert sandbox.chat()[-1]["text"] == "收到：你好"


@pytest.mark.parametrize("mode", ["plain", "compatible"])
def test_answer_in_clear_is_shown(start: Callable[..., Sandbox], backend: Backend, mode: str) -> None:
    sandbox = start(mode=mode)
    sandbox.meet()
    backend.answer = _reply

    assert _say(sandbox)["shown"] == "好"


def test_answer_in_json_is_shown(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(mode="plain", format="json")
    sandbox.meet()
    backend.answer = lambda received: json.dumps(
        {
            "ToUserName": received.query["openid"],
            "FromUserName": ORIGINAL_ID,
            "CreateTime": 1700000000,
            "MsgType": "text",
            "Content": "好",
        }
    ).encode()

    assert _say(sandbox)["shown"] == "好"


@pytest.mark.parametrize("body", [b"", b"success"])
def test_answer_empty_or_success_shows_nothing(sandbox: Sandbox, backend: Backend, body: bytes) -> None:
    sandbox.meet()
    backend.answer = lambda _received: body

    delivery = _say(sandbox)

    assert (delivery["shown"], delivery["failed"], len(delivery["attempts"])) == (None, False, 1)


BAD = {
    "not xml": lambda _received: b"hello",
    "json": lambda _received: b'{"MsgType":"text"}',
    "entity": lambda _received: b'<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
    "not swapped": lambda one: _reply(one, ToUserName=ORIGINAL_ID, FromUserName=one.query["openid"]),
    "another person": lambda one: _reply(one, ToUserName="oSomebody"),
    "no time": lambda one: _reply(one, CreateTime="now"),
    "unknown kind": lambda one: _reply(one, MsgType="sticker"),
    "empty text": lambda one: _reply(one, Content=""),
    "long text": lambda one: _reply(one, Content="长" * 700),
    "image without id": lambda one: _reply(one, MsgType="image"),
    "wrong count": lambda one: _reply(
        one, MsgType="news", ArticleCount=2, Articles="<item><Title>a</Title></item>"
    ),
    "two articles to a text": lambda one: _reply(
        one, MsgType="news", ArticleCount=2, Articles="<item><Title>a</Title></item>" * 2
    ),
    "not utf-8": lambda _received: b"\xff\xfe",
}


@pytest.mark.parametrize("name", BAD)
def test_answer_that_is_wrong_shows_the_failure(
    start: Callable[..., Sandbox], backend: Backend, name: str
) -> None:
    sandbox = start(mode="plain")
    sandbox.meet()
    backend.answer = BAD[name]

    delivery = _say(sandbox)

    assert (delivery["shown"], delivery["failed"], len(delivery["attempts"])) == (FAILURE, True, 1)
    assert delivery["attempts"][0]["error"]


def test_answer_in_clear_in_safe_mode_shows_the_failure(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = _reply

    assert _say(sandbox)["shown"] == FAILURE


def test_answer_with_a_wrong_signature_shows_the_failure(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = lambda one: echo(one).replace(b"<MsgSignature><![CDATA[", b"<MsgSignature><![CDATA[0")

    delivery = _say(sandbox)

    assert delivery["attempts"][0]["error"] == "MsgSignature is wrong"


def test_news_answer_is_a_card(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(mode="plain")
    sandbox.meet()
    articles = "<item><Title>学习</Title><Url>http://127.0.0.1/a</Url></item>"
    backend.answer = lambda one: _reply(one, MsgType="news", ArticleCount=1, Articles=articles)

    delivery = _say(sandbox)

    assert delivery["shown"] == "学习"
    assert sandbox.chat()[-1]["articles"] == [
        {"title": "学习", "description": "", "url": "http://127.0.0.1/a", "picurl": ""}
    ]


def test_server_error_is_tried_four_times_with_the_same_bytes(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    backend.answer = lambda _received: Response(status=500)

    delivery = _say(sandbox)

    assert [one["kind"] for one in delivery["attempts"]] == ["first", "retry", "retry", "retry"]
    assert delivery["shown"] == FAILURE
    assert len({(str(one.query), one.body) for one in backend.received}) == 1


def test_retry_with_new_nonce_is_sealed_anew(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()
    sandbox.post("/sim/faults", {"push": {"retry_new_nonce": True}})
    backend.answer = lambda _received: Response(status=500)

    _say(sandbox)

    assert len({one.query["nonce"] for one in backend.received}) == 4
    assert len({opened(one) for one in backend.received}) == 1


def test_slow_answer_is_cut_and_the_retry_is_shown(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    sandbox.world.config.push_timeout_s = 1
    backend.received.clear()

    def slow_once(received: Received) -> bytes:
        if len(backend.received) == 1:
            time.sleep(2)
        return echo(received)

    backend.answer = slow_once
    delivery = _say(sandbox)

    assert [one["kind"] for one in delivery["attempts"]] == ["first", "retry"]
    assert (delivery["shown"], delivery["failed"]) == ("收到：你好", False)


def test_refusal_is_not_tried_again(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = lambda _received: Response(status=403)

    delivery = _say(sandbox)

    assert [one["status"] for one in delivery["attempts"]] == [403]


def test_server_that_is_gone_shows_the_failure(start: Callable[..., Sandbox]) -> None:
    sandbox = start(callback_url="http://127.0.0.1:9/wechat/callback")
    sandbox.meet()

    delivery = _say(sandbox)

    assert [one["status"] for one in delivery["attempts"]] == [None] * 4
    assert delivery["shown"] == FAILURE


def test_unsubscribe_that_fails_shows_nothing(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = lambda _received: Response(status=403)

    delivery = sandbox.post("/sim/unfollow", {"openid": OPENID})["delivery"]

    assert (delivery["shown"], delivery["failed"]) == (None, True)


def test_message_ids_never_repeat(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    numbers = [_say(sandbox)["fields"]["MsgId"] for _ in range(3)]

    assert numbers == sorted(set(numbers))
    assert numbers[0] > 2**53


def test_push_without_waiting_answers_at_once(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.received.clear()

    delivery = sandbox.post("/sim/text", {"openid": OPENID, "content": "你好", "wait": False})["delivery"]

    assert delivery["label"] == "text"
    assert len(backend.wait_for(1)) == 1


def test_raw_body_goes_as_it_is(sandbox: Sandbox, backend: Backend) -> None:
    answer = sandbox.post("/sim/raw", {"body_base64": "//4=", "query": {"a": "1"}})

    assert answer["status"] == 200
    assert backend.received == [Received({"a": "1"}, b"\xff\xfe")]


def test_raw_body_sealed_opens_in_wechatpy(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.post("/sim/raw", {"body": "<xml>&oops", "seal": True})

    assert opened(backend.received[0]) == "<xml>&oops"


def test_verify_answered_with_the_echo_passes(sandbox: Sandbox, backend: Backend) -> None:
    wrong = sandbox.post("/sim/verify", {})
    backend.answer = lambda received: received.query["echostr"].encode()

    right = sandbox.post("/sim/verify", {})

    assert (wrong["ok"], right["ok"]) == (False, True)
