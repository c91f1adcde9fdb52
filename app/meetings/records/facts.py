"""Taking down the head of a record and who was there, when it is closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.db import Session
from app.meetings import queries as meetings
from app.meetings.models import Meeting, Standing
from app.meetings.records.content import Counts, Facts, Named
from app.meetings.states import LeaveState
from app.meetings.votes import queries as votes
from app.meetings.votes.models import Method
from app.meetings.votes.sheets import Sheet
from app.meetings.votes.states import VoteState
from app.meetings.words import word
from app.organizations import queries as organizations


@dataclass
class _People:
    on_leave: list[Named] = field(default_factory=list)
    absent: list[Named] = field(default_factory=list)
    not_counted: list[Named] = field(default_factory=list)
    invited: list[Named] = field(default_factory=list)


def take(session: Session, meeting: Meeting) -> Facts:
    """As they are now."""
    host = organizations.by_id(session, meeting.organization_id)
    found = meetings.attendance(session, meeting)
    people = _people(found.rows)
    return Facts(
        organizations=tuple(one.name for one in [host, *meetings.partners(session, meeting.id)] if one),
        kind=meeting.kind,
        title=meeting.title,
        place=meeting.place,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        chair=meeting.chair,
        recorder=meeting.recorder,
        agenda=meeting.agenda,
        late_reason=meeting.late_reason or "",
        counts=_counts(found.tally),
        on_leave=tuple(people.on_leave),
        absent=tuple(people.absent),
        not_counted=tuple(people.not_counted),
        invited=tuple(people.invited),
        votes=tuple(Named(sheet.title, outcome(sheet)) for sheet in votes.sheets(session, meeting.id)),
    )


def _counts(tally: meetings.Tally) -> Counts:
    return Counts(
        expected=tally.expected,
        present=tally.present,
        voting_expected=tally.voting_expected,
        voting_present=tally.voting_present,
        on_leave=tally.on_leave,
        absent=tally.absent,
        not_counted=tally.not_counted,
        invited=tally.invited_present,
        made_up=tally.made_up,
    )


def _people(rows: Sequence[Any]) -> _People:
    people = _People()
    for row in rows:
        if row.standing is Standing.NOT_COUNTED:
            people.not_counted.append(Named(row.name, f"{word(row.ground)}，{row.approval_no}"))
        elif row.standing is Standing.INVITED:
            people.invited += [Named(row.name)] if row.checked_in_at else []
        elif row.checked_in_at is None:
            away = people.on_leave if row.leave_state is LeaveState.GRANTED else people.absent
            away.append(Named(row.name, word(row.leave_kind) if away is people.on_leave else ""))
    return people


def outcome(sheet: Sheet) -> str:
    """The counts of a sheet that is over, in one line; nobody's name but those who were elected."""
    vote = sheet.vote
    if vote.state is VoteState.VOID or sheet.verdict is None:
        return f"已作废（{vote.void_reason}）" if vote.void_reason else "已作废"
    parts = [f"应到会有表决权{vote.due_voting}人，实到{vote.present_voting}人"]
    if vote.method is Method.BALLOT:
        parts.append(f"发出选票{vote.issued}张，收回{vote.returned}张，废票{vote.spoiled}张")
    if sheet.is_election:
        parts += [f"{one.name}{one.in_favour}票" for one in sheet.candidates]
    else:
        parts.append(f"赞成{vote.in_favour}，反对{vote.against}，弃权{vote.abstained}")
    written = vote.written_in_favour, vote.written_against, vote.written_abstained
    if any(written):
        parts.append("会前书面意见赞成{}，反对{}，弃权{}".format(*written))
    return "；".join([*parts, f"结果：{word(sheet.verdict)}"])
