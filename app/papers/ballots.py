"""表决结果: the count sheets of a meeting, one to a page."""

from app.core.clock import local_day, local_text
from app.core.db import Session
from app.meetings.models import Meeting
from app.meetings.votes import queries as votes
from app.meetings.votes.models import Candidate, Method, Vote
from app.meetings.votes.rules import ElectionResult
from app.meetings.votes.sheets import Sheet, TellerLine
from app.meetings.votes.states import VoteState
from app.meetings.words import word
from app.papers.paper import Paper, Words, day, file_name, span

EXACT_HALF = "有表决权的到会人数正好是应到会人数的一半，按通常理解符合要求，请会议主持人确认。"


def paper(session: Session, meeting: Meeting) -> Paper | None:
    """None where nothing was put to the vote."""
    found = votes.sheets(session, meeting.id)
    if not found:
        return None
    words = {
        "党组织": found[0].organization_name,
        "会议名称": meeting.title,
        "时间": span(meeting.starts_at, meeting.ends_at),
        "地点": meeting.place,
        "表决": [_sheet(one) for one in found],
    }
    return Paper("votes", file_name(f"{local_day(meeting.starts_at)} {meeting.title} 表决结果"), words)


def _sheet(sheet: Sheet) -> Words:
    vote, result = sheet.vote, sheet.result
    return {
        "序号": vote.number,
        "事项": sheet.title,
        "方式": word(vote.method),
        "作废": (vote.void_reason or "未写原因") if vote.state is VoteState.VOID else "",
        "计数": _counts(vote, ballots=vote.method is Method.BALLOT, election=sheet.is_election),
        "候选人": [_candidate(one, result) for one in sheet.candidates],
        "到会要求": result.quorum.clause if result else "",
        "到会达标": result.quorum.met if result else False,
        "正好一半": EXACT_HALF if result and result.quorum.exact_half else "",
        "通过要求": result.clause if result else "",
        "通过票数": result.enough if result else "",
        "结果": word(sheet.verdict) if sheet.verdict else "已作废",
        "有效": sheet.decided,
        "监票": [_teller(one) for one in sheet.tellers],
        "计票时间": local_text(vote.counted_at) if vote.counted_at else "",
    }


def _counts(vote: Vote, *, ballots: bool, election: bool) -> list[tuple[str, int | None]]:
    rows: list[tuple[str, int | None]] = [
        ("应到会有表决权人数", vote.due_voting),
        ("实到会有表决权人数", vote.present_voting),
    ]
    if ballots:
        rows += [("发出票数", vote.issued), ("收回票数", vote.returned), ("废票", vote.spoiled)]
    if election:
        rows += [("应选名额", vote.seats)]
    else:
        rows += [("赞成", vote.in_favour), ("反对", vote.against), ("弃权", vote.abstained)]
    written = vote.written_in_favour, vote.written_against, vote.written_abstained
    if any(written):
        rows += list(zip(("书面意见赞成", "书面意见反对", "书面意见弃权"), written, strict=True))
    return rows


def _candidate(one: Candidate, result: object) -> Words:
    elected = isinstance(result, ElectionResult) and one.name in result.elected
    tied = isinstance(result, ElectionResult) and one.name in result.tied
    outcome = "当选" if elected else "票数相等，须再次投票" if tied else "未当选"
    return {"姓名": one.name, "票数": one.in_favour, "结果": outcome, "另选": one.written_in}


def _teller(one: TellerLine) -> Words:
    signed = "纸质签字" if one.paper_reason is not None else "手机确认"
    at = (
        f"{day(local_day(one.confirmed_at))} {local_text(one.confirmed_at, '%H:%M')}"
        if one.confirmed_at
        else ""
    )
    return {"姓名": one.name, "确认": f"{at} {signed}" if at else "未确认"}
