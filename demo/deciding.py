"""The end of the third chapter: the vote, the record, the papers, and what the duty calendar then says."""

import io
import re
import zipfile
from collections.abc import Sequence

from app.core.clock import SHANGHAI, SystemClock
from demo.browser import Filled, Page
from demo.desk import Desk
from demo.pocket import Pocket

VOTE_PATH = re.compile(r"/console/meetings/votes/(\d+)")
HERE = re.compile(r"有表决权 (\d+) 人，实到 (\d+) 人")
NAME = re.compile(r"/console/members/\d+")
NOBODY = "苗向阳"
MINUTES: Filled = {
    "topic": ["讨论预备党员转正", "研究冬季保供分工"],
    "report": ["介绍人、党小组、支委会分别介绍情况。", "值长通报负荷预测和缺员情况。"],
    "discussion": ["肯定其工作和学习；希望多到班组听意见。", "对夜班巡检频次有两种意见，都作了记录。"],
    "decision": ["票决通过，按期转为正式党员，报上级党委审批。", "夜班巡检每两小时一次，先试行一个月。"],
    "task": "把试行情况向支委会报告",
    "who": "组织委员",
    "act": "save",
}
HEADS = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK"}


class Deciding:
    def __init__(self, desk: Desk, path: str, tellers: Sequence[Pocket]) -> None:
        self._desk = desk
        self._path = path
        self._tellers = tellers
        self._transcript = desk.transcript

    def play(self) -> None:
        self._vote()
        self._write_down()
        self._take_ledger()
        self._look_at_duties()

    def _does(self, what: str) -> None:
        self._transcript.does("💻 支部书记", what)

    def _reads(self, page: Page, *expected: str) -> None:
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)

    def _vote(self) -> None:
        name = self._probationary()
        self._does(f"开一次票决：{name}同志转正，两位监票人")
        page = self._desk.get(f"{self._path}/votes/new?matter=conversion")
        self._reads(page, "无记名投票", "细则")
        tellers = {
            f"teller_{number}": self._id_of(page, one.name)
            for number, one in enumerate(self._tellers, start=1)
        }
        page = self._desk.fill_in(page, {"subject": f"{name}（按期转正）"} | tellers, has="subject")
        path = VOTE_PATH.search(page.url)
        if path is None:
            self._transcript.fail("the vote's page", page.url)
        self._count(page)
        for teller in self._tellers:
            self._confirm(teller, f"/m/votes/{path.group(1)}")
        self._does("两位监票人都确认后，看结果")
        page = self._desk.get(path.group())
        self._reads(page, "通过", "两位监票人已确认", "依据")
        self._reads(self._desk.get(f"{path.group()}/paper"), "表决结果（决议）", "监票人")

    def _probationary(self) -> str:
        page = self._desk.get("/console/members?kind=probationary")
        return next((link.text.strip() for link in page.links if NAME.fullmatch(link.href)), NOBODY)

    def _id_of(self, page: Page, name: str) -> str:
        found = re.search(rf'<option value="(\d+)"[^>]*>{re.escape(name)}\b', page.source)
        return found.group(1) if found else self._transcript.fail(f"{name} among those of 应到", page.text)

    def _count(self, page: Page) -> None:
        found = HERE.search(page.main)
        if found is None:
            self._transcript.fail("how many voters are here", page.main)
        voters, here = map(int, found.groups())
        self._does(f"录入计票（应到会有表决权 {voters} 人，实到 {here} 人），先把发出的票多写了一张")
        counted = {"issued": here, "returned": here, "in_favour": here - 1, "against": 0, "abstained": 1}
        typed = {key: str(value) for key, value in counted.items()} | {"spoiled": "0"}
        self._reads(
            self._slip(page, typed | {"issued": str(here + 1)}),
            "没有保存",
            "发出的票比实到会有表决权的人还多",
        )
        self._does("照监票人点的数重新录入")
        page = self._desk.fill_in(page, typed, action="/count")
        self._reads(page, "计票已录入", "等监票人确认后才算数")

    def _slip(self, page: Page, typed: dict[str, str]) -> Page:
        form = page.form(action="/count")
        if form is None:
            self._transcript.fail("the form of the count", page.text)
        return self._desk.submit(page, form, typed)

    def _confirm(self, teller: Pocket, address: str) -> None:
        page = teller.opens("打开监票人页面，核对点票的数字", address, "实到会有表决权", "确认无误")
        teller.taps(page, "点“确认无误”", page.form(action="/confirm"), "您已确认")

    def _write_down(self) -> None:
        self._does("写会议记录")
        page = self._desk.fill_in(self._desk.get(f"{self._path}/record/edit"), MINUTES, has="topic")
        self._reads(page, "已保存。请看一遍，没有问题就定稿。", "草稿")
        self._does("定稿")
        page = self._desk.fill_in(page, {}, action="/record/close")
        self._reads(page, "已定稿，编号", "请打印后由主持人和记录人签字")
        for format_, head in HEADS.items():
            self._does(f"下载会议记录（{format_}）")
            given = {"kind": "record", "format": format_}
            self._take(self._desk.get(f"{self._path}/record"), given, "/papers", head)

    def _take(self, page: Page, given: dict[str, str], action: str, head: bytes) -> bytes:
        form = page.form(action=action)
        if form is None:
            self._transcript.fail(f"a download on {page.url}", page.text)
        content = self._desk.submit(page, form, given).content
        self._transcript.same(f"文件有 {len(content):,} 字节，以它的格式开头", content[: len(head)], head)
        return content

    def _take_ledger(self) -> None:
        self._does("下载全年台账，打开压缩包")
        page = self._desk.get("/console/meetings/ledger")
        self._reads(page, "年台账", "下载全年台账")
        content = self._take(page, {}, "/meetings/ledger", b"PK")
        with zipfile.ZipFile(io.BytesIO(content)) as ledger:
            self._transcript.same("压缩包里损坏的文件", ledger.testzip(), None)
            names = ledger.namelist()
        shown = "\n".join((*names[:4], f"……共 {len(names)} 个文件"))
        self._transcript.sees(shown, "共")
        for wanted in ("目录", "自查", "职责"):
            self._transcript.same(f"有{wanted}", any(wanted in one for one in names), expected=True)

    def _look_at_duties(self) -> None:
        self._does("看职责日历：本季度的党员大会")
        today = SystemClock().now().astimezone(SHANGHAI)
        period = f"period={today.year}-Q{(today.month + 2) // 3}"
        page = self._desk.get("/console/meetings/duties")
        mine = (one.href for one in page.links if "duty=member_meeting" in one.href and period in one.href)
        page = self._desk.get(next(mine, None) or self._transcript.fail("this quarter's 党员大会", page.main))
        self._reads(page, "支部党员大会 已开展", "看会议", "条例")
