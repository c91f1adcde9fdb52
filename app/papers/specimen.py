"""Invented papers: what a form may say, and what a new form is tried on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.meetings.records.models import PaperKind
from app.papers.blank import MEETINGS, PEOPLE
from app.papers.paper import Words
from app.papers.sheets import SIGNED_COPY

HEAD: Words = {
    "党组织": "第一党支部",
    "参加组织": "第二党支部",
    "会议类型": "支部党员大会",
    "会议名称": "第一季度支部党员大会",
    "编号": "2026年第1号",
    "日期": "2026年3月2日",
    "时间": "2026年3月2日（周一）09:00—11:00",
    "地点": "三楼会议室",
    "主持人": "赵一",
    "记录人": "钱二",
    "补录": "当天停电",
    "应到": 12,
    "实到": 10,
    "应到有表决权": 11,
    "实到有表决权": 9,
    "请假": 1,
    "缺席": 1,
    "列席": 1,
    "不计应到": 1,
    "补课": 1,
    "说明": SIGNED_COPY,
}
RECORD: Words = {
    **HEAD,
    "草稿": False,
    "只记结果": False,
    "不记发言": False,
    "议程": "一、学习\n二、讨论",
    "请假名单": "孙三（病假）",
    "缺席名单": "李四",
    "列席名单": "周五",
    "不计应到名单": "吴六（患病不能表达意志，示例〔2026〕1号）",
    "议题": [
        {"序号": one, "题目": "学习", "汇报": "汇报", "讨论": "讨论", "决定": "决定"} for one in "一二三"
    ],
    "落实标题": "落实事项",
    "落实": [{"序号": one, "事项": "事项", "责任人": "王七", "期限": "2026年3月20日"} for one in (1, 2)],
    "表决": [{"事项": "一般事项：示例", "结果": "通过"}],
    "附件": "签到表",
    "版本": 2,
    "定稿": "钱二，2026年3月3日",
    "修订": [{"版本": 2, "日期": "2026年3月5日", "修订人": "钱二", "原因": "补充"}],
}
PERSON = dict.fromkeys(PEOPLE, "示例") | {"序号": 1}
MEETING = dict.fromkeys(MEETINGS, "示例") | {"序号": 1, "应到": 12, "实到": 10, "补课": 1}
PAPERS: Mapping[PaperKind, Words] = {
    PaperKind.RECORD: RECORD,
    PaperKind.ATTENDANCE: {**HEAD, "多组织": True, "只列本组织": True, "名单": [PERSON, PERSON]},
    PaperKind.PUBLIC: {**HEAD, "段落": ["第一段", "第二段"]},
    PaperKind.QUARTER: {
        "党组织": "第一党支部",
        "标题": "2026年第一季度",
        "召开": 2,
        "已定稿": 1,
        "未定稿": 1,
        "补录数": 0,
        "会议": [MEETING, MEETING],
    },
}


@dataclass(frozen=True)
class Known:
    """`reached`: every word, and every word of a row as 议题.题目."""

    reached: frozenset[str]
    lists: frozenset[str]


@cache
def words(kind: PaperKind) -> Known:
    told = PAPERS[kind]
    lists = {name: value for name, value in told.items() if isinstance(value, list)}
    of_rows = {
        f"{name}.{key}"
        for name, rows in lists.items()
        for row in rows
        if isinstance(row, dict)
        for key in row
    }
    return Known(frozenset({*told, *of_rows}), frozenset(lists))


def of(kind: PaperKind) -> list[Words]:
    """A full one, and one with nothing in it."""
    full = PAPERS[kind]
    return [full, {name: _nothing(value) for name, value in full.items()}]


def _nothing(value: Any) -> Any:
    return [] if isinstance(value, list) else type(value)()


def listed(kind: PaperKind) -> list[str]:
    """For whoever writes a form: 会议名称, and 议题（序号、题目、…） for what is repeated."""
    told = []
    for name, value in PAPERS[kind].items():
        row = value[0] if isinstance(value, list) and value else None
        told.append(f"{name}（{'、'.join(row)}）" if isinstance(row, dict) else name)
    return told
