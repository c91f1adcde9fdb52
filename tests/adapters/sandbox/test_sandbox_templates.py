"""Template messages: values, once-only, results."""

from collections.abc import Callable

import pytest

from sandbox import keywords
from tests.adapters.sandbox.sandbox_account import OPENID, Backend, Json, Sandbox, errcode, opened

GOOD = {"thing1": {"value": "支部党员大会"}, "time2": {"value": "2026年1月2日 15:01"}}


def _send(sandbox: Sandbox, **changes: object) -> Json:
    body: Json = {"touser": OPENID, "template_id": "T-meeting", "data": GOOD}
    return sandbox.api("/cgi-bin/message/template/send", body | changes)


ACCEPTED = [
    ("thing1", "二十个字符以内的任何文字都可以😀"),
    ("short_thing1", "五个字以内"),
    ("number1", "12.5"),
    ("number1", "9" * 32),
    ("letter1", "AbC"),
    ("symbol1", "+-*"),
    ("character_string1", "A-123_b"),
    ("time1", "15:01"),
    ("time1", "2019年10月1日 15:01"),
    ("time1", "15:01~16:00"),
    ("time1", "2026-01-02 15:04~2026-01-02 16:00"),
    ("date1", "2019年10月1日"),
    ("date1", "2019-10-01"),
    ("date1", "2019/10/1 15:01"),
    ("date1", "2019.10.01~2019.10.07"),
    ("amount1", "￥100.00"),
    ("amount1", "12元"),
    ("phone_number1", "+86-0766-66888866"),
    ("car_number1", "粤A8Z888挂"),
    ("name1", "王建国"),
    ("name1", "Alexander Hamilton X"),
    ("phrase1", "已回复"),
]
REFUSED = [
    ("thing1", "字" * 21),
    ("thing1", ""),
    ("thing1", "一行\n两行"),
    ("short_thing1", "六个字就太长"),
    ("number1", "12a"),
    ("number1", "9" * 33),
    ("letter1", "A1"),
    ("symbol1", "++++++"),
    ("symbol1", "a"),
    ("character_string1", "编号1"),
    ("character_string1", "x" * 33),
    ("time1", "25:01"),
    ("time1", "2019年10月1日"),
    ("time1", "明天下午"),
    ("time1", "2019年13月1日 15:01"),
    ("date1", "2019-02-30"),
    ("date1", "2019-10/01"),
    ("date1", "15:01"),
    ("amount1", "一百元"),
    ("amount1", "12345678901"),
    ("phone_number1", "电话123"),
    ("phone_number1", "1" * 18),
    ("car_number1", "粤A8Z8888挂"),
    ("name1", "王" * 11),
    ("name1", "a" * 21),
    ("phrase1", "太长的短语"[:4] + "加二"),
    ("phrase1", "ok"),
    ("enum1", "别的"),
]


@pytest.mark.parametrize(("keyword", "value"), ACCEPTED)
def test_keyword_value_fits(keyword: str, value: str) -> None:
    assert keywords.accepts(keyword, value)


@pytest.mark.parametrize(("keyword", "value"), REFUSED)
def test_keyword_value_does_not_fit(keyword: str, value: str) -> None:
    assert not keywords.accepts(keyword, value, ["这个"])


def test_keyword_enum_takes_only_declared_values() -> None:
    assert keywords.accepts("enum1", "这个", ["这个"])


def test_template_sent_is_a_card_and_is_reported(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    answer = _send(sandbox, url="http://127.0.0.1/m")

    card = sandbox.chat()[-1]
    assert (card["title"], card["url"]) == ("会议通知", "http://127.0.0.1/m")
    assert card["lines"] == [
        {"label": "会议名称", "value": "支部党员大会"},
        {"label": "会议时间", "value": "2026年1月2日 15:01"},
    ]
    event = opened(backend.wait_for(2)[1])
    assert f"<MsgID>{answer['msgid']}</MsgID><Status><![CDATA[success]]></Status>" in event


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"thing1": {"value": "字" * 21}, "time2": GOOD["time2"]}, "data.thing1.value invalid"),
        ({"thing1": GOOD["thing1"]}, "data.time2.value is empty"),
        ({}, "data.thing1.value is empty"),
    ],
)
def test_template_with_a_bad_value_names_the_field(sandbox: Sandbox, data: Json, named: str) -> None:
    sandbox.meet()

    answer = _send(sandbox, data=data)

    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith(f"argument invalid! {named} rid: ")


def test_template_with_the_same_client_msg_id_is_shown_once(sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    first, second = (_send(sandbox, client_msg_id="outbox-1") for _ in range(2))

    assert first == second
    assert [message["kind"] for message in sandbox.chat()].count("template") == 1


def test_template_with_the_same_client_msg_id_after_ten_minutes_is_shown_again(sandbox: Sandbox) -> None:
    sandbox.meet()
    _send(sandbox, client_msg_id="outbox-1")
    sandbox.post("/sim/clock", {"advance_seconds": 600})

    _send(sandbox, client_msg_id="outbox-1")

    assert [message["kind"] for message in sandbox.chat()].count("template") == 2


def test_template_with_the_same_client_msg_id_to_another_person_is_shown(sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.meet("oAnother")
    _send(sandbox, client_msg_id="outbox-1")

    _send(sandbox, client_msg_id="outbox-1", touser="oAnother")

    assert sandbox.chat("oAnother")[-1]["kind"] == "template"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"touser": "oNobody"}, 40003), ({"template_id": "T-none"}, 40037)],
)
def test_template_to_nobody_or_unknown_is_refused(
    sandbox: Sandbox, changes: dict[str, object], code: int
) -> None:
    sandbox.meet()

    assert errcode(_send(sandbox, **changes)) == code


def test_template_to_somebody_not_following_is_refused(sandbox: Sandbox) -> None:
    sandbox.meet(following=False)

    assert errcode(_send(sandbox)) == 43004


@pytest.mark.parametrize(
    ("person", "faults", "status"),
    [
        ({"receives": False}, {}, "failed:user block"),
        ({}, {"template_user_block": 1}, "failed:user block"),
        ({}, {"template_system_failed": 1}, "failed: system failed"),
    ],
)
def test_template_that_fails_later_is_accepted_first(
    sandbox: Sandbox, backend: Backend, person: Json, faults: Json, status: str
) -> None:
    sandbox.meet(**person)
    sandbox.post("/sim/faults", {"push": faults})

    answer = _send(sandbox)

    assert errcode(answer) == 0
    assert f"<Status><![CDATA[{status}]]></Status>" in opened(backend.wait_for(2)[1])
    assert sandbox.chat()[-1]["kind"] != "template"


def test_template_from_the_library_is_listed_and_removed(sandbox: Sandbox) -> None:
    body: Json = {"template_id_short": "43102", "keyword_name_list": ["留言编号", "回复内容"]}
    added = sandbox.api("/cgi-bin/template/api_add_template", body)["template_id"]

    listed = sandbox.ask("/cgi-bin/template/get_all_private_template")["template_list"]
    sandbox.api("/cgi-bin/template/del_private_template", {"template_id": added})

    assert [one["template_id"] for one in listed] == ["T-meeting", added]
    assert listed[1]["content"] == "留言编号：{{character_string1.DATA}}\n回复内容：{{thing2.DATA}}"
    assert len(sandbox.ask("/cgi-bin/template/get_all_private_template")["template_list"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"template_id_short": "OPENTM1"}, 40036),
        ({"template_id_short": "43102", "keyword_name_list": ["别的"]}, 40246),
    ],
)
def test_template_not_in_the_library_is_refused(sandbox: Sandbox, body: Json, code: int) -> None:
    assert errcode(sandbox.api("/cgi-bin/template/api_add_template", body)) == code


def test_template_defined_by_the_test_can_be_sent(start: Callable[..., Sandbox]) -> None:
    sandbox = start(templates=[])
    sandbox.meet()
    made = sandbox.post(
        "/sim/templates", {"title": "状态", "content": "状态：{{enum1.DATA}}", "enums": {"enum1": ["好"]}}
    )

    codes = [
        errcode(_send(sandbox, template_id=made["template_id"], data={"enum1": {"value": value}}))
        for value in ("好", "坏")
    ]

    assert codes == [0, 47003]
