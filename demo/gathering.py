"""The third chapter: one meeting, from its announcement until everybody who came is counted and the rest explained."""

import re
from typing import Any

from demo import camera
from demo.browser import Form, Page
from demo.cast import COLLEAGUES, STAFF
from demo.deciding import Deciding
from demo.desk import Candidate, Desk
from demo.hours import at_once, pushes_go_out, soon
from demo.phones import Phones
from demo.plot import KEPT_AT, Phone
from demo.pocket import Pocket
from demo.transcript import Transcript

PLACE = "二楼党员活动室"
AGENDA = "1. 讨论预备党员转正\n2. 研究冬季保供分工"
REASON = "夜班，已和班长说好"
LEAVE_KIND = "4"
ANSWER = "同意，会后补课"
ON_PAPER = 24
MOVED = re.compile(r"已改为 .{1,80}?继续有效。")
SCREEN_SECONDS = 60
MEETING_PATH = re.compile(r"/console/meetings/\d+")
COUNTS = re.compile(r"应到 (\d+) 人，实到 (\d+) 人；有表决权的应到 (\d+) 人，实到 (\d+) 人")
DIGITS = re.compile(r"\b(\d{3}) (\d{3})\b")
SHORT = re.compile(r"有表决权的已到 \d+ 人，至少要 \d+ 人，还差 \d+ 人才能表决。")
ENOUGH = re.compile(r"有表决权的已到 \d+ 人，达到法定人数（至少 \d+ 人），可以表决。")


class Gathering:
    def __init__(self, sheet: dict[str, Any], base_url: str, desk: Desk, phones: Phones) -> None:
        self._sheet = sheet
        self._base_url = base_url
        self._desk = desk
        self._phones = phones
        self._transcript: Transcript = desk.transcript
        self._title = ""
        self._path = ""
        first, second, third, fourth = (self._pocket(one) for one in COLLEAGUES[:4])
        self._by_code, self._by_link, self._by_digits, self._away = first, second, third, fourth

    def play(self) -> None:
        self._convene()
        self._is_told(self._by_code)
        self._asks_for_leave(self._away)
        page = self._open_screen()
        self._sign_in_three_ways(page)
        self._signs_in_before_binding()
        self._refuse()
        self._keep_the_list()
        self._begin_earlier()
        tellers = self._by_code, self._by_link
        Deciding(self._desk, self._path, tellers).play()

    def _pocket(self, guest: Any) -> Pocket:
        return Pocket.of(guest, self._phones, self._transcript, self._base_url)

    def _does(self, what: str) -> None:
        self._transcript.does("💻 支部书记", what)

    def _reads(self, page: Page, *expected: str) -> None:
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)

    def _finds(self, page: Page, pattern: re.Pattern[str], expected: str) -> None:
        found = pattern.search(page.main)
        self._transcript.sees(found.group() if found else page.main, expected)

    def _convene(self) -> None:
        if not self._desk.signed_in:
            self._does("登录控制台（密码＋动态口令）")
            self._desk.sign_in()
        hours = soon()
        self._title = f"支部党员大会（{hours.starts:%H:%M}开始）"
        self._does(f"新建会议：{self._title}")
        page = self._desk.get("/console/meetings/new?kind=member_meeting")
        self._reads(page, "应到", "条例")
        typed = {"title": self._title, "place": PLACE, "agenda": AGENDA} | hours.fields()
        page = self._desk.fill_in(page, typed, has="title")
        found = MEETING_PATH.search(page.url)
        if found is None:
            self._transcript.fail("the meeting's page", page.url)
        self._path = found.group()
        self._reads(page, "会议已建好", "将通知", self._title)

    def _is_told(self, person: Pocket) -> None:
        """At night and on days of rest nobody's phone rings: the notice stands in the list."""
        if pushes_go_out():
            address = person.receives(self._title, PLACE)
            person.opens("点开通知", address, self._title, "请您准时参加")
        person.chat.writes("我的会议", self._title)

    def _asks_for_leave(self, person: Pocket) -> None:
        reply = person.chat.writes("请假")
        if self._title in reply:
            reply = person.chat.writes(self._number_of(reply), "请的是哪种假")
        person.chat.writes(LEAVE_KIND, "原因")
        person.chat.writes(REASON, "请假已提交", self._title)
        self._does("看待答复的请假，准假")
        page = self._desk.get("/console/meetings/leaves")
        self._reads(page, person.name, REASON)
        answered = self._desk.fill_in(page, {"answer": ANSWER, "granted": "yes"}, action=self._answer(page))
        self._reads(answered, "已准假")
        if pushes_go_out():
            person.receives(f"【已准假】{self._title}", ANSWER)
        person.opens("点开这次会议", self._page, self._title, "支部已准假", "仍计入应到", ANSWER)

    def _number_of(self, reply: str) -> str:
        line = next(line for line in reply.splitlines() if self._title in line)
        return line.split(".", 1)[0]

    def _answer(self, page: Page) -> str:
        """The one form of this meeting among all that wait."""
        mine = f"{self._path}/leaves/"
        found = next((one.action for one in page.forms if one.action.startswith(mine)), None)
        return found or self._transcript.fail("the leave to answer", page.text)

    @property
    def _page(self) -> str:
        return f"/m{self._path.removeprefix('/console')}"

    def _open_screen(self) -> Page:
        self._does("在会场打开签到屏")
        page = self._desk.open_screen(self._path, SCREEN_SECONDS)
        self._reads(page, self._title, "人已签到")
        return page

    def _sign_in_three_ways(self, screen: Page) -> None:
        """WeChat's own code, the link that changes, and the digits: all the same."""
        code = camera.read(self._picture(screen, "code.svg").source)
        self._by_code.chat.act("扫大屏上的微信码", "scan", "签到成功", self._title, url=code)
        changing = self._desk.get(f"{self._path}/screen?by=link")
        link = camera.read(self._picture(changing, "link.svg").source)
        page = self._by_link.opens("扫大屏上定时更换的链接码", link, "您扫码的时间")
        self._by_link.taps(page, "自动提交", page.form(has="scan"), "签到成功", self._title)
        digits = DIGITS.search(screen.main)
        if digits is None:
            self._transcript.fail("six digits on the screen", screen.main)
        self._by_digits.chat.writes("".join(digits.groups()), "签到成功", self._title)
        self._transcript.same("实到人数", self._desk.present(self._path), 3)
        self._by_code.chat.act("又扫一次", "scan", "您已签到", "不用重复签", url=code)
        page = self._by_link.opens("用前一刻转发来的、改动过的链接", f"{link}x", "这个码不能签到")
        self._transcript.same("实到人数", self._desk.present(self._path), 3)

    def _picture(self, screen: Page, name: str) -> Page:
        address = next((image for image in screen.images if name in image), None)
        return self._desk.get(address or self._transcript.fail(f"{name} on the screen", screen.text))

    def _signs_in_before_binding(self) -> None:
        found = self._desk.fresh_people(self._path, self._sheet["binding"]["name"])
        if not found:
            self._transcript.fail("somebody who is not bound", "nobody")
        person = found[0]
        self._does(f"给{person.name}发一次性绑定码")
        code = self._desk.code_for(person)
        self._transcript.sees(code, code)
        self._scan_then_bind(person, code)

    def _scan_then_bind(self, person: Candidate, code: str) -> None:
        phone = Phone(person.name, self._phones.new_person(person.name), self._phones, self._transcript)
        scene = camera.read(self._picture(self._desk.get(f"{self._path}/screen"), "code.svg").source)
        reply = phone.act("没有关注，直接扫会场的码", "scan", "已记下您", "绑定", url=scene)
        kept = KEPT_AT.search(reply)
        before = self._desk.present(self._path)
        phone.writes(person.name, "绑定码")
        phone.writes(code, "绑定成功", "已计入签到")
        self._transcript.same("实到人数", self._desk.present(self._path), before + 1)
        at = self._desk.signed_in_at(self._path, person.name)
        self._transcript.same("签到时间", at, kept.group(1) if kept else "")

    def _refuse(self) -> None:
        """Whoever is not counted is told why, and the recorder sees it."""
        code = camera.read(self._picture(self._desk.get(f"{self._path}/screen"), "code.svg").source)
        self._away.chat.act("请了假，路过会场扫了一下", "scan", "您请过假", "到会", url=code)
        guest = self._pocket(STAFF)
        guest.chat.act("不是党员，来听会，扫码", "scan", "应到名单里没有您", "列席", url=code)
        guest.chat.writes("列席", "已告诉会议记录人")
        guest.chat.writes("999999", "没有找到这个签到码")
        self._does("看“没有签上的”：谁、为什么、怎么办")
        page = self._desk.get(self._path)
        self._reads(page, "没有签上的", guest.name, self._away.name)
        page = self._desk.fill_in(page, {}, action="/admit", has="standing")
        self._reads(page, "列席，不计入应到")
        guest.opens("看自己这次会议", self._page, "您已签到")

    def _keep_the_list(self) -> None:
        """Who signed on paper is ticked off; the other shift stays away, and one is on leave."""
        page = self._desk.get(self._path)
        expected, *_ = self._counts(page)
        self._finds(page, SHORT, "还差")
        self._does("照纸质签到表，给没带手机的同志补签")
        open_ = [one.fields["member"] for one in page.forms if one.action.endswith("/check-in")]
        away = self._ids_of_absent(page, open_)
        for member in dict.fromkeys(one for one in open_ if one not in away):
            page = self._desk.submit(page, self._tick(page, member))
        self._finds(page, ENOUGH, "可以表决")
        self._transcript.same("实到", self._counts(page)[1], expected - len(away))
        self._transcript.same("大屏上的实到", self._desk.present(self._path), expected - len(away))

    def _tick(self, page: Page, member: str) -> Form:
        found = (one for one in page.forms if one.action.endswith("/check-in"))
        return next(one for one in found if one.fields["member"] == member)

    def _ids_of_absent(self, page: Page, open_: list[str]) -> set[str]:
        """The one on leave, and whoever stands behind those who signed on paper."""
        on_leave = re.search(rf"/people/(\d+)\"[^>]*>{self._away.name}<", page.source)
        return {on_leave.group(1) if on_leave else "", *open_[ON_PAPER:]}

    def _counts(self, page: Page) -> tuple[int, ...]:
        found = COUNTS.search(page.main)
        if found is None:
            self._transcript.fail("应到 and 实到", page.main)
        return tuple(map(int, found.groups()))

    def _begin_earlier(self) -> None:
        self._does("人到齐了，改为现在开始；签到照样有效")
        page = self._desk.get(self._path)
        before = self._counts(page)
        page = self._desk.fill_in(page, at_once().fields() | {"place": PLACE}, action="/move")
        self._finds(page, MOVED, "将通知")
        self._transcript.same("改期前后的人数", self._counts(page), before)
