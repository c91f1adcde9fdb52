"""The phone in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.adapters.sandbox.sandbox_account import (
    FAILURE,
    OPENID,
    Backend,
    Sandbox,
    echo,
    served,
)

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_SERVICES") != "1", reason="no Chromium here"
    ),
]


@pytest.fixture
def page(sandbox: Sandbox) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        with served(sandbox.app) as url:
            tab = browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
            yield tab
            browser.close()


def test_phone_person_is_created_follows_and_chats(page: Page, backend: Backend) -> None:
    backend.answer = echo

    page.goto("/phone")
    page.get_by_label("新建一个人").fill("王建国")
    page.get_by_role("button", name="新建").click()
    page.get_by_role("button", name="关注公众号").click()
    expect(page.locator("#chat").get_by_text("收到：subscribe")).to_be_visible()
    page.get_by_label("写消息").fill("<b>你好</b>")
    page.keyboard.press("Enter")

    expect(page.locator("#chat .say.account").last).to_contain_text("收到：<b>你好</b>")


def test_phone_menu_and_scan_reach_the_account(page: Page, sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    backend.answer = echo
    sub = {"type": "click", "name": "签到", "key": "check_in"}
    sandbox.world.menus.create({"button": [{"name": "组织生活", "sub_button": [sub]}]})
    sandbox.world.tickets.create(
        {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "m-1"}}}
    )

    page.goto(f"/phone?openid={OPENID}")
    page.get_by_role("button", name="组织生活").click()
    page.get_by_role("button", name="签到").click()
    expect(page.locator("#chat").get_by_text("收到：click")).to_be_visible()
    page.get_by_role("button", name="扫一扫").click()
    page.locator("#scan-list").get_by_role("button", name="m-1").click()

    expect(page.locator("#chat").get_by_text("收到：scan")).to_be_visible()


def test_phone_link_is_a_link_and_a_script_is_text(page: Page, sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()
    sandbox.world.chats.add(
        OPENID,
        "account",
        "text",
        text='看<a href="http://127.0.0.1/m">这里</a><a href="javascript:alert(1)">别点</a><img src=x onerror=a()>',
    )

    page.goto(f"/phone?openid={OPENID}")

    bubble = page.locator("#chat .bubble").last
    expect(bubble).to_have_text("看这里别点<img src=x onerror=a()>")
    assert bubble.locator("a").evaluate_all("links => links.map(one => one.href)") == ["http://127.0.0.1/m"]


def test_phone_says_that_the_backend_is_gone(page: Page, sandbox: Sandbox) -> None:
    sandbox.meet()
    sandbox.world.config.callback_url = "http://127.0.0.1:9/wechat/callback"

    page.goto(f"/phone?openid={OPENID}")
    page.get_by_label("写消息").fill("在吗")
    page.get_by_role("button", name="发送").click()

    expect(page.locator("#chat").get_by_text(FAILURE)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("后台没有回应")


def test_phone_fault_switch_is_set(page: Page, sandbox: Sandbox) -> None:
    page.goto("/phone")
    page.get_by_role("tab", name="故障").click()
    field = page.get_by_label("推送丢失（比例）")
    with page.expect_response("**/sim/faults"):
        field.fill("1")
        field.blur()

    assert sandbox.get("/sim/faults")["push"]["lost"] == 1


def test_phone_passive_reply_in_clear_is_a_failure(page: Page, sandbox: Sandbox, backend: Backend) -> None:
    sandbox.meet()

    backend.answer = lambda _received: b"<xml><MsgType>text</MsgType></xml>"
    page.goto(f"/phone?openid={OPENID}")
    page.get_by_label("写消息").fill("在吗")
    page.get_by_role("button", name="发送").click()

    expect(page.get_by_role("alert")).to_contain_text("后台的回答不对：应当加密，却没有加密")
