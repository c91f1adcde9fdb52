"""Every message and event of facts/wechat.md §2, in XML and JSON, and the keys that tell repeats apart."""

import json
from typing import Any

import pytest

from app.wechat.envelope import Malformed, read_body
from app.wechat.messages import Inbound, items, parse, subscribe_items
from tests.unit.wechat import pushes


def _event(name: str, **changed: Any) -> Inbound:
    return parse({**pushes.event(name), **changed})


def _both(fields: dict[str, Any]) -> tuple[Inbound, Inbound]:
    in_json = json.dumps(pushes.as_json(fields), ensure_ascii=False).encode()
    return parse(read_body(pushes.as_xml(fields))), parse(read_body(in_json))


@pytest.mark.parametrize("kind", pushes.MESSAGES)
def test_message_known(kind: str) -> None:
    xml, in_json = _both(pushes.message(kind))

    for inbound in (xml, in_json):
        assert (inbound.kind, inbound.event, inbound.openid) == (kind, "", pushes.PERSON)
        assert (inbound.to_user, inbound.created_at) == (pushes.ACCOUNT, 1700000000)
        assert inbound.msg_id == "6054768590064713728"
    assert xml.key == in_json.key
    assert xml.text == pushes.MESSAGES[kind].get("Content", "")


@pytest.mark.parametrize("name", pushes.EVENTS)
def test_event_known(name: str) -> None:
    xml, in_json = _both(pushes.event(name))

    for inbound in (xml, in_json):
        assert (inbound.kind, inbound.event) == ("event", name.lower())
        assert inbound.event_key == pushes.EVENTS[name].get("EventKey", "")
    assert xml.key == in_json.key
    assert len(xml.key) == 64


@pytest.mark.parametrize(
    "name", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"]
)
def test_event_of_the_platform_concerns_the_person_in_openid(name: str) -> None:
    assert _event(name).openid == "oPERSON"


def test_location_event_is_not_a_location_message() -> None:
    event, message = _event("LOCATION"), parse(pushes.message("location"))

    assert (event.kind, event.event) == ("event", "location")
    assert (message.kind, message.event) == ("location", "")


@pytest.mark.parametrize(
    ("name", "event_key", "scene"),
    [
        ("SCAN", "store-12", "store-12"),
        ("scan", "7", "7"),
        ("subscribe", "qrscene_store-12", "store-12"),
        ("subscribe", "qrscene_qrscene_x", "qrscene_x"),
        ("subscribe", "last_trade_no_4200", ""),
        ("subscribe", "", ""),
        ("CLICK", "qrscene_x", ""),
        ("scancode_push", "x", ""),
    ],
)
def test_scene(name: str, event_key: str, scene: str) -> None:
    fields = {**pushes.COMMON, "MsgType": "event", "Event": name, "EventKey": event_key}

    assert parse(fields).scene == scene


def test_scene_given_as_json_number() -> None:
    assert _event("SCAN", EventKey=12).scene == "12"


def test_key_same_message_with_other_time_and_text() -> None:
    first = pushes.message("text")

    assert parse(first).key == parse({**first, "CreateTime": 1700000005, "Content": "x"}).key


@pytest.mark.parametrize("changed", [{"MsgId": 2}, {"FromUserName": "oOTHER"}])
def test_key_other_message(changed: dict[str, Any]) -> None:
    first = pushes.message("text")

    assert parse(first).key != parse({**first, **changed}).key


def test_key_same_event_with_other_ticket() -> None:
    assert _event("SCAN").key == _event("SCAN", Ticket="other").key


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("SCAN", {"EventKey": "other"}),
        ("SCAN", {"CreateTime": 1700000001}),
        ("SCAN", {"FromUserName": "oOTHER"}),
        ("SCAN", {"Event": "CLICK"}),
        ("TEMPLATESENDJOBFINISH", {"MsgID": "2"}),
        ("user_authorization_revoke", {"OpenID": "oOTHER"}),
        ("user_authorization_revoke", {"RevokeInfo": "201"}),
        ("wxa_media_check", {"trace_id": "t-2"}),
        ("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": {"MsgID": "2"}}}),
    ],
)
def test_key_other_event_in_the_same_second(name: str, changed: dict[str, Any]) -> None:
    assert _event(name).key != _event(name, **changed).key


def test_key_of_a_message_is_never_that_of_an_event() -> None:
    message = parse(pushes.message("text"))

    assert message.key != _event("CLICK", MsgID=message.msg_id).key


def test_message_without_id_still_has_a_key() -> None:
    fields = {name: value for name, value in pushes.message("text").items() if name != "MsgId"}

    assert parse(fields).key == parse(dict(fields)).key
    assert parse(fields).key != parse({**fields, "CreateTime": 1}).key


def test_subscribe_items_one_or_many() -> None:
    one = {**pushes.COMMON, "MsgType": "event", "Event": "subscribe_msg_popup_event"}
    single = parse({**one, "List": {"TemplateId": "T1"}})
    several, several_json = _both(pushes.event("subscribe_msg_popup_event"))

    assert subscribe_items(single) == [{"TemplateId": "T1"}]
    assert [item["TemplateId"] for item in subscribe_items(several)] == ["T1", "T2"]
    assert subscribe_items(several_json) == subscribe_items(several)
    assert subscribe_items(parse({**one, "List": ""})) == []
    assert subscribe_items(_event("SCAN", List={"a": 1})) == []


def test_items_of_anything() -> None:
    assert [items(value) for value in (None, "", {"a": 1}, [{"a": 1}, "x", {"b": 2}])] == [
        [],
        [],
        [{"a": 1}],
        [{"a": 1}, {"b": 2}],
    ]


ODD = {
    "no MsgType": {"MsgType": None},
    "odd MsgType": {"MsgType": "a b"},
    "two MsgTypes": {"MsgType": ["text", "event"]},
    "no FromUserName": {"FromUserName": ""},
    "FromUserName with markup": {"FromUserName": "o<b>"},
    "FromUserName of 65": {"FromUserName": "o" * 65},
    "FromUserName with newline": {"FromUserName": "oA\n"},
    "ToUserName with markup": {"ToUserName": "]]>"},
    "no CreateTime": {"CreateTime": None},
    "CreateTime a word": {"CreateTime": "soon"},
    "CreateTime below zero": {"CreateTime": -1},
    "CreateTime with a fraction": {"CreateTime": 1.5},
    "CreateTime true": {"CreateTime": True},
    "CreateTime of other digits": {"CreateTime": "١٢٣"},
    "CreateTime of 20 digits": {"CreateTime": "9" * 20},
    "MsgId odd": {"MsgId": "1 2"},
    "Content of 20,001": {"Content": "x" * 20_001},
    "Content with children": {"Content": {"b": "x"}},
}


@pytest.mark.parametrize("changed", ODD.values(), ids=ODD.keys())
def test_message_odd(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        parse({**pushes.message("text"), **changed})

    assert refused.value.reason == next(iter(changed))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("SCAN", {"Event": ""}),
        ("SCAN", {"Event": {"a": "b"}}),
        ("SCAN", {"EventKey": "x" * 2_049}),
        ("user_info_modified", {"OpenID": ""}),
    ],
)
def test_event_odd(name: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        _event(name, **changed)

    assert refused.value.reason == next(iter(changed))


def test_inbound_shows_no_person_in_a_log() -> None:
    assert repr(parse(pushes.message("text"))) == (
        "Inbound(kind='text', event='', to_user='gh_97417a04a28d', created_at=1700000000, "
        "msg_id='6054768590064713728')"
    )
