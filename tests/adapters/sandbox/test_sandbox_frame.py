"""The account's pages inside the phone, in a real browser."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect, sync_playwright

from tests.adapters.sandbox.account_pages import account_pages
from tests.adapters.sandbox.sandbox_account import OPENID, Backend, Sandbox, served

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_SERVICES") != "1", reason="no Chromium here"
    ),
]
OTHER = "oAnother00000000000000000000"


@dataclass
class Phone:
    tab: Page
    sandbox: Sandbox
    pages: str
    """The address of the account's pages."""

    @property
    def inside(self) -> FrameLocator:
        return self.tab.frame_locator("#web-frame")

    def opens(self, path: str, openid: str = OPENID) -> None:
        """A template message arrives, and the person taps it."""
        link = f"{self.pages}{path}"
        self.sandbox.world.chats.add(openid, "account", "text", text=f'<a href="{link}">{path}</a>')
        self.tab.goto(f"/phone?openid={openid}")
        self.tab.locator("#chat").get_by_role("link", name=path).last.click()


@pytest.fixture
def phone(start: Callable[..., Sandbox]) -> Iterator[Phone]:
    sandbox = start(page_cookies=[{"name": "who", "path": "/m"}])
    sandbox.meet()
    sandbox.meet(OTHER)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        with served(sandbox.app) as url, served(account_pages(sandbox, url)) as pages:
            tab = browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
            yield Phone(tab, sandbox, pages)
            browser.close()


def test_page_opened_from_the_chat_knows_who_reads_it(phone: Phone) -> None:
    phone.opens("/m/first")

    expect(phone.inside.get_by_text(f"你好 {OPENID}")).to_be_visible()
    expect(phone.tab.locator("#web-address")).to_contain_text("/m/first")


def test_page_goes_back_step_by_step_to_the_chat(phone: Phone) -> None:
    phone.opens("/m/first")
    phone.inside.get_by_role("link", name="第二页").click()
    expect(phone.inside.get_by_text("这是第二页")).to_be_visible()
    expect(phone.tab.locator("#web-address")).to_contain_text("往里第 2 页")

    phone.tab.get_by_role("button", name="返回").click()
    expect(phone.inside.get_by_text(f"你好 {OPENID}")).to_be_visible()
    phone.tab.get_by_role("button", name="返回").click()

    expect(phone.tab.locator("#web")).to_be_hidden()
    expect(phone.tab.locator("#chat")).to_be_visible()


def test_page_on_another_persons_phone_knows_the_other(phone: Phone) -> None:
    phone.opens("/m/first")
    expect(phone.inside.get_by_text(f"你好 {OPENID}")).to_be_visible()

    phone.opens("/m/first", OTHER)

    expect(phone.inside.get_by_text(f"你好 {OTHER}")).to_be_visible()


def test_page_asks_for_a_notice_and_the_person_allows_it(phone: Phone, backend: Backend) -> None:
    phone.opens("/m/box")
    phone.inside.get_by_role("button", name="订阅提醒").click()
    phone.tab.get_by_role("button", name="允许").click()

    expect(phone.inside.locator("#said")).to_have_text('{"S-notice":"{\\"status\\":\\"accept\\"}"}')
    assert phone.sandbox.world.wallet.left(OPENID, "S-notice") == 1


def test_page_asks_for_a_notice_and_the_person_does_not_want_it(phone: Phone) -> None:
    phone.opens("/m/box")
    phone.inside.get_by_role("button", name="订阅提醒").click()
    expect(phone.tab.get_by_role("button", name="允许")).to_be_visible()
    phone.tab.keyboard.press("Escape")

    expect(phone.inside.locator("#said")).to_have_text('{"S-notice":"{\\"status\\":\\"reject\\"}"}')
    assert phone.sandbox.world.wallet.left(OPENID, "S-notice") == 0


def test_page_signed_for_another_address_gets_no_box(phone: Phone) -> None:
    phone.opens("/m/box")
    expect(phone.inside.get_by_role("button", name="订阅提醒")).to_be_visible()

    phone.tab.goto(f"{phone.pages}/m/box?x=1")
    phone.tab.evaluate("wx.config({appId: 'wx0', timestamp: 1, nonceStr: 'n', signature: 's'})")

    expect(phone.tab.locator("#said")).to_have_text("config:invalid signature")


def test_profile_shows_what_is_left_of_the_accepts(phone: Phone) -> None:
    phone.tab.goto(f"/phone?openid={OPENID}")
    phone.tab.get_by_role("button", name="公众号资料").click()
    notice = phone.tab.locator("#profile-notices li").first
    expect(notice).to_contain_text("还可以收 0 条")

    notice.get_by_role("button", name="接受一次").click()
    expect(notice).to_contain_text("还可以收 1 条")
    notice.get_by_role("button", name="关闭").click()

    expect(notice).to_contain_text("还可以收 0 条")


def test_people_are_found_among_thousands(phone: Phone) -> None:
    rows = [{"openid": f"oCrowd{n}", "name": f"同志{n}", "subscribed": True} for n in range(3000)]
    phone.sandbox.post("/sim/people", {"people": rows})

    phone.tab.goto(f"/phone?openid={OPENID}")
    expect(phone.tab.locator("#people-list")).to_contain_text("共 3002 人")
    phone.tab.get_by_placeholder("按姓名或 OpenID 找人").fill("同志2999")
    phone.tab.locator("#people-list").get_by_role("button", name="同志2999").click()

    expect(phone.tab.locator("#title-person")).to_have_text("同志2999的手机")
