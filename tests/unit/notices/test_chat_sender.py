"""A notice goes into the open chat; only where that is shut, and a template is set, as a template message."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped
from app.notices.ports import Notice, Sent
from app.redis_store import MemoryStore
from app.texts import Texts
from app.wechat.client import WeChatClient
from app.wechat.http import PlatformSession
from app.wechat.notices import ChatSender
from app.wechat.sending import SOON
from tests.factories import NOW
from tests.services import settings
from tests.unit.wechat.fake_platform import FakePlatform, running

CHAT, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
NOTICE = Notice("d" * 32, OPENID, "feedback_answered", {"number": "K7MQ3PXW", "text": "已安排热菜"})
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with running() as fake:
        fake.answer(CHAT, OK)
        fake.answer(TEMPLATE, OK | {"msgid": 3012345678901234567})
        yield fake


def send(platform: FakePlatform, notice: Notice = NOTICE, *, template: str = "TID") -> Sent:
    configured = settings(
        wechat={"api_base_url": platform.url}, notices={"template_feedback_answered": template}
    )
    with PlatformSession(configured.wechat) as session:
        clock = FixedClock(NOW)
        client = WeChatClient(
            configured.wechat, MemoryStore(clock), clock, session=session, sleep=lambda _: None
        )
        return ChatSender(client, Texts(), configured.notices).send(notice)


def bodies(platform: FakePlatform, path: str) -> list[Any]:
    return [call.json for call in platform.asked(path)]


def refused(errcode: int) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": "no rid: 1"}


def test_open_chat_gets_the_whole_sentence(platform: FakePlatform) -> None:
    sent = send(platform)

    assert sent == Sent("customer", Accepted())
    assert bodies(platform, CHAT) == [
        {
            "touser": OPENID,
            "msgtype": "text",
            "text": {
                "content": (
                    "您的反馈（编号 K7MQ3PXW）有答复了：\n\n已安排热菜\n\n还有想说的，回复“反馈”加上内容。"
                )
            },
        }
    ]
    assert bodies(platform, TEMPLATE) == []


@pytest.mark.parametrize("errcode", [45015, 45047, 48002], ids=["closed", "quota", "turned-off"])
def test_shut_window_falls_to_the_template(errcode: int, platform: FakePlatform) -> None:
    platform.answer(CHAT, refused(errcode))

    sent = send(platform)

    assert sent == Sent("template", Accepted("3012345678901234567"))
    assert bodies(platform, TEMPLATE) == [
        {
            "touser": OPENID,
            "template_id": "TID",
            "client_msg_id": "d" * 32,
            "data": {"character_string1": {"value": "K7MQ3PXW"}, "thing2": {"value": "已安排热菜"}},
        }
    ]


def test_shut_window_without_a_template_stays_a_refusal(platform: FakePlatform) -> None:
    platform.answer(CHAT, refused(45015))

    sent = send(platform, template="")

    assert sent == Sent("customer", Rejected("window_closed"))
    assert bodies(platform, TEMPLATE) == []


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [(43004, Rejected), (-1, RetryLater), (45009, Stopped), (87014, Rejected), (45008, Rejected)],
)
def test_other_refusals_never_fall_to_the_template(
    errcode: int, kind: type[Outcome], platform: FakePlatform
) -> None:
    platform.answer(CHAT, refused(errcode))

    sent = send(platform)

    assert (sent.channel, type(sent.outcome)) == ("customer", kind)
    assert bodies(platform, TEMPLATE) == []


def test_kind_without_a_template_stays_in_the_chat(platform: FakePlatform) -> None:
    platform.answer(CHAT, refused(45015))

    sent = send(platform, Notice("d" * 32, OPENID, "late_reply", {"text": "处理好了"}))

    assert sent == Sent("customer", Rejected("window_closed"))
    assert bodies(platform, CHAT)[0]["text"]["content"] == "处理好了"


def test_template_s_values_are_cut_to_what_the_platform_takes(platform: FakePlatform) -> None:
    platform.answer(CHAT, refused(45015))
    long = Notice(
        "d" * 32, OPENID, "feedback_answered", {"number": "K7MQ3PXW", "text": "第一行\n" + "长" * 40}
    )

    sent = send(platform, long)

    value = bodies(platform, TEMPLATE)[0]["data"]["thing2"]["value"]
    assert isinstance(sent.outcome, Accepted)
    assert (len(value), value) == (20, "第一行 " + "长" * 15 + "…")


def test_longest_answer_reaches_the_chat_whole(platform: FakePlatform) -> None:
    longest = "长" * 600

    send(platform, Notice("d" * 32, OPENID, "feedback_answered", {"number": "K7MQ3PXW", "text": longest}))

    content = bodies(platform, CHAT)[0]["text"]["content"]
    assert longest in content
    assert content.endswith("还有想说的，回复“反馈”加上内容。")


def test_dead_platform_is_an_outcome_and_no_exception() -> None:
    with running() as fake:
        gone = fake

    sent = send(gone)

    assert sent == Sent("customer", RetryLater("no_token", SOON))
