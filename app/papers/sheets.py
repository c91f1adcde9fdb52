"""Reading what the papers of one meeting say."""

from collections.abc import Sequence
from typing import Any

from app.core.clock import local_day, local_text
from app.core.db import Session
from app.meetings import queries as meetings
from app.meetings.models import Meeting, Standing
from app.meetings.records import facts as taking
from app.meetings.records import queries as records
from app.meetings.records.content import Content, Facts, Item, Named, Shape, from_json, shape_of
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.meetings.states import LeaveState
from app.meetings.words import word
from app.organizations.scope import Scope
from app.papers.paper import Paper, Words, day, file_name, numeral, span

SIGNED_COPY = "本页由“智支部”打印。主持人、记录人签字的纸质件为正本，请归档保存。"
TASKS = {Shape.FULL: "落实事项", Shape.RESULTS: "落实事项", Shape.RECTIFICATION: "整改事项"}


def record(session: Session, meeting: Meeting, *, draft: bool = False, names: bool = True) -> Paper:
    """会议记录: the version that stands. `draft`: the latest one, closed or not.

    Without `names`, for a partner of a joint meeting, who was away is only counted.
    """
    kept = records.versions(session, meeting.id)
    stands = [one for one in kept if draft or one.state is RecordState.CLOSED]
    shown = next(iter(stands or kept), None)
    content = from_json(shown.content) if shown else Content()
    facts = content.facts or taking.take(session, meeting)
    words = {
        **head(meeting, facts),
        **_body(content, shape_of(facts.kind)),
        **_people(facts, told=names and shape_of(facts.kind) is not Shape.RECTIFICATION),
        "表决": [{"事项": one.name, "结果": one.why} for one in facts.votes],
        **_history(shown, [one for one in kept if shown and one.version <= shown.version]),
    }
    return Paper("record", file_name(f"{local_day(facts.starts_at)} {facts.title} 会议记录"), words)


def head(meeting: Meeting, facts: Facts) -> Words:
    """What stands at the top of every paper of a meeting."""
    counts = facts.counts
    number = f"{meeting.record_year}年第{meeting.record_number}号" if meeting.record_number else "未编号"
    return {
        "党组织": facts.organizations[0],
        "参加组织": "、".join(facts.organizations[1:]),
        "会议类型": word(facts.kind),
        "会议名称": facts.title,
        "编号": number,
        "日期": day(local_day(facts.starts_at)),
        "时间": span(facts.starts_at, facts.ends_at),
        "地点": facts.place,
        "主持人": facts.chair,
        "记录人": facts.recorder,
        "补录": facts.late_reason,
        "应到": counts.expected,
        "实到": counts.present,
        "应到有表决权": counts.voting_expected,
        "实到有表决权": counts.voting_present,
        "请假": counts.on_leave,
        "缺席": counts.absent,
        "列席": counts.invited,
        "不计应到": counts.not_counted,
        "补课": counts.made_up,
        "说明": SIGNED_COPY,
    }


def _body(content: Content, shape: Shape) -> Words:
    actions = [
        {
            "序号": number,
            "事项": one.what,
            "责任人": one.who,
            "期限": day(one.by_when) if one.by_when else "",
        }
        for number, one in enumerate(content.actions, start=1)
    ]
    return {
        "只记结果": shape is Shape.RESULTS,
        "不记发言": shape is Shape.RECTIFICATION,
        "议题": [_item(number, one) for number, one in enumerate(content.items, start=1)],
        "落实标题": TASKS[shape],
        "落实": actions,
        "附件": content.attachments,
    }


def _item(number: int, item: Item) -> Words:
    return {
        "序号": numeral(number),
        "题目": item.topic or "（未写题目）",
        "汇报": item.report,
        "讨论": item.discussion,
        "决定": item.decision,
    }


def _people(facts: Facts, *, told: bool) -> Words:
    """Names, and the agenda; of criticism and self-criticism only that so many were there."""
    return {
        "议程": facts.agenda if shape_of(facts.kind) is not Shape.RECTIFICATION else "",
        "请假名单": _named(facts.on_leave) if told else "",
        "缺席名单": _named(facts.absent) if told else "",
        "列席名单": _named(facts.invited) if told else "",
        "不计应到名单": _named(facts.not_counted) if told else "",
    }


def _named(people: Sequence[Named]) -> str:
    return "、".join(f"{one.name}（{one.why}）" if one.why else one.name for one in people)


def _history(shown: Record | None, versions: Sequence[Record]) -> Words:
    """Of what state it is, and by which amendments it came to it."""
    closed = shown is not None and shown.state is RecordState.CLOSED
    amended = [one for one in reversed(versions) if one.version > 1]
    return {
        "草稿": not closed,
        "版本": shown.version if shown else 0,
        "定稿": f"{shown.closed_by}，{day(local_day(shown.closed_at))}" if shown and shown.closed_at else "",
        "修订": [
            {
                "版本": one.version,
                "日期": day(local_day(one.edited_at)),
                "修订人": one.edited_by,
                "原因": one.reason,
            }
            for one in amended
        ],
    }


def attendance(session: Session, meeting: Meeting, *, within: Scope | None = None) -> Paper:
    """签到表. `within`: of a joint meeting, the people of one of its organisations alone."""
    found = meetings.attendance(session, meeting, within=within)
    facts = taking.take(session, meeting)
    several = len({row.organization_id for row in found.rows}) > 1
    rows = [_person(number, row) for number, row in enumerate(found.rows, start=1)]
    words = {**head(meeting, facts), "多组织": several, "名单": rows, "只列本组织": within is not None}
    return Paper("attendance", file_name(f"{local_day(facts.starts_at)} {facts.title} 签到表"), words)


def _person(number: int, row: Any) -> Words:
    return {
        "序号": number,
        "姓名": row.name,
        "组织": row.organization_name,
        "身份": word(row.standing),
        "情况": _presence(row),
        "签到时间": local_text(row.checked_in_at, "%H:%M") if row.checked_in_at else "",
        "方式": word(row.way) if row.way else "",
        "备注": _remark(row),
    }


def _presence(row: Any) -> str:
    if row.checked_in_at:
        return "列席" if row.standing is Standing.INVITED else "到会"
    if row.standing in (Standing.NOT_COUNTED, Standing.INVITED):
        return "不计应到" if row.standing is Standing.NOT_COUNTED else "未到"
    if row.leave_state is LeaveState.GRANTED:
        return f"请假（{word(row.leave_kind)}）"
    return "缺席"


def _remark(row: Any) -> str:
    """补课 beside whoever was away, and by which paper somebody is not counted."""
    made_up = f"{day(row.made_up_on)}已补课" if row.made_up_on and not row.checked_in_at else ""
    approved = f"{word(row.ground)}，{row.approval_no}" if row.ground else ""
    return "；".join(one for one in (approved, made_up) if one)


def public(meeting: Meeting, facts: Facts, text: str) -> Paper:
    """公开稿: as its secretary has looked through it."""
    paragraphs = [line for line in text.split("\n") if line.strip()]
    words = {**head(meeting, facts), "段落": paragraphs}
    return Paper("public", file_name(f"{local_day(facts.starts_at)} {facts.title} 公开稿"), words)
