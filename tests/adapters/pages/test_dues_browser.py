"""Paying in Debian's Chromium, with WeChat's bridge as a page sees it: opened, cancelled, refused, not there."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core.db import Session
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.policies.models import DuesPolicy
from app.dues.ports import PaySheet
from app.organizations.models import Organization
from pages.sign_in import COOKIE
from tests import dues_rows
from tests.adapters.pages import owed
from tests.adapters.pages.collecting import Collecting
from tests.adapters.pages.test_browser import LONG, beyond, chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.browser
S = BillState
BRIDGE = """
window.opened = [];
setTimeout(() => {
  window.WeixinJSBridge = { invoke(name, given, tell) {
    window.opened.push([name, given]);
    setTimeout(() => tell({ err_msg: `${name}:${window.answer || "ok"}` }), 20);
  } };
  document.dispatchEvent(new Event("WeixinJSBridgeReady"));
}, 200);
"""


@dataclass
class Phone:
    page: Page
    base: str
    here: Collecting
    faults: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}", wait_until="load")
        return self.page

    def sheet(self) -> Page:
        """WeChat's sheet is one tap away."""
        page = self.visit("/m/dues")
        page.get_by_role("button", name="微信支付").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("支付党费")
        page.wait_for_load_state("load")
        return page

    def pay_at_wechat(self) -> None:
        """WeChat takes the money of the sheet that is shown."""
        given = json.loads(self.page.locator("[data-pay]").get_attribute("data-pay") or "")
        sheet = PaySheet("", "", "", given["package"], "", "")
        self.here.wechat.pay(sheet, self.here.people.member.openid)


@pytest.fixture
def base(here: Collecting) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, here.door.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_phone(chromium: Chromium, base: str, here: Collecting) -> Iterator[Callable[..., Phone]]:
    here.assess()
    here.bill((202602, S.OVERDUE), (202603, S.DUE))
    contexts = []

    def create(*, bridge: str = BRIDGE, **settings: object) -> Phone:
        context = chromium.new_context(
            **{"locale": "zh-CN", "viewport": {"width": 390, "height": 740}, **settings}  # type: ignore[arg-type]
        )
        contexts.append(context)
        cookie = here.phone.client.get_cookie(COOKIE, path="/m")
        assert cookie is not None
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "domain": "127.0.0.1", "path": "/m"}])
        page = context.new_page()
        page.add_init_script(bridge)
        page.route(
            "**/res.wx.qq.com/**", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
        phone = Phone(page, base, here)
        page.on("console", lambda m: phone.faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: phone.faults.append(str(error)))
        return phone

    yield create
    for context in contexts:
        context.close()


def test_two_taps_and_the_receipt_is_there(open_phone: Callable[..., Phone]) -> None:
    """WeChat's word on the phone is not enough: it is asked, once, and then our books have it."""
    phone = open_phone()
    page = phone.sheet()
    phone.pay_at_wechat()

    page.get_by_role("button", name="用微信支付 153.00 元").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("已收到153.00元")
    assert phone.here.wechat.said["query"] == 1
    assert phone.here.states() == {202602: S.PAID, 202603: S.PAID}
    page.get_by_role("link", name="看收据").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("党费收据")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("支付党费")
    assert phone.faults == []


def test_ok_from_the_sheet_alone_is_not_believed(open_phone: Callable[..., Phone]) -> None:
    page = open_phone().sheet()

    page.get_by_role("button", name="用微信支付").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("正在确认")
    expect(page.get_by_text("已收到")).to_have_count(0)


def test_cancelled_or_refused_sheet_says_so_and_opens_again(open_phone: Callable[..., Phone]) -> None:
    phone = open_phone()
    page = phone.sheet()
    said = page.locator("[data-said]")
    button = page.get_by_role("button", name="用微信支付")

    for answer, words in (("cancel", "您取消了支付，没有扣款。"), ("fail", "微信支付没有成功。")):
        page.evaluate(f"window.answer = '{answer}'")
        button.click()
        expect(said).to_contain_text(words)
        expect(button).not_to_have_attribute("aria-disabled", "true")

    [(name, first), (_, again)] = page.evaluate("window.opened")
    assert name == "getBrandWCPayRequest"
    assert first == again
    assert len(phone.here.orders()) == 1


def test_impatient_finger_opens_one_sheet(open_phone: Callable[..., Phone]) -> None:
    page = open_phone().sheet()

    page.evaluate("window.answer = 'cancel'")

    page.evaluate("() => { const b = document.querySelector('[data-pay]'); b.click(); b.click(); b.click() }")

    expect(page.locator("[data-said]")).to_contain_text("您取消了支付")
    assert page.evaluate("window.opened.length") == 1


def test_tap_before_all_of_the_page_is_there_stands(open_phone: Callable[..., Phone]) -> None:
    """The event that follows the load does not free the button again; coming back out of the browser's memory does."""
    page = open_phone().sheet()
    button = page.locator("button[data-pay]")
    shown = "(kind) => window.dispatchEvent(new PageTransitionEvent('pageshow', kind))"
    page.evaluate("window.WeixinJSBridge = { invoke() {} }")

    button.click()
    page.evaluate(shown, {"persisted": False})
    expect(button).to_have_attribute("aria-disabled", "true")

    page.evaluate(shown, {"persisted": True})
    expect(button).not_to_have_attribute("aria-disabled", "true")


def test_outside_wechat_it_is_said_that_nothing_was_paid(open_phone: Callable[..., Phone]) -> None:
    phone = open_phone(bridge="")
    phone.page.clock.install()
    page = phone.sheet()

    page.get_by_role("button", name="用微信支付").click()
    page.clock.fast_forward(7000)

    expect(page.locator("[data-said]")).to_contain_text("没有打开微信支付，没有扣款。")


def test_without_scripts_all_but_paying_works(open_phone: Callable[..., Phone]) -> None:
    page = open_phone(java_script_enabled=False).visit("/m/dues")

    page.get_by_text("我已转账，告诉支部").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="转账待确认")).to_be_visible()
    page.get_by_role("link", name="为什么是这个数额？").click()
    page.get_by_label("哪里不对").fill("基数不对")
    page.get_by_role("button", name="提交复核申请").click()

    expect(page.get_by_text("等待答复，有了答复会通知您。")).to_be_visible()


def lengthen(session: Session, here: Collecting) -> None:
    policy = session.get_one(DuesPolicy, here.policy_id)
    policy.account_name, policy.account_bank, policy.account_number = LONG, LONG, "6" * 40
    house = session.scalars(select(Organization).where(Organization.id == here.people.branch_id)).one()
    house.name = house.short_name = LONG
    owed.publish(session, house)


@pytest.mark.parametrize("type_size", ["16px", "24px"])
def test_pages_fit_the_narrowest_phone(
    open_phone: Callable[..., Phone], here: Collecting, type_size: str
) -> None:
    phone = open_phone(viewport={"width": 320, "height": 740})
    [paid] = here.bill((202601, S.PAID))
    with here.services.sessions.begin() as session:
        lengthen(session, here)
        receipt = dues_rows.receipt(session, session.get_one(Bill, paid)).id
    wide = []

    for path in ("", "/why", "/receipts", f"/receipts/{receipt}", "/public"):
        page = phone.visit(f"/m/dues{path}")
        page.evaluate(f"document.documentElement.style.fontSize = '{type_size}'")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        if beyond(page) > 0:
            wide.append(path)
    page = phone.sheet()
    page.evaluate(f"document.documentElement.style.fontSize = '{type_size}'")

    assert (wide, beyond(page), phone.faults) == ([], 0, [])
