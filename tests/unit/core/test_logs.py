"""Logs: one JSON object a line, followed by a request id, with no person and no secret in it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app.core import logs

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
PHONE = "13912345678"


class Written(io.StringIO):
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().split("\n")[:-1]]

    def one(self) -> dict[str, Any]:
        (event,) = self.events()
        return event


@pytest.fixture
def written() -> Iterator[Written]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = Written()
    logs.configure(stream=stream)
    yield stream
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:] = before[0]
    root.setLevel(before[1])


def log() -> Any:
    return structlog.get_logger()


def fail(text: str) -> None:
    not_to_be_seen = "local-variable"
    raise ValueError(text, len(not_to_be_seen))


def test_event_is_one_json_object_with_its_fields(written: Written) -> None:
    log().info("notices.delivery.tried", delivery="d1", attempts=2, reason=None, last=True)

    event = written.one()
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "notices.delivery.tried",
        "level": "info",
        "delivery": "d1",
        "attempts": 2,
        "reason": None,
        "last": True,
    }


def test_lines_inside_a_text_stay_in_one_line(written: Written) -> None:
    log().info("a.b", text="第一行\n第二行\r\u2028第三行")

    assert written.getvalue().count("\n") == 1
    assert written.one()["text"] == "第一行\n第二行\r\u2028第三行"


def test_request_id_follows_every_event_of_its_context(written: Written) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        log().info("ours")
        logging.getLogger("library").warning("theirs")
    log().info("after")

    assert [event.get("request_id") for event in written.events()] == ["r1", "r1", None]


@pytest.mark.parametrize("key", sorted(logs.PERSONAL))
def test_person_s_identifier_is_masked_by_its_name(key: str, written: Written) -> None:
    log().info("a.b", **{key: "abcdefghijkl"})

    assert written.one()[key] == "abcd***kl"


@pytest.mark.parametrize(
    ("value", "shown"), [("abcdefg", "***"), ("abcdefgh", "abcd***gh"), ("", ""), (None, None)]
)
def test_short_identifier_shows_nothing(value: str | None, shown: str | None, written: Written) -> None:
    log().info("a.b", openid=value)

    assert written.one()["openid"] == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"sent to {OPENID}.", "sent to oAbC***z1."),
        (f"电话{PHONE}，请回", "电话1391***78，请回"),
        ("身份证 11010119900307123X", "身份证 1101***3X"),
        (f"entry 'wx1234567890abcdef-{OPENID}'", "entry 'wx1234567890abcdef-oAbC***z1'"),
        (f"trace-{OPENID}", f"trace-{OPENID}"),
        ("msgid 24105820170000001 at 1772413200", "msgid 24105820170000001 at 1772413200"),
        ("delivery a13912345678b of 32", "delivery a13912345678b of 32"),
    ],
    ids=["openid", "phone", "id-number", "key-of-mariadb", "other-word", "numbers", "hex"],
)
def test_person_inside_a_text_is_masked(text: str, shown: str, written: Written) -> None:
    log().info("a.b", text=text)

    assert written.one()["text"] == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://h/p?access_token=T0K&openid=x", "https://h/p?access_token=***&openid=x"),
        ("/sns?appid=wx&secret=S3C&js_code=C0D", "/sns?appid=wx&secret=***&js_code=***"),
        ("'/oauth?code=C0D' refused", "'/oauth?code=***' refused"),
        ("Access_Token=T0K", "Access_Token=***"),
        ("showqrcode?ticket=T1C", "showqrcode?ticket=***"),
        ("component_access_token=T0K jsapi_ticket=T1C", "component_access_token=*** jsapi_ticket=***"),
        ("redis://:hidden@db:6379/0", "redis://***@db:6379/0"),
        ("postgresql+psycopg://zhibu:hidden@db/zhibu", "postgresql+psycopg://***@db/zhibu"),
        ("errcode=40001 exitcode=3", "errcode=40001 exitcode=3"),
    ],
)
def test_secret_in_an_address_is_removed(text: str, shown: str, written: Written) -> None:
    log().info("a.b", text=text)

    assert written.one()["text"] == shown


def test_values_inside_lists_and_mappings_are_cleaned(written: Written) -> None:
    log().info("a.b", many=["x?secret=S3C", {"phone": PHONE, "n": 1}], also=(OPENID,))

    event = written.one()
    assert event["many"] == ["x?secret=***", {"phone": "1391***78", "n": 1}]
    assert event["also"] == ["oAbC***z1"]


def test_exception_given_as_a_value_is_cleaned(written: Written) -> None:
    log().warning("a.b", error=ValueError(f"/p?access_token=T0K of {OPENID}"))

    assert written.one()["error"] == "ValueError: /p?access_token=*** of oAbC***z1"


def test_exception_is_told_with_its_place_and_cleaned(written: Written) -> None:
    try:
        fail(f"/p?access_token=T0K of {PHONE}")
    except ValueError:
        log().exception("a.failed")

    told = written.one()["exception"]
    assert "in fail\n" in told
    assert "/p?access_token=*** of 1391***78" in told
    assert "local-variable" not in told
    assert "T0K" not in told


def test_library_s_log_is_of_the_same_form_and_cleaned(written: Written) -> None:
    try:
        fail("redis://:hidden@db")
    except ValueError:
        logging.getLogger("library").exception("calling %s", "/p?secret=S3C")

    event = written.one()
    assert (event["event"], event["level"]) == ("calling /p?secret=***", "error")
    assert "redis://***@db" in event["exception"]
    assert "hidden" not in written.getvalue()


def test_library_s_chatter_is_left_out(written: Written) -> None:
    logging.getLogger("library").info("connection number 7")

    assert written.events() == []


def test_level_is_kept(written: Written) -> None:
    logs.configure(level="ERROR", stream=written)
    log().warning("quiet")
    logging.getLogger("library").warning("quiet")
    log().error("loud")

    assert [event["event"] for event in written.events()] == ["loud"]


def test_what_json_does_not_know_is_written_as_text(written: Written) -> None:
    log().info("a.b", path=io.StringIO, when=b"\xff")

    assert written.one()["when"] == "b'\\xff'"


def test_row_that_a_database_quotes_is_not_logged(written: Written) -> None:
    refused = (
        'violates check constraint "state"\nDETAIL:  Failing row contains (7, 食堂太咸 (真的).\n张三, oAb).'
    )

    log().error("handlers.event.failed", exception=refused)

    assert written.one()["exception"] == (
        'violates check constraint "state"\nDETAIL:  Failing row contains (***).'
    )
