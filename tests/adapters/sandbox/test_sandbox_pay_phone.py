"""The pay sheet on the phone, asked for by a page, in a real browser."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, request
from playwright.sync_api import FrameLocator, Page, expect, sync_playwright

from tests.adapters.sandbox.sandbox_account import OPENID, Sandbox, served
from tests.adapters.sandbox.sandbox_merchant import Merchant, pay_section

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_SERVICES") != "1", reason="no Chromium here"
    ),
]
PAGE = """<!doctype html><meta charset="utf-8"><title>交党费</title>
<meta name="viewport" content="width=device-width">
<script src="{base}/open/js/jweixin-1.6.0.js"></script>
<p>应交 12.00 元</p><button id="pay">交党费</button><p id="said">还没有</p>
<script>
const said = document.getElementById("said"), sheet = {sheet};
const tell = (answer) => {{ said.textContent = answer.err_msg || answer.errMsg; }};
const ask = () => WeixinJSBridge.invoke("getBrandWCPayRequest", sheet, tell);
document.getElementById("pay").addEventListener("click", () => {{
  if (typeof WeixinJSBridge === "undefined") document.addEventListener("WeixinJSBridgeReady", ask);
  else ask();
}});
</script>"""


@dataclass
class Phone:
    tab: Page
    merchant: Merchant
    pages: str

    @property
    def inside(self) -> FrameLocator:
        return self.tab.frame_locator("#web-frame")

    def opens(self, prepay_id: str) -> None:
        link = f"{self.pages}/m/pay?prepay_id={prepay_id}"
        self.merchant.sandbox.world.chats.add(OPENID, "account", "text", text=f'<a href="{link}">党费</a>')
        self.tab.goto(f"/phone?openid={OPENID}")
        self.tab.locator("#chat").get_by_role("link", name="党费").last.click()
        self.inside.get_by_role("button", name="交党费").click()

    def press(self, name: str) -> None:
        self.tab.locator("#pay").get_by_role("button", name=name, exact=True).click()

    def state(self) -> str:
        return str(self.merchant.query().get_json()["trade_state"])


def _pages(merchant: Merchant, base: str) -> Flask:
    app = Flask(__name__)

    @app.get("/m/pay")
    def pay() -> str:
        sheet = merchant.sheet(request.args["prepay_id"])
        del sheet["openid"]
        return PAGE.format(base=base, sheet=json.dumps(sheet))

    return app


@pytest.fixture
def phone(start: Callable[..., Sandbox]) -> Iterator[Phone]:
    sandbox = start(pay=pay_section())
    sandbox.meet()
    merchant = Merchant(sandbox)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        with served(sandbox.app) as url, served(_pages(merchant, url)) as pages:
            tab = browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
            yield Phone(tab, merchant, pages)
            browser.close()


def test_person_pays_what_the_page_asks_for(phone: Phone) -> None:
    phone.opens(phone.merchant.prepay())
    sheet = phone.tab.locator("#pay")
    expect(sheet).to_contain_text("某某支部")
    expect(sheet).to_contain_text("¥12.00")

    phone.press("立即支付")
    expect(sheet.get_by_text("支付成功")).to_be_visible()
    expect(phone.inside.locator("#said")).to_have_text("还没有")
    phone.press("完成")

    expect(phone.inside.locator("#said")).to_have_text("get_brand_wcpay_request:ok")
    assert phone.state() == "SUCCESS"


def test_person_who_goes_away_from_the_sheet_cancels(phone: Phone) -> None:
    phone.opens(phone.merchant.prepay())
    expect(phone.tab.get_by_role("button", name="立即支付")).to_be_visible()

    phone.tab.keyboard.press("Escape")

    expect(phone.inside.locator("#said")).to_have_text("get_brand_wcpay_request:cancel")
    assert phone.state() == "NOTPAY"


def test_payment_that_does_not_work_fails(phone: Phone) -> None:
    phone.opens(phone.merchant.prepay())

    phone.press("这次付不成")

    expect(phone.inside.locator("#said")).to_have_text("get_brand_wcpay_request:fail")


def test_order_that_cannot_be_paid_says_why(phone: Phone) -> None:
    prepay_id = phone.merchant.prepay()
    phone.merchant.close()

    phone.opens(prepay_id)
    expect(phone.tab.locator("#pay-why")).to_have_text("该订单已关闭")
    phone.press("知道了")

    expect(phone.inside.locator("#said")).to_have_text("get_brand_wcpay_request:fail")


def test_page_may_ask_by_the_script_of_wechat(phone: Phone) -> None:
    prepay_id = phone.merchant.prepay()
    phone.opens(prepay_id)
    phone.press("取消")
    frame = next(one for one in phone.tab.frames if "/m/pay" in one.url)

    frame.evaluate("() => wx.chooseWXPay({ ...sheet, timestamp: sheet.timeStamp, fail: tell })")

    expect(phone.inside.locator("#said")).to_have_text("chooseWXPay:fail")
