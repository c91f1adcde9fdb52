"""Events: what a person does, and every documented event on request."""

from collections.abc import Callable

import pytest
from wechatpy import parse_message
from wechatpy.events import SubscribeScanEvent

from sandbox.event_samples import SAMPLES
from tests.adapters.sandbox.sandbox_account import OPENID, ORIGINAL_ID, Backend, Json, Sandbox, echo, opened


def _code(sandbox: Sandbox, scene: str, **more: int) -> Json:
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    return sandbox.api("/cgi-bin/qrcode/create", {"expire_seconds": 600, **body, **more})


def test_follow_sends_subscribe_and_shows_the_welcome(sandbox: Sandbox, backend: Backend) -> None:
    backend.answer = echo
    sandbox.meet(following=False)

    delivery = sandbox.post("/sim/follow", {"openid": OPENID})["delivery"]

    assert delivery["fields"]["Event"] == "subscribe"
    assert delivery["fields"]["EventKey"] == ""
    assert [message["text"] for message in sandbox.chat()] == ["你已关注 智支部", "收到：subscribe"]


def test_follow_again_sends_nothing(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    again = sandbox.post("/sim/follow", {"openid": OPENID})

    assert again == {"delivery": None}
    assert len(backend.received) == 1


def test_scan_by_a_stranger_follows_with_the_scene(sandbox: Sandbox, backend: Backend) -> None:
    ticket = _code(sandbox, "meeting-12")["ticket"]
    sandbox.meet(following=False)

    sandbox.post("/sim/scan", {"openid": OPENID, "ticket": ticket})

    message = parse_message(opened(backend.received[0]))
    assert isinstance(message, SubscribeScanEvent)
    assert (message.scene_id, message.ticket) == ("meeting-12", ticket)
    info = sandbox.ask("/cgi-bin/user/info", openid=OPENID)
    assert (info["subscribe"], info["subscribe_scene"], info["qr_scene_str"]) == (
        1,
        "ADD_SCENE_QR_CODE",
        "meeting-12",
    )


@pytest.mark.parametrize("by", ["ticket", "url", "scene"])
def test_scan_by_a_follower_sends_the_bare_scene(sandbox: Sandbox, backend: Backend, by: str) -> None:
    code = _code(sandbox, "meeting-12") | {"scene": "meeting-12"}
    sandbox.meet()

    delivery = sandbox.post("/sim/scan", {"openid": OPENID, by: code[by]})["delivery"]

    assert (delivery["fields"]["Event"], delivery["fields"]["EventKey"]) == ("SCAN", "meeting-12")
    assert delivery["fields"]["Ticket"] == code["ticket"]


def test_scan_of_a_foreign_link_opens_it(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    answer = sandbox.post("/sim/scan", {"openid": OPENID, "url": "http://127.0.0.1:8000/m/x"})

    assert answer == {"open": "http://127.0.0.1:8000/m/x"}
    assert len(backend.received) == 1


def test_scan_of_an_expired_code_is_refused(sandbox: Sandbox) -> None:
    code = _code(sandbox, "meeting-12")
    sandbox.meet()
    sandbox.post("/sim/clock", {"advance_seconds": 600})

    answer = sandbox.client.post("/sim/scan", json={"openid": OPENID, "url": code["url"]})

    assert (answer.status_code, answer.get_json()) == (410, {"error": "二维码已过期"})


def test_scan_of_a_number_scene_carries_the_number(sandbox: Sandbox) -> None:
    body = {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 123}}}
    code = sandbox.api("/cgi-bin/qrcode/create", body)
    sandbox.meet()

    delivery = sandbox.post("/sim/scan", {"openid": OPENID, "ticket": code["ticket"]})["delivery"]

    assert delivery["fields"]["EventKey"] == "123"
    assert code["expire_seconds"] == 60


@pytest.mark.parametrize("path", ["/sim/text", "/sim/image", "/sim/click", "/sim/view"])
def test_act_by_somebody_who_does_not_follow_is_refused(sandbox: Sandbox, path: str) -> None:
    sandbox.meet(following=False)

    answer = sandbox.client.post(path, json={"openid": OPENID, "content": "x", "key": "k", "url": "u"})

    assert answer.status_code == 409


def test_act_by_nobody_is_not_found(sandbox: Sandbox) -> None:
    assert sandbox.client.post("/sim/text", json={"openid": "oNobody", "content": "x"}).status_code == 404


def test_click_and_view_carry_key_and_link(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    sandbox.post("/sim/click", {"openid": OPENID, "key": "check_in"})
    sandbox.post("/sim/view", {"openid": OPENID, "url": "http://127.0.0.1/m"})

    click, view = (parse_message(opened(one)) for one in backend.received[-2:])
    assert (click.event, click.key) == ("click", "check_in")
    assert (view.event, view.url) == ("view", "http://127.0.0.1/m")


def test_image_can_be_fetched_where_the_message_says(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    sandbox.post("/sim/image", {"openid": OPENID})

    message = parse_message(opened(backend.received[-1]))
    answer = sandbox.client.get("/sim/media/" + message.media_id)
    assert message.image.endswith("/sim/media/" + message.media_id)
    assert answer.data.startswith(b"\x89PNG")


def test_unfollow_forgets_tags_and_remark(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.api("/cgi-bin/user/info/updateremark", {"openid": OPENID, "remark": "支委"})

    delivery = sandbox.post("/sim/unfollow", {"openid": OPENID})["delivery"]

    assert delivery["fields"]["Event"] == "unsubscribe"
    assert sandbox.ask("/cgi-bin/user/info", openid=OPENID) == {"subscribe": 0, "openid": OPENID}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("format_", ["xml", "json"])
def test_event_on_request_is_delivered(
    start: Callable[..., Sandbox], backend: Backend, name: str, format_: str
) -> None:
    sandbox = start(format=format_)
    sandbox.meet()

    delivery = sandbox.post("/sim/event", {"openid": OPENID, "event": name})["delivery"]

    assert (delivery["label"], delivery["failed"]) == (name, False)
    assert len(backend.received) == 2


def test_event_about_a_person_comes_from_the_platform(sandbox: Sandbox) -> None:
    sandbox.meet()

    body = {"openid": OPENID, "event": "user_authorization_revoke", "fields": {"RevokeInfo": "205"}}
    fields = sandbox.post("/sim/event", body)["delivery"]["fields"]

    assert fields["OpenID"] == OPENID
    assert fields["FromUserName"] != OPENID
    assert fields["ToUserName"] == ORIGINAL_ID


def test_subscribe_popup_in_json_is_flat(start: Callable[..., Sandbox], backend: Backend) -> None:
    sandbox = start(format="json", mode="plain")
    sandbox.meet()

    sandbox.post("/sim/event", {"openid": OPENID, "event": "subscribe_msg_popup_event"})

    body = backend.received[-1].body.decode()
    assert '"List":{"TemplateId":"T1","SubscribeStatusString":"accept","PopupScene":"2"}' in body
    assert "SubscribeMsgPopupEvent" not in body
