"""The chapter on dues: explained, paid on the phone though WeChat's word is lost, receipted; and once in cash."""

import html
import json
import re
import time
from typing import Any, Final

from demo.browser import Form, Page
from demo.cast import MEMBER
from demo.desk import Desk
from demo.merchant import MCHID
from demo.phones import Json, Phones
from demo.pocket import Pocket
from demo.transcript import Transcript

LOST: Final = {"pay": {"notify_lost": 1}}
SHEET: Final = re.compile(r"data-pay='([^']+)'")
ORDER: Final = re.compile(r"/m/dues/orders/(\w+)")
SUM: Final = re.compile(r"(?:现在应缴|请核对)\s*([\d,]+\.\d\d)")
RECEIVED: Final = re.compile(r"已收到([\d,]+\.\d\d)元")
NUMBER: Final = re.compile(r"20\d\d-\d{6}")
TO_TAKE: Final = re.compile(r"/console/dues/collect/\d+")
EXTRA: Final = "1.00"
FOUND_SECONDS: Final = 120
LOOK_SECONDS: Final = 1.0


class Paying:
    def __init__(self, sheet: dict[str, Any], base_url: str, phones: Phones, transcript: Transcript) -> None:
        self._phones = phones
        self._transcript = transcript
        self._member = Pocket.of(MEMBER, phones, transcript, base_url)
        self._collector = Desk(sheet, base_url, transcript, username="collector")
        self._accountant = Desk(sheet, base_url, transcript, username="accountant")

    def play(self) -> None:
        self._bills_are_made_once()
        self._asks_why()
        number = self._pays_and_word_is_lost()
        self._is_found(number)
        self._books_agree(number)
        self._cash()

    def _reads(self, page: Page, *expected: str) -> None:
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)

    def _bills_are_made_once(self) -> None:
        self._transcript.does("💻 党费会计", "看本月账单，再生成一次：没有人重复")
        self._accountant.sign_in()
        page = self._accountant.get("/console/dues/bills")
        self._reads(page, "已生成", "各组织", "按登记次序排列")
        before = self._bills(page)
        page = self._accountant.fill_in(page, {}, action="/bills/generate")
        self._transcript.same("账单份数", self._bills(page), before)

    def _bills(self, page: Page) -> str:
        found = re.search(r"账单\s*([\d,]+)\s*人", page.main)
        return found.group(1) if found else self._transcript.fail("how many bills", page.main)

    def _asks_why(self) -> None:
        self._member.chat.writes("党费", "党费")
        self._member.opens(
            "看为什么是这个数额", "/m/dues/why", "党费基数", "所在档次", "比例", "依据", "复核"
        )

    def _pays_and_word_is_lost(self) -> str:
        """Whoever owes nothing any more gives one yuan of their own free will."""
        page = self._member.opens("打开“党费”", "/m/dues", "怎么缴")
        form = page.form(action="/dues/pay", has="bill") or page.form(action="/dues/pay")
        if form is None:
            self._transcript.fail("a way to pay by WeChat", page.main)
        owes = "现在应缴" in page.main
        page = self._member.sends(page, "点“微信支付”", form, {} if owes else {"extra": EXTRA})
        self._reads(page, "请核对")
        prepay, sheet = self._sheet(page)
        order = ORDER.search(page.source)
        number = order.group(1) if order else self._transcript.fail("an order number", page.source[-2000:])
        self._phones.post("/sim/faults", **LOST)
        try:
            self._transcript.does("📱 微信支付", "输入密码付款；微信的支付通知全部丢失")
            answer = self._phones.post(f"/sim/pay/{prepay}", openid=self._member.chat.openid, **sheet)
            self._transcript.sees(str(answer["err_msg"]), "get_brand_wcpay_request:ok")
            self._member.opens("付完回到页面", f"/m/dues/orders/{number}?back=1")
            self._wait_until_paid(number)
        finally:
            self._phones.post("/sim/faults", reset=True)
        return number

    def _sheet(self, page: Page) -> tuple[str, Json]:
        found = SHEET.search(page.source)
        if found is None:
            self._transcript.fail("WeChat's sheet", page.main)
        sheet: Json = json.loads(html.unescape(found.group(1)))
        return str(sheet["package"]).removeprefix("prepay_id="), sheet

    def _wait_until_paid(self, number: str) -> None:
        """Nobody told us: the scheduler asks WeChat by itself."""
        self._transcript.does("🕒 定时任务", "按时间表向微信查询没有回音的订单")
        deadline = time.monotonic() + FOUND_SECONDS
        while True:
            page = self._member.looks(f"/m/dues/orders/{number}")
            if RECEIVED.search(page.main) or time.monotonic() > deadline:
                self._reads(page, "已收到", "已经入账")
                return
            time.sleep(LOOK_SECONDS)

    def _is_found(self, number: str) -> None:
        page = self._member.looks(f"/m/dues/orders/{number}")
        link = next((one.href for one in page.links if "/dues/receipts/" in one.href), "")
        page = self._member.opens("看收据", link, "收据")
        receipt = NUMBER.search(page.main)
        self._transcript.sees(receipt.group() if receipt else page.main, "20")

    def _books_agree(self, number: str) -> None:
        """WeChat's own books and ours, to the fen; told later after all, nothing is booked a second time."""
        books = self._phones.get("/sim/pay/books", mchid=MCHID)
        theirs = [one["total"] for one in books["payments"] if one["out_trade_no"] == number]
        page = self._member.looks(f"/m/dues/orders/{number}")
        ours = RECEIVED.search(page.main)
        fen = int(ours.group(1).replace(",", "").replace(".", "")) if ours else 0
        self._transcript.same("微信的账与我们的账（分）", [fen], theirs)

    def _cash(self) -> None:
        self._transcript.does("💻 支部党费收缴人", "主题党日当面收现金，一次一人，当场开收据")
        self._collector.sign_in()
        page = self._collector.get("/console/dues/collect?all=yes")
        open_ones = [link.href for link in page.links if TO_TAKE.fullmatch(link.href)]
        if not open_ones:
            self._transcript.fail("somebody to take cash from", page.main)
        page = self._collector.get(open_ones[0])
        form = self._form(page)
        owes = "bill" in form.fields
        page = self._collector.submit(page, form, {} if owes else {"extra": EXTRA})
        self._reads(page, "请当面点清现金")
        page = self._collector.submit(page, self._form(page))
        self._reads(page, "收据", "现金")
        receipt = NUMBER.search(page.main)
        self._transcript.sees(receipt.group() if receipt else page.main, "20")

    def _form(self, page: Page) -> Form:
        found = page.form(has="extra")
        return found or self._transcript.fail(f"the form of {page.url}", page.main)
