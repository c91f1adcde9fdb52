"""The account's menus fit WeChat's limits, lead to commands that exist, and are published as a whole."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from app.core.clock import FixedClock
from app.redis_store import MemoryStore
from app.wechat import menus
from app.wechat.client import WeChatClient
from app.wechat.http import PlatformSession
from handlers.router import COMMANDS
from tests.services import settings
from tests.unit.wechat.fake_platform import Call, FakePlatform, running

LOADED = menus.load()
EVERY = {"default": LOADED.default, **LOADED.tagged}
OK = {"errcode": 0, "errmsg": "ok"}


def buttons(menu: Mapping[str, Any]) -> list[dict[str, Any]]:
    top: list[dict[str, Any]] = menu["button"]
    return top


def entries(menu: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for button in buttons(menu) for entry in button.get("sub_button", [])]


@pytest.mark.parametrize("menu", EVERY.values(), ids=EVERY)
def test_menu_fits_wechat_s_limits(menu: Mapping[str, Any]) -> None:
    assert 1 <= len(buttons(menu)) <= 3
    assert all(1 <= len(button["name"].encode()) <= 16 for button in buttons(menu))
    assert all(1 <= len(button.get("sub_button", [1])) <= 5 for button in buttons(menu))
    assert all(1 <= len(entry["name"].encode()) <= 60 for entry in entries(menu))
    assert all("sub_button" not in entry for entry in entries(menu))


@pytest.mark.parametrize("menu", EVERY.values(), ids=EVERY)
def test_every_button_leads_to_a_command_or_to_entries(menu: Mapping[str, Any]) -> None:
    for button in [*buttons(menu), *entries(menu)]:
        if "sub_button" not in button:
            assert button["type"] == "click"
            assert button["key"] in COMMANDS
            assert len(button["key"].encode()) <= 128


def test_each_person_can_ask_for_help_and_write() -> None:
    for menu in EVERY.values():
        keys = {button.get("key") for button in [*buttons(menu), *entries(menu)]}
        assert {"feedback", "help"} <= keys


def test_tags_name_their_audiences() -> None:
    assert LOADED.tags == {"members": "党员", "staff": "职工"}
    assert set(LOADED.tagged) == set(LOADED.tags.values())


def test_file_holds_names_and_commands_alone() -> None:
    """No link that leaves the chat, and nothing that asks for a place or a picture."""
    declared = yaml.safe_load(menus.FILE.read_text(encoding="utf-8"))
    lists = [declared["default"], *(part["buttons"] for name, part in declared.items() if name != "default")]
    flat = [button for one in lists for button in one] + [
        entry for one in lists for button in one for entry in button.get("entries", [])
    ]

    assert {key for button in flat for key in button} == {"name", "command", "entries"}


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with running() as fake:
        fake.answer("/cgi-bin/menu/delete", OK)
        fake.answer("/cgi-bin/menu/create", OK)
        fake.answer("/cgi-bin/menu/addconditional", {"menuid": 208379533})
        fake.answer("/cgi-bin/tags/get", {"tags": [{"id": 100, "name": "党员"}]})
        fake.answer("/cgi-bin/tags/create", {"tag": {"id": 101, "name": "职工"}})
        yield fake


@pytest.fixture
def client(platform: FakePlatform, clock: FixedClock) -> Iterator[WeChatClient]:
    configured = settings(wechat={"api_base_url": platform.url}).wechat
    with PlatformSession(configured) as session:
        yield WeChatClient(configured, MemoryStore(clock), clock, session=session, sleep=lambda _: None)


def changes(platform: FakePlatform) -> list[Call]:
    return [call for call in platform.calls if "/menu/" in call.path]


def test_publish_replaces_every_menu_the_default_one_first(
    platform: FakePlatform, client: WeChatClient
) -> None:
    menus.publish(client, LOADED)

    calls = changes(platform)
    assert [call.path.rpartition("/")[2] for call in calls] == [
        "delete",
        "create",
        "addconditional",
        "addconditional",
    ]
    assert calls[1].json == LOADED.default
    assert calls[2].json == {**LOADED.tagged["党员"], "matchrule": {"tag_id": "100"}}
    assert calls[3].json == {**LOADED.tagged["职工"], "matchrule": {"tag_id": "101"}}


def test_chinese_is_published_unescaped(platform: FakePlatform, client: WeChatClient) -> None:
    menus.publish(client, LOADED)

    body = changes(platform)[1].body
    assert "绑定身份".encode() in body
    assert b"\\u" not in body
