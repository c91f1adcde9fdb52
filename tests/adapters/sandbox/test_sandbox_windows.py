"""When and how often an account may write first."""

import pytest

from tests.adapters.sandbox.sandbox_account import OPENID, Json, Sandbox, errcode


def _send(sandbox: Sandbox, **changes: object) -> int:
    body: Json = {"touser": OPENID, "msgtype": "text", "text": {"content": "你好"}}
    return errcode(sandbox.api("/cgi-bin/message/custom/send", body | changes))


def test_message_after_follow_three_within_a_minute(sandbox: Sandbox) -> None:
    sandbox.meet()

    codes = [_send(sandbox) for _ in range(4)]

    assert codes == [0, 0, 0, 45047]


def test_message_a_minute_after_follow_is_too_late(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 60})

    assert _send(sandbox) == 45015


def test_message_after_a_text_five_within_two_days(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 60})
    sandbox.post("/sim/text", {"openid": OPENID, "content": "在吗"})
    sandbox.post("/sim/clock", {"advance_seconds": 48 * 3600 - 5})

    codes = [_send(sandbox) for _ in range(6)]

    assert codes == [0, 0, 0, 0, 0, 45047]


def test_message_two_days_after_a_text_is_too_late(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/text", {"openid": OPENID, "content": "在吗"})
    sandbox.post("/sim/clock", {"advance_seconds": 48 * 3600})

    assert _send(sandbox) == 45015


def test_message_after_another_text_counts_from_five_again(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 60})
    sandbox.post("/sim/text", {"openid": OPENID, "content": "一"})
    first = [_send(sandbox) for _ in range(5)]

    sandbox.post("/sim/text", {"openid": OPENID, "content": "二"})

    assert [*first, _send(sandbox)] == [0] * 6


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sim/click", {"key": "k"}),
        ("/sim/scan", {"scene": "s"}),
        ("/sim/event", {"event": "scancode_waitmsg"}),
    ],
)
def test_message_after_click_or_scan_three_times(sandbox: Sandbox, path: str, body: Json) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 60})

    sandbox.post(path, {"openid": OPENID, **body})

    assert [_send(sandbox) for _ in range(4)] == [0, 0, 0, 45047]


def test_message_after_view_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 60})

    sandbox.post("/sim/view", {"openid": OPENID, "url": "http://127.0.0.1/"})

    assert _send(sandbox) == 45015


def test_message_to_somebody_gone_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.post("/sim/unfollow", {"openid": OPENID})

    assert _send(sandbox) == 43004


def test_message_to_somebody_who_turned_it_off_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet(receives=False)

    assert _send(sandbox) == 48002


def test_message_to_nobody_is_refused(sandbox: Sandbox) -> None:
    assert _send(sandbox, touser="oNobody") == 40003


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"msgtype": "sticker"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 700}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 47001),
    ],
)
def test_message_malformed_is_refused_and_costs_nothing(
    sandbox: Sandbox, changes: dict[str, object], code: int
) -> None:
    sandbox.meet()

    refused = _send(sandbox, **changes)

    assert refused == code
    assert [_send(sandbox) for _ in range(3)] == [0, 0, 0]


def test_message_is_in_the_chat(sandbox: Sandbox) -> None:
    sandbox.meet()

    _send(sandbox)

    message = sandbox.chat()[-1]
    assert (message["by"], message["kind"], message["text"]) == ("account", "text", "你好")


def test_typing_needs_an_act_within_thirty_seconds(sandbox: Sandbox) -> None:
    sandbox.meet()
    body: Json = {"touser": OPENID, "command": "Typing"}
    first = sandbox.api("/cgi-bin/message/custom/typing", body)

    sandbox.post("/sim/clock", {"advance_seconds": 31})

    assert errcode(first) == 0
    assert errcode(sandbox.api("/cgi-bin/message/custom/typing", body)) == 45080
