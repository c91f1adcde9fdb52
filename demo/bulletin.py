"""The second chapter: one announcement to 4,179 people, each accounted for on both sides."""

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.browser import Browser, Page
from demo.crowd import Someone
from demo.desk import Desk
from demo.oracle import Books, End, books, newest
from demo.phones import Json, Phones
from demo.templates import template_id
from demo.transcript import Transcript

TITLE = "关于做好寒潮大风应急值守的紧急通知"
BASIS = "岚岳能源集团党委紧急通知（岚党发〔2026〕21号）"
BODY = """今晚起有寒潮大风，请各支部立即做好以下工作：
- 值班党员到岗，检查防风加固；
- 室外高处作业一律停止；
- 有情况先报调度，再报党群工作部。"""
WITHDRAWN_TITLE = "关于调整食堂开放时间的通知"
SENDING_SECONDS = 420
SETTLED_SECONDS = 120
LOOK_SECONDS = 0.5
SUBSCRIBERS = 5
NEARLY = 0.9
REACH = re.compile(r"可达 ([\d,]+) / ([\d,]+)(?:；其余 ([\d,]+))?")
DONE = re.compile(r"([\d,]+) / ([\d,]+)")
OPTION = re.compile(r'<option value="(\d+)"')
CONSOLE_PATH = re.compile(r"/console/announcements/\d+")
CONFIRMED = re.compile(r"已知晓 ([\d,]+) / ([\d,]+) 人")
UNCERTAIN = "结果不明"
NOT_DELIVERED = {"未送达", "仅在通知列表"}


@dataclass(frozen=True)
class Row:
    """One person as the console's export has them."""

    name: str
    end: str
    channel: str
    reason: str

    @property
    def judged(self) -> str:
        return End.NOT_DELIVERED if self.end in NOT_DELIVERED else self.end


class Bulletin:
    def __init__(self, sheet: dict[str, Any], base_url: str, phones: Phones, transcript: Transcript) -> None:
        self._sheet = sheet
        self._base_url = base_url
        self._phones = phones
        self._transcript = transcript
        self._office = Desk(sheet, base_url, transcript, "office")
        self._deputy = Desk(sheet, base_url, transcript, "deputy")
        self._since = 0

    def play(self, with_faults: Callable[[], None]) -> None:
        """`with_faults` switches on what goes wrong while the announcement is sent."""
        self._since = newest(self._phones)
        subscribers = self._some_accept_a_notice()
        path = self._write()
        self._check_reach(path)
        self._submit(path)
        with_faults()
        self._approve(path)
        self._wait_until_sent(path)
        self._repeat_the_uncertain(path)
        rows = self._compare(path)
        self._check_subscribers(path, subscribers, rows)
        self._member_confirms(path)
        self._write_and_withdraw()

    def _does(self, who: str, what: str) -> None:
        self._transcript.does(who, what)

    def _reads(self, page: Page, *expected: str) -> None:
        """A page is long: what was looked for is enough, where all of it is there."""
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)

    def _page_of(self, path: str) -> str:
        return f"/m/notices/{path.rpartition('/')[2]}"

    def _some_accept_a_notice(self) -> list[str]:
        """Bound, not following: only a notice that they accepted can reach them."""
        people = ((Someone.of(openid), one) for openid, one in self._phones.people().items())
        found = [who.openid for who, one in people if who and not who.known_to_follow and not one["refuses"]]
        chosen = sorted(found)[:SUBSCRIBERS]
        self._does("📱 没有关注的几位同志", "在网页里点“订阅提醒”，各同意一次")
        for openid in chosen:
            delivery = self._phones.post(
                "/sim/subscribe", openid=openid, accept=[template_id("subscription", "announcement")]
            )["delivery"]
            self._transcript.same("微信已告诉后台", not delivery["failed"], expected=True)
        return chosen

    def _write(self) -> str:
        self._does("💻 党群工作部", "登录，写一条紧急通知，发给全集团党员")
        if not self._office.signed_in:
            self._office.sign_in()
        page = self._office.get("/console/announcements/new")
        root = self._root(page)
        written = {"organization": root, "title": TITLE, "body": BODY, "basis": BASIS, "urgency": "emergency"}
        page = self._office.fill_in(page, written, has="title")
        self._reads(page, "发给谁")
        audience = {"organization": [root], "below": [root], "kind": ["full", "probationary"]}
        page = self._office.fill_in(page, audience, has="revision")
        return self._path(page)

    def _root(self, page: Page) -> str:
        found = OPTION.search(page.source)
        return found.group(1) if found else self._transcript.fail("an organisation to choose", page.text)

    def _path(self, page: Page) -> str:
        found = CONSOLE_PATH.search(page.url)
        return found.group() if found else self._transcript.fail("the announcement's page", page.url)

    def _check_reach(self, path: str) -> None:
        self._does("💻 党群工作部", "看发出去谁能收到")
        page = self._office.get(path)
        found = REACH.search(page.main)
        if found is None:
            self._transcript.fail("可达 … / …", page.main)
        self._transcript.sees(found.group(), "可达", "其余")
        reachable, total, rest = (_number(part) for part in found.groups())
        self._transcript.same("应发人数", total, self._sheet["organizations"]["members"])
        self._transcript.same("可达＋其余", reachable + rest, total)

    def _submit(self, path: str) -> None:
        self._does("💻 党群工作部", "提交审核；自己不能批")
        page = self._office.fill_in(self._office.get(path), {"when": "now"}, action="/submit")
        self._reads(page, "已提交审核。审核通过后才会发送。", "等待审核")
        self._transcript.same("有自批的按钮", page.form(action="/approve") is not None, expected=False)

    def _approve(self, path: str) -> None:
        self._does("💻 党委副书记", "登录，核对内容和范围，审核通过")
        if not self._deputy.signed_in:
            self._deputy.sign_in()
        page = self._deputy.fill_in(self._deputy.get(path), {}, action="/approve")
        self._reads(page, "审核通过")

    def _wait_until_sent(self, path: str) -> None:
        """What went wrong at WeChat is over when nine of ten are done; those it hit are tried again."""
        began = time.monotonic()
        self._does("💻 党群工作部", "看发送进度")
        progress = f"{path}/progress"
        self._office.wait_for(progress, _nearly_done, "nine of ten to be done", SENDING_SECONDS)
        self._phones.post("/sim/faults", reset=True)
        page = self._office.wait_for(progress, _all_done, "everything to be done", SENDING_SECONDS)
        took = round(time.monotonic() - began)
        self._transcript.sees(f"{page.main}\n用时 {took} 秒", "已发完")

    def _repeat_the_uncertain(self, path: str) -> None:
        """Not answered at first and refused at the repeat: only a person sends those once more."""
        page = self._office.get(f"{path}/results")
        number = _shown(page, UNCERTAIN)
        if not number:
            return
        self._does("💻 党群工作部", f"{number} 人结果不明，只对他们再发一次")
        page = self._office.fill_in(page, {"state": ["uncertain"]}, action="/retry")
        self._reads(page, f"已重新安排 {number} 人")
        self._office.wait_for(f"{path}/progress", _all_done, "everything to be done", SENDING_SECONDS)

    def _compare(self, path: str) -> list[Row]:
        """The console's books against the sandbox's, until WeChat's last reports have been read."""
        self._does("💻 党群工作部", "导出每个人的结果，和微信那边的记录逐人核对")
        deadline = time.monotonic() + SETTLED_SECONDS
        while True:
            theirs = books(self._phones, self._page_of(path), self._since)
            rows = self._export(path)
            ours, expected = Counter((row.name, row.judged) for row in rows), self._expected(theirs, rows)
            if (ours == expected and not theirs.untold) or time.monotonic() > deadline:
                break
            time.sleep(LOOK_SECONDS)
        self._tell(path, theirs, rows)
        self._transcript.same(
            "逐人不一致", sorted(((ours - expected) + (expected - ours)).elements())[:6], []
        )
        return rows

    def _expected(self, theirs: Books, rows: list[Row]) -> Counter[tuple[str, str]]:
        """By name: namesakes are told apart by nothing that both sides know, and are counted together."""
        people = self._phones.people()
        judged = Counter((str(people[openid]["name"]), str(theirs.end(openid))) for openid in theirs.records)
        named = Counter(row.name for row in rows)
        asked = Counter(name for name, _ in judged.elements())
        never = (named - asked).elements()
        return judged + Counter((name, str(End.NOT_DELIVERED)) for name in never)

    def _tell(self, path: str, theirs: Books, rows: list[Row]) -> None:
        page = self._office.get(f"{path}/results")
        ends = Counter(row.end for row in rows)
        self._transcript.sees(
            "  ".join(f"{end} {number:,}" for end, number in ends.most_common())
            + "\n微信："
            + "  ".join(f"{fate} {number:,}" for fate, number in theirs.fates().most_common()),
            End.DELIVERED,
            "shown",
        )
        self._transcript.same("总人数", len(rows), self._sheet["organizations"]["members"])
        shown = {end: _shown(page, end) for end in ends}
        self._transcript.same("结果页上的人数与名单一致", shown, dict(ends))
        self._transcript.same("没有了结的", set(ends) - NOT_DELIVERED - {End.DELIVERED, End.SENT}, set())
        silent = sum(row.end in NOT_DELIVERED and not row.reason for row in rows)
        self._transcript.same("没送到又没写原因的", silent, 0)
        self._transcript.same("收到两次的人", theirs.shown_twice, [])

    def _export(self, path: str) -> list[Row]:
        page = self._office.get(f"{path}/results")
        form = next((one for one in page.forms if one.fields.get("format") == "csv"), None)
        if form is None:
            self._transcript.fail("导出 CSV", page.text)
        table = list(csv.DictReader(io.StringIO(self._office.download(page, form))))
        return [Row(one["姓名"], one["结果"], one["途径"], one["说明"]) for one in table]

    def _check_subscribers(self, path: str, subscribers: list[str], rows: list[Row]) -> None:
        self._does("📱 没有关注的几位同志", "凭同意过的那一次，收到订阅通知")
        theirs = books(self._phones, self._page_of(path), self._since)
        ways = [theirs.records[openid][-1]["way"] for openid in subscribers]
        self._transcript.same("途径", ways, ["subscription"] * len(subscribers))
        self._transcript.same("控制台上的订阅通知", sum(row.channel == "订阅通知" for row in rows), len(ways))

    def _member_confirms(self, path: str) -> None:
        openid = str(self._sheet["openids"]["member"])
        self._does("📱 党员", "点开收到的通知，看完点“已知晓”")
        browser = Browser(self._base_url)
        browser.keep("openid", openid, path="/connect")
        page = browser.get(self._link(openid, path))
        self._reads(page, TITLE, "已知晓")
        form = page.form(action="/confirm")
        if form is None:
            self._transcript.fail("已知晓 to tap", page.text)
        self._reads(browser.submit(page, form, {}), "您已确认知晓")
        self._does("💻 党群工作部", "看有多少人已知晓")
        seen = CONFIRMED.search(self._office.get(f"{path}/results").main)
        self._transcript.same("已知晓", seen.groups() if seen else None, ("1", f"{self._asked():,}"))

    def _asked(self) -> int:
        return int(self._sheet["organizations"]["members"])

    def _link(self, openid: str, path: str) -> str:
        """What the person taps in the chat; without a message, the same in the list of notices."""
        links = [_link_in(one, self._page_of(path)) for one in self._phones.messages(openid)]
        found = [link for link in links if link]
        return found[-1] if found else self._page_of(path)

    def _write_and_withdraw(self) -> None:
        self._does("💻 党群工作部", "又写一条普通通知，发现写错了，没发出就撤回")
        page = self._office.get("/console/announcements/new")
        written = {
            "organization": self._root(page),
            "title": WITHDRAWN_TITLE,
            "body": "下周起食堂早开半小时。",
        }
        page = self._office.fill_in(page, written | {"urgency": "digest"}, has="title")
        path = self._path(page)
        page = self._office.fill_in(self._office.get(path), {"when": "now"}, action="/schedule")
        self._reads(page, "已安排好")
        page = self._office.fill_in(self._office.get(path), {}, action="/withdraw")
        self._reads(page, "已撤回")
        theirs = books(self._phones, self._page_of(path), self._since)
        self._transcript.same("发出的", len(theirs.records), 0)


def _nearly_done(page: Page) -> bool:
    done, total = _done(page)
    return total > 0 and done >= NEARLY * total


def _all_done(page: Page) -> bool:
    done, total = _done(page)
    return 0 < total == done and any(link.href.endswith("/results") for link in page.links)


def _done(page: Page) -> tuple[int, int]:
    found = DONE.search(page.main)
    return (_number(found.group(1)), _number(found.group(2))) if found else (0, 0)


def _number(text: str | None) -> int:
    return int((text or "0").replace(",", ""))


def _shown(page: Page, end: str) -> int:
    """The number beside the word in the table of results."""
    found = re.search(rf"<td>{end}</td><td class=\"num\">([\d,]+)</td>", page.source)
    return _number(found.group(1)) if found else 0


def _link_in(message: Json, path: str) -> str:
    """Of a card, or written into a text."""
    url = str(message.get("url") or "")
    if url.endswith(path):
        return url
    found = re.search(rf"https?://[^\s\"'<>]+{re.escape(path)}\b", str(message.get("text") or ""))
    return found.group() if found else ""
