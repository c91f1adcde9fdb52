"""The chapter on study: written, read by three others, published, found in chat, read, asked about, and 学时 given."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final

import chinese_calendar

from app.notices.timing import permitted
from demo.browser import Form, Page
from demo.cast import COLLEAGUES
from demo.desk import Desk
from demo.phones import Phones
from demo.pocket import Pocket
from demo.study_questions import SETS_TITLE

TITLE: Final = "夜班交接要说清的五句话"
WORD: Final = "夜班交接"
BODY: Final = """## 哪五句
- 设备停在哪里，为什么停；
- 票没有办完的，停在哪一步；
- 谁还在现场，几点回来；
- 今天最怕什么；
- 接班的人再说一遍。

说清了再签字，**签了字再走**。"""
WRITTEN: Final = {
    "title": TITLE,
    "summary": "五句话说完再签字，接班的同志复述一遍。",
    "body": BODY,
    "tags": "班组，交接",
    "source_name": "岚岳能源集团党群工作部",
    "rights": "own_work",
    "reach": "everybody",
}
STAGES: Final = (("office", "初审"), ("deputy", "复审"), ("chief", "终审"))
VERSION: Final = re.compile(r"/console/study/versions/\d+")
ITEM: Final = re.compile(r'href="([^"]*/m/study/items/\d+)"')
COLUMN: Final = re.compile(r'<option value="(\d+)">安全生产')
TO_GIVE: Final = re.compile(r"/console/study/hours/meetings/\d+")
SENT: Final = "/console/study/pushes?state=sent"
PUSH_SECONDS: Final = 120
SATURDAY: Final = 5
ANSWERED: Final = re.compile(r"答对 \d+ 题，共 \d+ 题")


class Studying:
    def __init__(self, sheet: dict[str, Any], base_url: str, secretary: Desk, phones: Phones) -> None:
        """`secretary` may be signed in already."""
        transcript = self._transcript = secretary.transcript
        self._phones = phones
        self._reader = Pocket.of(COLLEAGUES[4], phones, transcript, base_url)
        self._writer = Desk(sheet, base_url, transcript, username="writer")
        self._reviewers = [
            (Desk(sheet, base_url, transcript, username=name), stage) for name, stage in STAGES
        ]
        self._secretary = secretary

    def play(self) -> None:
        path = self._writes()
        self._nobody_finds_it_yet()
        for number, (desk, stage) in enumerate(self._reviewers, start=1):
            self._reviews(desk, stage, path, last=number == len(self._reviewers))
        told = self._is_told()
        address = self._finds_it()
        self._transcript.same("卡片打开的网页", told or address, address)
        self._reads(address)
        self._answers_a_quiz()
        self._secretary_gives_hours()
        self._sees_own_hours()

    def _does(self, who: str, what: str) -> None:
        self._transcript.does(who, what)

    def _shows(self, page: Page, *expected: str) -> None:
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)

    def _writes(self) -> str:
        self._does("💻 宣传干事", "写一篇学习内容，存为草稿，提交审核")
        self._writer.sign_in()
        page = self._writer.get("/console/study/items/new?kind=article")
        column = COLUMN.search(page.source)
        if column is None:
            self._transcript.fail("the column 安全生产", page.main)
        page = self._writer.fill_in(page, {**WRITTEN, "column": column.group(1)}, has="title")
        found = VERSION.search(page.url)
        path = found.group() if found else self._transcript.fail("the version's page", page.main)
        page = self._writer.fill_in(page, {}, action="/submit")
        self._shows(page, TITLE, "已提交", "等待初审")
        self._transcript.same("撰稿人自己有审核按钮", page.form(action="/review") is not None, expected=False)
        return path

    def _nobody_finds_it_yet(self) -> None:
        """Items that share a word with it are offered instead, and are said to."""
        said = self._reader.chat.writes(f"学习 {WORD}", "没有")
        self._transcript.same("没有发布的也能找到", TITLE in said, expected=False)

    def _reviews(self, desk: Desk, stage: str, path: str, *, last: bool) -> None:
        self._does(f"💻 {stage}", "核对内容、来源和版权，通过")
        desk.sign_in()
        page = desk.fill_in(desk.get(path), {"verdict": "passed"}, action="/review")
        self._shows(page, "已经发布" if last else f"{stage}通过")

    def _finds_it(self) -> str:
        """The chat answers whatever the day is; a push waits for a working day's hours."""
        self._reader.chat.writes("学习", "可以学的", "看没看过不记录")
        said = self._reader.chat.writes(f"学习 {WORD}", "找到", TITLE)
        found = ITEM.search(said)
        return found.group(1) if found else self._transcript.fail("a link to the item", said)

    def _is_told(self) -> str:
        """A message that leads to the item; on a day of rest and at night none: it is for the next working morning."""
        self._does("💻 支部书记", f"把《{TITLE}》推送给本支部")
        if not self._secretary.signed_in:
            self._secretary.sign_in()
        page = self._secretary.get(f"/console/study/pushes/new?q={WORD}")
        item = next((link.href for link in page.links if TITLE in link.text), "")
        page = self._secretary.fill_in(self._secretary.get(item), {"urgency": "own_push"}, has="item")
        self._shows(page, "已安排推送", TITLE, "晚上和休息日不发")
        self._secretary.wait_for(SENT, lambda page: TITLE in page.main, "the push to be sent", PUSH_SECONDS)
        if _is_working_hour():
            return self._reader.receives(TITLE)
        self._does(f"📱 {self._reader.name}", "今天休息或已是晚上：没有收到推送，到下一个工作日早上再发")
        pushed = [one for one in self._phones.messages(self._reader.chat.openid) if TITLE in str(one)]
        self._transcript.same("收到的学习推送", len(pushed), 0)
        return ""

    def _reads(self, address: str) -> None:
        self._reader.opens("点开这一篇", address, TITLE, "接班的人再说一遍", "来源", "本单位原创")
        self._reader.opens("看“学习”首页", "/m/study", "今日学习", "安全生产")

    def _answers_a_quiz(self) -> None:
        page = self._reader.opens("看“测验和竞赛”", "/m/study/quizzes", SETS_TITLE)
        address = next(link.href for link in page.links if SETS_TITLE in link.text)
        page = self._reader.opens("打开测验", address, "自愿参加", "测验，可以反复练")
        form_at = next((link.href for link in page.links if link.href.endswith("/paper")), "")
        page = self._reader.opens("开始答题", form_at, "交卷")
        page = self._reader.sends(page, "一题不答就交卷：先问一次", self._paper(page), {}, "没有答完")
        page = self._reader.sends(page, "就这样交卷", self._paper(page), {}, "只有您自己看得到", "解析")
        found = ANSWERED.search(page.main)
        self._transcript.sees(found.group() if found else page.main, "答对")

    def _paper(self, page: Page) -> Form:
        return page.form(has="mark") or self._transcript.fail("a paper to hand in", page.main)

    def _secretary_gives_hours(self) -> None:
        self._does("💻 支部书记", "把开过的学习列为集中学习，核对签到名单，确认")
        page = self._secretary.get("/console/study/hours")
        offered = [link.href for link in page.links if TO_GIVE.fullmatch(link.href)]
        if not offered:
            self._transcript.fail("a meeting that may give hours", page.main)
        page = self._secretary.get(offered[-1])  # of the latest the record is still being written
        page = self._secretary.fill_in(
            page, {"topic": f"集体学习：{TITLE}", "unit": "clock", "hours": "1"}, has="topic"
        )
        self._shows(page, "已列为集中学习", "签到", "每人")
        page = self._secretary.fill_in(page, {}, action="/confirm")
        self._shows(page, "确认")

    def _sees_own_hours(self) -> None:
        """Whether this one was there, the list says; that the rule is said, everybody sees."""
        self._reader.opens("看“我的学时”", "/m/study/hours", "已计入", "只有您自己看得到", "签到为准")


def _is_working_hour() -> bool:
    return permitted(datetime.now(UTC), _works)


def _works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year that is not published yet
        return day.weekday() < SATURDAY
