"""Notices on their way: the right call for each channel, many at once, one outcome each."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog

from app.core.clock import FixedClock
from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater, Stopped
from app.core.settings import MiniProgram
from app.notices.dispatch import always
from app.notices.models import Channel
from app.notices.ports import Notice
from app.redis_store import MemoryStore
from app.texts import Texts
from app.wechat.client import token_broker
from app.wechat.crowd import Crowd
from app.wechat.http import MAX_ANSWER_BYTES, PlatformSession
from app.wechat.letters import Letter, Letters
from app.wechat.notices import PlatformSender
from app.wechat.sending import SOON
from tests.unit.notices.setups import EVERY_WAY, MINI_APP_ID
from tests.unit.wechat.conftest import settings_for
from tests.unit.wechat.fake_platform import Call, FakePlatform, Raw, Reset

PATHS = {
    Channel.CUSTOMER: "/cgi-bin/message/custom/send",
    Channel.TEMPLATE: "/cgi-bin/message/template/send",
    Channel.SUBSCRIPTION: "/cgi-bin/message/subscribe/bizsend",
    Channel.MINI_PROGRAM: "/cgi-bin/message/subscribe/send",
}
TOKEN = "/cgi-bin/stable_token"
OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
OK = {"errcode": 0, "errmsg": "ok"}
TAKEN = OK | {"msgid": 3012345678901234567}
FIELDS = {
    "announcement": "7",
    "title": "关于召开党员大会的通知",
    "organization": "第一党支部",
    "time": "2026年03月02日 09:00",
}
NOTICE = Notice("d" * 32, Channel.TEMPLATE, OPENID, "announcement", FIELDS)
FORM = {
    "thing1": {"value": "关于召开党员大会的通知"},
    "thing2": {"value": "第一党支部"},
    "time3": {"value": "2026年03月02日 09:00"},
}


@pytest.fixture(autouse=True)
def taken(platform: FakePlatform) -> None:
    for path in PATHS.values():
        platform.answer(path, TAKEN)


def sender_for(url: str, *, clock: FixedClock, at_once: int = 8, timeout: float = 5) -> PlatformSender:
    settings, store = settings_for(url, timeout=timeout), MemoryStore(clock)
    mini = MiniProgram.model_validate({"app_id": MINI_APP_ID, "app_secret": "m" * 32})
    with PlatformSession(settings) as session:
        brokers = [token_broker(one, session, store, clock, sleep=lambda _: None) for one in (settings, mini)]
    letters = Letters(EVERY_WAY, Texts(), base_url="https://dj.example.com/")
    return PlatformSender(Crowd(settings, at_once=at_once), letters, *brokers)


@pytest.fixture
def sender(platform: FakePlatform, clock: FixedClock) -> Iterator[PlatformSender]:
    opened = sender_for(platform.url, clock=clock)
    yield opened
    opened.close()


def send(sender: PlatformSender, *notices: Notice) -> list[Outcome]:
    return [sent.outcome for sent in sender.send_many(notices, always)]


def on(channel: Channel) -> Notice:
    return replace(NOTICE, channel=channel)


def refused(errcode: int) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"no {OPENID} rid: 1"}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("announcement", FIELDS | {"title": "{link}"}),
        ("reminder", FIELDS | {"title": "{link}", "until": ""}),
        ("digest", {"count": "1", "titles": "{link}"}),
        ("feedback_answered", {"number": "K7MQ3PXW", "text": "{link}"}),
    ],
)
def test_what_somebody_typed_is_no_link_in_the_chat(kind: str, fields: dict[str, str]) -> None:
    link = '<a href="https://elsewhere.example">点这里</a>'
    typed = {name: value.replace("{link}", link) for name, value in fields.items()}
    letters = Letters(EVERY_WAY, Texts(), base_url="")

    written = letters.write(Notice("d" * 32, Channel.CUSTOMER, OPENID, kind, typed))

    assert isinstance(written, Letter)
    content = json.loads(written.body)["text"]["content"]
    assert "＜a href" in content
    assert "<a" not in content


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        (
            Channel.CUSTOMER,
            {
                "msgtype": "text",
                "text": {
                    "content": (
                        "【通知】关于召开党员大会的通知\n第一党支部\n\n"
                        '<a href="https://dj.example.com/m/notices/7">点这里看全文</a>'
                    )
                },
            },
        ),
        (
            Channel.TEMPLATE,
            {
                "template_id": "T-announcement",
                "data": FORM,
                "url": "https://dj.example.com/m/notices/7",
                "client_msg_id": "d" * 32,
            },
        ),
        (
            Channel.SUBSCRIPTION,
            {"template_id": "S-announcement", "data": FORM, "page": "https://dj.example.com/m/notices/7"},
        ),
        (
            Channel.MINI_PROGRAM,
            {
                "template_id": "M-announcement",
                "data": FORM,
                "page": "pages/notices/show?id=7",
                "lang": "zh_CN",
            },
        ),
    ],
)
def test_each_way_has_its_own_call(
    channel: Channel, body: dict[str, Any], platform: FakePlatform, sender: PlatformSender
) -> None:
    assert send(sender, on(channel)) == [Accepted("3012345678901234567")]

    (call,) = platform.asked(PATHS[channel])
    assert call.json == {"touser": OPENID} | body
    assert call.headers["Content-Type"] == "application/json"
    assert call.query == {"access_token": "TOKEN-1"}
    asked = [token.json["appid"] for token in platform.asked(TOKEN)]
    assert asked == [MINI_APP_ID if channel is Channel.MINI_PROGRAM else "wx0123456789abcdef"]


def test_answer_and_late_reply_say_what_they_said_before(
    platform: FakePlatform, sender: PlatformSender
) -> None:
    answered = {"number": "K7MQ3PXW", "text": "已安排热菜"}
    send(
        sender,
        Notice("1" * 32, Channel.CUSTOMER, OPENID, "feedback_answered", answered),
        Notice("2" * 32, Channel.CUSTOMER, OPENID, "late_reply", {"text": "处理好了"}),
        Notice("3" * 32, Channel.TEMPLATE, OPENID, "feedback_answered", answered),
    )

    said = sorted(call.json["text"]["content"] for call in platform.asked(PATHS[Channel.CUSTOMER]))
    assert said == [
        "处理好了",
        "您的反馈（编号 K7MQ3PXW）有答复了：\n\n已安排热菜\n\n还有想说的，回复“反馈”加上内容。",
    ]
    assert platform.asked(PATHS[Channel.TEMPLATE])[0].json["data"] == {
        "character_string1": {"value": "K7MQ3PXW"},
        "thing2": {"value": "已安排热菜"},
    }


def test_long_title_with_a_line_break_is_fitted(platform: FakePlatform, sender: PlatformSender) -> None:
    long = replace(NOTICE, fields=FIELDS | {"title": "第一行\n" + "长" * 40})

    assert isinstance(send(sender, long)[0], Accepted)
    assert platform.asked(PATHS[Channel.TEMPLATE])[0].json["data"]["thing1"] == {
        "value": "第一行 " + "长" * 15 + "…"
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"time": "明天下午"}, "time3"), ({"organization": " \n"}, "thing2")],
)
def test_field_that_cannot_be_fitted_is_named_and_nothing_is_sent(
    changed: dict[str, str], field: str, platform: FakePlatform, sender: PlatformSender
) -> None:
    outcomes = send(sender, replace(NOTICE, fields=FIELDS | changed))

    assert outcomes == [Rejected(f"template_argument:{field}")]
    assert platform.calls == []


@pytest.mark.parametrize("channel", Channel)
def test_field_that_is_missing_refuses_that_notice_alone(
    channel: Channel, platform: FakePlatform, sender: PlatformSender
) -> None:
    outcomes = send(sender, replace(on(channel), fields={}), on(channel))

    assert outcomes == [Rejected("template_argument:UndefinedError"), Accepted("3012345678901234567")]


@pytest.mark.parametrize(
    ("answer", "customer", "template"),
    [
        (refused(45015), Rejected("window_closed"), Rejected("window_closed")),
        (refused(43004), Rejected("unfollowed"), Rejected("unfollowed")),
        (refused(45009), Stopped("quota_day"), Stopped("quota_day")),
        (
            refused(45011),
            Stopped("rate_minute", timedelta(minutes=1)),
            Stopped("rate_minute", timedelta(minutes=1)),
        ),
        (Reset(), Rejected(NO_ANSWER), RetryLater("broken_off", SOON, may_have_arrived=True)),
        (Raw(b"<html>", 502), Rejected(NO_ANSWER), RetryLater("http_502", SOON, may_have_arrived=True)),
        (Raw(b"[1]"), Rejected(NO_ANSWER), RetryLater("not_json", SOON, may_have_arrived=True)),
        (
            Raw(b" " * (MAX_ANSWER_BYTES + 1)),
            Rejected(NO_ANSWER),
            RetryLater("too_long", SOON, may_have_arrived=True),
        ),
        (
            Raw(status=302, headers=(("Location", "/elsewhere"),)),
            Rejected(NO_ANSWER),
            RetryLater("http_302", SOON, may_have_arrived=True),
        ),
    ],
)
def test_what_goes_wrong_is_an_outcome(
    answer: Any, customer: Outcome, template: Outcome, platform: FakePlatform, sender: PlatformSender
) -> None:
    for path in PATHS.values():
        platform.answer(path, answer)

    assert send(sender, on(Channel.CUSTOMER)) == [customer]
    assert send(sender, on(Channel.TEMPLATE)) == [template]
    assert platform.asked("/elsewhere") == []


def test_busy_template_is_tried_again_at_once_and_a_chat_message_never(
    platform: FakePlatform, sender: PlatformSender
) -> None:
    for path in PATHS.values():
        platform.answer(path, refused(-1), TAKEN)

    assert send(sender, on(Channel.TEMPLATE)) == [Accepted("3012345678901234567")]
    assert send(sender, on(Channel.CUSTOMER)) == [RetryLater("busy", SOON)]
    bodies = [call.body for call in platform.asked(PATHS[Channel.TEMPLATE])]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_platform_that_never_answers_is_left_after_its_time(
    platform: FakePlatform, clock: FixedClock
) -> None:
    over = threading.Event()
    platform.answer(PATHS[Channel.TEMPLATE], lambda _: over.wait(5) and TAKEN)
    sender = sender_for(platform.url, clock=clock, timeout=0.2)

    outcomes = send(sender, NOTICE)

    over.set()
    sender.close()
    assert outcomes == [RetryLater("timeout", SOON, may_have_arrived=True)]


def test_platform_that_is_not_there_lets_everything_wait(clock: FixedClock) -> None:
    sender = sender_for("http://127.0.0.1:1", clock=clock)

    assert send(sender, *[NOTICE] * 5) == [RetryLater("no_token", SOON)] * 5
    sender.close()


def test_connection_that_was_never_made_may_be_tried_again(
    platform: FakePlatform, clock: FixedClock, store: MemoryStore
) -> None:
    sender = sender_for(platform.url, clock=clock)
    send(sender, NOTICE)  # fetches the token
    sender._crowd._url.cache_clear()
    sender._crowd._bases = dict.fromkeys(sender._crowd._bases, "http://127.0.0.1:1")

    outcomes = send(sender, on(Channel.CUSTOMER))

    sender.close()
    assert outcomes == [RetryLater("connect", SOON)]


def test_cookies_are_not_kept(platform: FakePlatform, clock: FixedClock) -> None:
    answer = Raw(json.dumps(TAKEN).encode(), headers=(("Set-Cookie", "a=b"),))
    platform.answer(PATHS[Channel.TEMPLATE], answer)
    sender = sender_for(platform.url.replace("127.0.0.1", "localhost"), clock=clock)

    for _ in range(2):
        send(sender, NOTICE)

    sender.close()
    assert [call.headers.get("Cookie") for call in platform.asked(PATHS[Channel.TEMPLATE])] == [None, None]


def test_site_s_proxy_is_used(
    platform: FakePlatform, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "nothing.example.com")
    sender = sender_for(platform.url, clock=clock)
    send(sender, NOTICE)  # fetches the token
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    sender.close()

    assert send(sender, on(Channel.CUSTOMER)) == [RetryLater("connect", SOON)]
    sender.close()


def test_many_are_on_their_way_at_once_but_no_more_than_allowed(
    platform: FakePlatform, clock: FixedClock
) -> None:
    lock, inside, most = threading.Lock(), [0], [0]

    def slow(_: Call) -> dict[str, Any]:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        with lock:
            inside[0] -= 1
        return TAKEN

    platform.answer(PATHS[Channel.TEMPLATE], slow)
    sender = sender_for(platform.url, clock=clock, at_once=4)
    lanes = [threading.Thread(target=send, args=(sender, *[NOTICE] * 20)) for _ in range(2)]

    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    sender.close()

    assert len(platform.asked(PATHS[Channel.TEMPLATE])) == 40
    assert most == [4]
    assert len({call.peer_port for call in platform.asked(PATHS[Channel.TEMPLATE])}) == 4
    assert len(platform.asked(TOKEN)) == 1


def test_stale_token_is_renewed_once_for_all(platform: FakePlatform, sender: PlatformSender) -> None:
    def only_the_second(call: Call) -> dict[str, Any]:
        return TAKEN if call.query["access_token"] == "TOKEN-2" else refused(40001)

    platform.answer(PATHS[Channel.TEMPLATE], only_the_second)

    outcomes = send(sender, *[NOTICE] * 20)

    assert outcomes == [Accepted("3012345678901234567")] * 20
    assert len(platform.asked(TOKEN)) == 2


def test_token_that_stays_refused_stops_the_channel(platform: FakePlatform, sender: PlatformSender) -> None:
    platform.answer(PATHS[Channel.TEMPLATE], refused(40001))

    outcomes = send(sender, *[NOTICE] * 30)

    assert set(outcomes) == {Stopped("token_refused")}
    assert len(outcomes) <= 8  # those that were on their way; the others are left out
    assert len(platform.asked(PATHS[Channel.TEMPLATE])) <= 16


def test_stopped_channel_is_left_alone_and_the_others_are_not(
    platform: FakePlatform, clock: FixedClock
) -> None:
    platform.answer(PATHS[Channel.TEMPLATE], refused(45009))
    sender = sender_for(platform.url, clock=clock, at_once=1)

    sent = sender.send_many([NOTICE, NOTICE, on(Channel.CUSTOMER)], always)

    sender.close()
    assert [one.outcome for one in sent] == [Stopped("quota_day"), Accepted("3012345678901234567")]
    assert len(platform.asked(PATHS[Channel.TEMPLATE])) == 1


def test_nothing_is_begun_after_the_stop(platform: FakePlatform, sender: PlatformSender) -> None:
    assert sender.send_many([NOTICE], lambda: False) == []
    assert platform.calls == []


def test_closed_sender_starts_again(platform: FakePlatform, sender: PlatformSender) -> None:
    send(sender, NOTICE)
    sender.close()

    assert send(sender, NOTICE) == [Accepted("3012345678901234567")]


@pytest.mark.parametrize("answer", [refused(43004), refused(40001), Reset(), Raw(b"x", 502), Raw(b"{")])
def test_no_log_and_no_outcome_names_a_person_or_a_secret(
    answer: Any, platform: FakePlatform, sender: PlatformSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path in PATHS.values():
        platform.answer(path, answer)

    with structlog.testing.capture_logs() as told:
        outcomes = [*send(sender, NOTICE), *send(sender, on(Channel.CUSTOMER))]

    everything = json.dumps([*map(repr, outcomes), *told, caplog.text], ensure_ascii=False, default=str)
    assert [word for word in (OPENID, "TOKEN-", "f" * 32, "m" * 32) if word in everything] == []
    assert OPENID not in repr(NOTICE)
