"""Reading what the lists of a quarter and a year say: counts and states, nobody's name."""

from collections.abc import Sequence

from app.core.clock import local_day, local_text
from app.core.db import Session
from app.meetings.periods import Period
from app.meetings.plans.models import Frequency
from app.meetings.records.quarter import Line, lines
from app.meetings.records.states import RecordState
from app.meetings.words import word
from app.organizations.models import Organization
from app.papers.paper import Paper, Words, day, file_name

NUMERALS = "一二三四"


def quarter(session: Session, organization: Organization, period: Period) -> Paper:
    """季度一览表."""
    found = lines(session, organization, first=period.first, last=period.last)
    return of_lines(organization, period, found)


def of_lines(organization: Organization, period: Period, found: Sequence[Line]) -> Paper:
    held = [one for one in found if one.cancel_reason is None]
    title = title_of(period)
    words = {
        "党组织": organization.name,
        "标题": title,
        "会议": [row(number, one) for number, one in enumerate(found, start=1)],
        "召开": len(held),
        "已定稿": sum(one.closed for one in held),
        "未定稿": sum(not one.closed for one in held),
        "补录数": sum(bool(one.late_reason) for one in held),
    }
    return Paper("quarter", file_name(f"{organization.short_name} {title}会议一览表"), words)


def title_of(period: Period) -> str:
    if period.frequency is Frequency.YEARLY:
        return f"{period.first.year}年"
    return f"{period.first.year}年第{NUMERALS[(period.first.month - 1) // 3]}季度"


def row(number: int, line: Line) -> Words:
    return {
        "序号": number,
        "编号": f"{line.number}号" if line.number and not line.host else "",
        "类型": word(line.kind),
        "名称": line.title,
        "日期": day(local_day(line.starts_at)),
        "时间": f"{local_text(line.starts_at, '%H:%M')}—{local_text(line.ends_at, '%H:%M')}",
        "地点": line.place,
        "应到": line.expected,
        "实到": line.present,
        "补课": line.made_up,
        "记录": state(line),
        "备注": remark(line),
    }


def state(line: Line) -> str:
    if line.cancel_reason is not None:
        return "已取消"
    if not line.closed:
        return "草稿" if line.state else "未写"
    if line.state is RecordState.DRAFT:
        return "已定稿，修订中"
    return "已定稿" if line.version == 1 else f"已定稿（第{line.version}版）"


def remark(line: Line) -> str:
    parts = [
        f"补录：{line.late_reason}" if line.late_reason else "",
        f"取消原因：{line.cancel_reason}" if line.cancel_reason else "",
        f"{line.host}主办" if line.host else "",
    ]
    return "；".join(part for part in parts if part)
