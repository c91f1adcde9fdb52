"""Notices by subscription: who accepted what, how often, and the templates that they are made of."""

from collections.abc import Callable

import pytest

from tests.adapters.sandbox.sandbox_account import MINI_ID, OPENID, Backend, Json, Sandbox, errcode, opened

GOOD = {"thing1": {"value": "关于召开会议的通知"}}


def _bizsend(sandbox: Sandbox, **changes: object) -> int:
    body: Json = {"touser": OPENID, "template_id": "S-notice", "data": GOOD}
    return errcode(sandbox.api("/cgi-bin/message/subscribe/bizsend", body | changes))


def _mini_send(sandbox: Sandbox, touser: str, **changes: object) -> int:
    body: Json = {"touser": touser, "template_id": "M-notice", "data": GOOD, "page": "pages/notice?id=1"}
    return errcode(sandbox.api("/cgi-bin/message/subscribe/send", body | changes, app_id=MINI_ID))


def _answers(sandbox: Sandbox, **choices: object) -> Json:
    return sandbox.post("/sim/subscribe", {"openid": OPENID, **choices})


def _in_mini(sandbox: Sandbox) -> str:
    return str(sandbox.get(f"/sim/people/{OPENID}")["mini_openid"])


def _left(sandbox: Sandbox) -> dict[str, int]:
    return {
        one["template_id"]: one["left"] for one in sandbox.get("/sim/templates", openid=OPENID)["templates"]
    }


def test_notice_needs_one_accept_each(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    before = _bizsend(sandbox)

    _answers(sandbox, accept=["S-notice"])
    codes = [_bizsend(sandbox) for _ in range(2)]

    assert [before, *codes] == [43101, 0, 43101]
    assert "subscribe_msg_sent_event" in opened(backend.wait_for(3)[2])


def test_notice_accepted_twice_is_sent_twice(sandbox: Sandbox) -> None:
    sandbox.meet()
    for _ in range(2):
        _answers(sandbox, accept=["S-notice"])

    assert _left(sandbox)["S-notice"] == 2
    assert [_bizsend(sandbox) for _ in range(3)] == [0, 0, 43101]


def test_notice_of_a_lasting_subscription_uses_nothing_up(start: Callable[..., Sandbox]) -> None:
    lasting = {"template_id": "S-notice", "title": "通知", "content": "标题：{{thing1.DATA}}"}
    sandbox = start(templates=[lasting | {"use": "subscription", "long_term": True}])
    sandbox.meet()
    _answers(sandbox, accept=["S-notice"])

    assert [_bizsend(sandbox) for _ in range(3)] == [0, 0, 0]


def test_notice_answered_in_the_box_is_pushed(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    _answers(sandbox, accept=["S-notice"])

    assert (
        "<Event><![CDATA[subscribe_msg_popup_event]]></Event><SubscribeMsgPopupEvent><List>"
        "<TemplateId><![CDATA[S-notice]]></TemplateId>"
        "<SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString>"
        "<PopupScene><![CDATA[2]]></PopupScene></List></SubscribeMsgPopupEvent>"
    ) in opened(backend.received[-1])


def test_notice_answered_in_the_box_is_pushed_as_flat_json(
    start: Callable[..., Sandbox], backend: Backend
) -> None:
    sandbox = start(mode="plain", format="json")
    sandbox.meet()

    _answers(sandbox, reject=["S-notice"])

    assert (
        '"List":{"TemplateId":"S-notice","SubscribeStatusString":"reject","PopupScene":"2"}'
        in backend.received[-1].body.decode()
    )


def test_notice_turned_off_takes_back_what_was_accepted(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    _answers(sandbox, accept=["S-notice"])

    sandbox.post("/sim/unsubscribe", {"openid": OPENID, "templates": ["S-notice"]})

    assert _bizsend(sandbox) == 43101
    assert "subscribe_msg_change_event" in opened(backend.received[-1])


@pytest.mark.parametrize(
    "choices", [{}, {"accept": ["T-meeting"]}, {"accept": ["M-notice"]}, {"accept": "S-notice"}]
)
def test_notice_box_offers_only_templates_of_subscriptions(sandbox: Sandbox, choices: Json) -> None:
    sandbox.meet()

    answer = sandbox.client.post("/sim/subscribe", json={"openid": OPENID, **choices})

    assert answer.status_code == 400


def test_notice_of_a_template_of_another_kind_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet()

    as_template = {"touser": OPENID, "template_id": "S-notice", "data": GOOD}
    assert _bizsend(sandbox, template_id="T-meeting") == 40037
    assert errcode(sandbox.api("/cgi-bin/message/template/send", as_template)) == 40037


def test_notice_that_the_system_loses_is_reported(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    _answers(sandbox, accept=["S-notice"])
    sandbox.post("/sim/faults", {"push": {"template_system_failed": 1}})

    assert _bizsend(sandbox) == 0
    assert "<ErrorCode><![CDATA[-1]]></ErrorCode>" in opened(backend.wait_for(3)[2])


def test_mini_notice_is_sent_to_the_openid_of_the_mini_program(sandbox: Sandbox) -> None:
    sandbox.meet(following=False)
    touser = _in_mini(sandbox)
    before = _mini_send(sandbox, touser)

    _answers(sandbox, accept=["M-notice"], mini=True)
    codes = [_mini_send(sandbox, touser) for _ in range(2)]

    assert [before, *codes, _mini_send(sandbox, OPENID)] == [43101, 0, 43101, 40003]
    assert sandbox.chat()[-1]["miniprogram"] == {"appid": MINI_ID, "pagepath": "pages/notice?id=1"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"page": "/pages/notice"}, 41030),
        ({"page": "pages/other"}, 41030),
        ({"miniprogram_state": "beta"}, 40097),
        ({"lang": "de_DE"}, 40097),
        ({"data": {"thing1": {"value": "字" * 21}}}, 47003),
        ({"template_id": "S-notice"}, 40037),
    ],
)
def test_mini_notice_that_is_wrong_costs_no_accept(
    start: Callable[..., Sandbox], changes: Json, code: int
) -> None:
    sandbox = start(mini_pages=["pages/notice"])
    sandbox.meet()
    _answers(sandbox, accept=["M-notice"], mini=True)
    touser = _in_mini(sandbox)

    assert _mini_send(sandbox, touser, **changes) == code
    assert _mini_send(sandbox, touser) == 0


def test_mini_notice_needs_the_token_of_the_mini_program(sandbox: Sandbox) -> None:
    sandbox.meet()

    answer = sandbox.api("/cgi-bin/message/subscribe/send", {"touser": OPENID})

    assert errcode(answer) == 48001


def test_templates_of_subscriptions_are_added_listed_and_removed(sandbox: Sandbox) -> None:
    wanted: Json = {"tid": "43102", "kidList": [1, 2], "sceneDesc": "答复来信"}
    added = sandbox.api("/wxaapi/newtmpl/addtemplate", wanted)["priTmplId"]

    listed = sandbox.ask("/wxaapi/newtmpl/gettemplate")["data"]
    sandbox.api("/wxaapi/newtmpl/deltemplate", {"priTmplId": added})

    assert [one["priTmplId"] for one in listed] == ["S-notice", added]
    assert (listed[1]["type"], listed[1]["content"].splitlines()[1]) == (2, "回复内容：{{thing2.DATA}}")
    assert len(sandbox.ask("/wxaapi/newtmpl/gettemplate")["data"]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tid": "1"}, 200014),
        ({"kidList": [1]}, 200020),
        ({"kidList": [1, 9]}, 200020),
        ({"sceneDesc": "字" * 16}, 47001),
    ],
)
def test_templates_of_subscriptions_asked_for_wrongly_are_refused(
    sandbox: Sandbox, changes: Json, code: int
) -> None:
    wanted: Json = {"tid": "43102", "kidList": [1, 2], "sceneDesc": "答复来信"}

    assert errcode(sandbox.api("/wxaapi/newtmpl/addtemplate", wanted | changes)) == code
