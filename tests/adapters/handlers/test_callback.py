"""Who may call the callback, in every mode, and what nonsense gets."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlencode

import pytest
import structlog
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.wiring import Services
from handlers.callback import Callback
from handlers.desk import Desk
from tests.adapters.handlers.conftest import Line, events
from tests.fakes import wechat
from tests.fakes.wechat import Phone, Push, plain, safe
from tests.services import wired


def changed(push: Push, **arguments: str) -> Push:
    return Push(urlencode(dict(parse_qsl(push.query)) | arguments), push.body)


def without(push: Push, name: str) -> Push:
    arguments = dict(parse_qsl(push.query))
    del arguments[name]
    return Push(urlencode(arguments), push.body)


def in_mode(mode: str, sessions: Sessions, clock: FixedClock) -> Line:
    services = wired(sessions, clock, wechat={"mode": mode})
    return Line(Callback(services, Desk(services)), services)


def test_get_answers_the_echo_string(line: Line) -> None:
    query = {"timestamp": "1", "nonce": "n", "echostr": "4375 <b>", "signature": wechat.signature("1", "n")}

    answer = line.callback.respond("GET", urlencode(query), None, lambda _: b"")

    assert (answer.status, answer.body) == (200, b"4375 <b>")
    assert answer.content_type.startswith("text/plain")


def test_get_may_be_repeated(line: Line) -> None:
    query = urlencode(
        {"timestamp": "1", "nonce": "n", "echostr": "e", "signature": wechat.signature("1", "n")}
    )

    assert [line.callback.respond("GET", query, None, lambda _: b"").status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "query", ["", "signature=x&timestamp=1&nonce=n&echostr=e", "signature=%FF%00&timestamp=%FF"]
)
def test_get_without_a_true_signature_is_refused(line: Line, query: str) -> None:
    answer = line.callback.respond("GET", query, None, lambda _: b"")

    assert (answer.status, answer.body) == (403, b"signature")


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda push: changed(push, msg_signature="0" * 40), 403),
        (lambda push: changed(push, nonce="other"), 403),
        (lambda push: without(push, "msg_signature"), 403),
        (lambda push: without(push, "encrypt_type"), 403),
        (lambda push: changed(push, encrypt_type="raw"), 403),
        (lambda push: without(push, "timestamp"), 403),
        (lambda push: changed(push, timestamp="٣٣"), 403),
        (lambda push: changed(push, timestamp="9" * 30), 403),
        (lambda push: Push(push.query, push.body.replace(b"Encrypt", b"Other")), 400),
        (lambda push: Push(push.query, b""), 400),
        (lambda push: Push(push.query, b"\xff\xfe"), 400),
        (lambda push: Push(push.query + "&a=1" * 30, push.body), 400),
        (lambda push: Push("x" * 5000, push.body), 400),
    ],
)
def test_push_that_is_not_believed_leaves_nothing(
    line: Line, phone: Phone, sessions: Sessions, spoil: "object", status: int
) -> None:
    push = safe(phone.text("帮助"), stamp=line.stamp)

    answer = line.deliver(spoil(push))  # type: ignore[operator]  # one of the lambdas above

    assert answer.status == status
    assert events(sessions) == []


def test_push_for_another_app_is_refused(line: Line, phone: Phone, sessions: Sessions) -> None:
    push = safe(phone.text("帮助"), stamp=line.stamp, app_id="wx0000000000000000")

    assert (line.deliver(push).status, line.deliver(push).body) == (403, b"app_id")
    assert events(sessions) == []


@pytest.mark.parametrize(("age", "status"), [(301, 403), (-301, 403), (300, 200), (-300, 200)])
def test_push_outside_the_window_of_300_seconds_is_refused(
    line: Line, phone: Phone, age: int, status: int
) -> None:
    assert line.deliver(safe(phone.text("帮助"), stamp=line.stamp - age)).status == status


def test_push_for_another_account_is_refused(line: Line, phone: Phone) -> None:
    other = phone.text("帮助").replace(wechat.ORIGINAL_ID, "gh_ffffffffffff")

    assert (line.deliver(safe(other, stamp=line.stamp)).body) == b"addressee"


def test_safe_mode_refuses_plain_pushes(line: Line, phone: Phone, sessions: Sessions) -> None:
    assert line.deliver(plain(phone.text("帮助"), stamp=line.stamp)).status == 403
    assert events(sessions) == []


def test_compatible_mode_believes_only_the_encrypted_part(
    sessions: Sessions, clock: FixedClock, phone: Phone
) -> None:
    line = in_mode("compatible", sessions, clock)
    push = safe(phone.text("帮助"), stamp=line.stamp)
    forged = Push(
        push.query, push.body.replace(b"<xml>", b"<xml><Content>evil</Content><MsgType>text</MsgType>", 1)
    )

    assert (wechat.shown(line.deliver(forged).body) or "").startswith("您可以直接回复")
    assert line.deliver(plain(phone.text("帮助"), stamp=line.stamp)).status == 403


def test_plain_mode_answers_in_the_clear(sessions: Sessions, clock: FixedClock, phone: Phone) -> None:
    line = in_mode("plain", sessions, clock)

    answer = line.deliver(plain(phone.text("帮助"), stamp=line.stamp))

    assert (answer.status, answer.content_type) == (200, "application/xml; charset=utf-8")
    assert b"<Encrypt>" not in answer.body
    assert (wechat.shown(answer.body) or "").startswith("您可以直接回复")


def test_json_account_is_answered_in_json(line: Line, phone: Phone) -> None:
    message = {
        "ToUserName": wechat.ORIGINAL_ID,
        "FromUserName": phone.openid,
        "CreateTime": phone.created_at,
        "MsgType": "text",
        "Content": "帮助",
        "MsgId": 7001,
    }
    xml = safe(json.dumps(message, ensure_ascii=False), stamp=line.stamp)
    sealed = xml.body.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
    answer = line.deliver(Push(xml.query, json.dumps({"ToUserName": "gh", "Encrypt": sealed}).encode()))

    outer = json.loads(answer.body)
    crypto = WeChatCrypto(wechat.TOKEN, wechat.AES_KEY, wechat.APP_ID)
    clear = crypto.decrypt_message(
        {"Encrypt": outer["Encrypt"]}, outer["MsgSignature"], str(outer["TimeStamp"]), outer["Nonce"]
    )
    assert answer.content_type == "application/json"
    assert json.loads(clear)["Content"].startswith("您可以直接回复")
    assert json.loads(clear)["ToUserName"] == phone.openid


@pytest.mark.parametrize(
    ("length", "size"),
    [
        ("65537", 10),
        (None, 65537),
        ("99999999999", 10),
        ("-1", 10),
        ("x", 10),
        pytest.param("\N{SUPERSCRIPT TWO}", 10, id="other-digits"),
        pytest.param("9" * 5_000, 10, id="5000-digits"),
    ],
)
def test_body_over_the_cap_is_refused_unread(line: Line, length: str | None, size: int) -> None:
    query = safe("<xml/>", stamp=line.stamp).query

    assert line.callback.respond("POST", query, length, lambda cap: (b"x" * size)[:cap]).status == 413


def test_body_that_trickles_in_keeps_nobody_waiting(line: Line, phone: Phone) -> None:
    """SQLite has messages worked on one at a time; whoever has not sent theirs is not one of them yet."""
    arrived, rest = threading.Event(), threading.Event()
    query = safe("<xml/>", stamp=line.stamp).query

    def trickle(_size: int) -> bytes:
        arrived.set()
        rest.wait(20)
        return b""

    with ThreadPoolExecutor(1) as pool:
        stranger = pool.submit(line.callback.respond, "POST", query, "500", trickle)
        arrived.wait(20)
        answer = line.deliver(safe(phone.text("帮助"), stamp=line.stamp))
        rest.set()

    assert answer.status == 200
    assert stranger.result().status == 400


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b"<xml>" + b"<a/>" * 12_000 + b"</xml>",
        b"<a>" * 15_000,
        b"<xml " + b" ".join(b'a%d=""' % n for n in range(6000)) + b"/>",
        b"{" + b'"a":{' * 9000,
        b"[" * 30_000,
        "<?xml version='1.0' encoding='GBK'?><xml><Encrypt>中</Encrypt></xml>".encode("gbk"),
        b"<xml><Encrypt>\x00</Encrypt></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
    ],
    ids=["entities", "siblings", "depth", "attributes", "json-depth", "json-list", "gbk", "nul", "empty"],
)
def test_hostile_body_is_refused_and_the_next_is_answered(line: Line, phone: Phone, body: bytes) -> None:
    query = safe(phone.text("x"), stamp=line.stamp).query

    assert line.deliver(Push(query, body[:65_000])).status in (400, 403)
    assert (line.say(phone.text("帮助")) or "").startswith("您可以直接回复")


@given(noise=st.binary(max_size=300))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_noise_well_encrypted_is_refused_or_answered(line: Line, noise: bytes) -> None:
    push = safe("<xml/>", stamp=line.stamp)
    sealed = line.services.codec.encrypt(noise)
    stamp = dict(parse_qsl(push.query))["timestamp"]
    query = changed(push, msg_signature=wechat.signature(stamp, "n1", sealed)).query
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()

    assert line.deliver(Push(query, body)).status in (200, 400, 403)


@pytest.mark.parametrize("text", ["😀" * 512, "长" * 682 + "ab", "\u202e" * 300, "]]>" * 200, "a" * 2048])
def test_long_and_odd_texts_are_answered_whole(line: Line, phone: Phone, text: str) -> None:
    assert (line.say(phone.text(text)) or "").startswith("没看懂")


def test_reply_repeats_to_the_byte(line: Line, phone: Phone) -> None:
    message = phone.text("帮助")
    first = line.deliver(safe(message, stamp=line.stamp, nonce="a")).body
    second = line.deliver(safe(message, stamp=line.stamp, nonce="b")).body

    assert wechat.opened(first, "") == wechat.opened(second, "")


def test_fault_of_the_store_asks_wechat_to_repeat(services: Services, desk: Desk, phone: Phone) -> None:
    line = Line(Callback(services, desk), services)
    with services.sessions.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE inbound_event")

    assert line.deliver(
        safe(phone.text("帮助"), stamp=int(time.mktime(services.clock.now().timetuple())))
    ).status in (
        403,
        500,
    )
    assert line.deliver(safe(phone.text("帮助"), stamp=line.stamp)).status == 500


def test_request_id_ends_with_its_request(line: Line, phone: Phone) -> None:
    line.say(phone.text("帮助"))

    assert structlog.contextvars.get_contextvars() == {}
