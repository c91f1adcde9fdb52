"""The text for the notice board: what may be told, without the names and numbers of people. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.clock import local_day, local_text
from app.meetings.records.content import Content, Facts, Shape, shape_of
from app.meetings.words import word

SOMEBODY = "某同志"
NUMBER = "（已隐去）"
SHORTEST_NAME = 2
TITLES = (
    "书记|委员|主任|经理|部长|处长|科长|班长|组长|队长|厂长|董事长|总监|主席|老师|师傅|医生|工程师|"
    "总经理|总(?![结体数部支书额量经共是计])"
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
"""The hundred commonest: a guest who is on none of our lists is recognised by 同志 after the name."""

_NUMBERS = (
    re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXxＸｘ](?![0-9A-Za-z])"),  # identity number
    re.compile(r"(?<!\d)\d{15}(?!\d)"),  # the old one
    re.compile(r"(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)"),  # bank card
    re.compile(r"(?<!\d)(?:\+?[8８][6６][ -]?)?[1１][3-9３-９]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),  # mobile phone
    re.compile(r"(?<!\d)[0０]\d{2,3}[ -]?\d{7,8}(?!\d)"),  # fixed line
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),  # e-mail address
)
_GUEST = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?同志")
_GAP = r"[\s\u00b7\u2022\u2027\u30fb]*"


@dataclass(frozen=True)
class Redacted:
    """`names`, `numbers`: how many places were changed."""

    text: str
    names: int
    numbers: int


def redact(text: str, names: Iterable[str]) -> Redacted:
    """Every name becomes 某同志, every telephone, identity or card number （已隐去）."""
    numbers = 0
    for pattern in _NUMBERS:
        text, found = pattern.subn(NUMBER, text)
        numbers += found
    hidden = 0
    for pattern, instead in _name_patterns(names):
        text, found = pattern.subn(instead, text)
        hidden += found
    return Redacted(text, hidden, numbers)


def _name_patterns(names: Iterable[str]) -> list[tuple[re.Pattern[str], str]]:
    known = sorted({re.sub(_GAP, "", name) for name in names}, key=lambda one: (-len(one), one))
    whole = [name for name in known if len(name) >= SHORTEST_NAME]
    patterns: list[tuple[re.Pattern[str], str]] = []
    if whole:
        any_name = "|".join(_GAP.join(map(re.escape, name)) for name in whole)
        patterns.append((re.compile(rf"(?:{any_name})(?:{_GAP}同志)?"), SOMEBODY))
        surnames = "".join(sorted({re.escape(name[0]) for name in whole}))
        patterns += [
            (re.compile(rf"(?<![担兼历现新出时原接连提])[{surnames}](?={TITLES})"), "某"),
            (re.compile(rf"(?!小康|小金库)[老小][{surnames}]"), SOMEBODY),
        ]
    return [*patterns, (_GUEST, SOMEBODY)]


def public_text(content: Content, facts: Facts, names: Iterable[str]) -> Redacted:
    """Head, topics, decisions and what is to be done; no discussion, no leave, nobody's name."""
    typed = [one.who for one in content.actions]
    people = [one.name for one in (*facts.on_leave, *facts.absent, *facts.not_counted, *facts.invited)]
    hide = {*names, *people, facts.chair, facts.recorder, *(name for who in typed for name in _several(who))}
    return redact("\n".join(_lines(content, facts)), hide)


def _several(who: str) -> list[str]:
    """张三、李四 as two names; 各党小组 is nobody's name."""
    parts = re.split(r"[、，,;；/\s]+", who)
    return [one for one in parts if SHORTEST_NAME <= len(one) <= 4 and one[0] in SURNAMES]  # noqa: PLR2004 -- as long as names are


def _lines(content: Content, facts: Facts) -> list[str]:
    day = local_day(facts.starts_at)
    place = f"在{facts.place}" if facts.place else ""
    counts = facts.counts
    hosts, kind = "、".join(facts.organizations), word(facts.kind)
    begins = f"{day.year}年{day.month}月{day.day}日{local_text(facts.starts_at, '%H:%M')}"
    came = f"应到党员{counts.expected}人，实到{counts.present}人。"
    lines = [f"{begins}，{hosts}{place}召开{kind}（{facts.title}），{came}"]
    if shape_of(facts.kind) is Shape.RECTIFICATION:
        return lines
    for number, item in enumerate(content.items, start=1):
        lines.append(f"{number}. {item.topic}")
        lines += [f"会议决定：{item.decision}"] if item.decision else []
    lines += ["会后落实："] if content.actions else []
    for number, action in enumerate(content.actions, start=1):
        until = f"（{action.by_when.month}月{action.by_when.day}日前完成）" if action.by_when else ""
        lines.append(f"{number}. {action.what}{until}")
    return lines
