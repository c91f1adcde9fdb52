"""The meetings of a quarter or a year, with their counts and the state of their records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.core.clock import from_local
from app.core.db import Session
from app.meetings.models import CheckIn, Expected, MakeUp, Meeting, MeetingKind, MeetingOrganization, Standing
from app.meetings.records.models import Record
from app.meetings.records.queries import homes
from app.meetings.records.states import RecordState
from app.organizations.models import Organization

COUNTED = (Standing.VOTING, Standing.NON_VOTING)


@dataclass(frozen=True)
class Line:
    """One meeting. `state` and `version`: of its latest record, None and 0 where there is none.

    `closed`: whether a closed version stands. `host`: by whom it was held, if not by the one whose list it is;
    `own`: by it or a 党小组 of it.
    """

    meeting_id: int
    number: int | None
    kind: MeetingKind
    title: str
    place: str
    host: str
    own: bool
    starts_at: datetime
    ends_at: datetime
    expected: int
    present: int
    made_up: int
    late_reason: str
    cancel_reason: str | None
    state: RecordState | None
    version: int
    closed: bool


def lines(session: Session, organization: Organization, *, first: date, last: date) -> list[Line]:
    """By time: its own, those of its 党小组, and the joint ones; a merged one is listed as what it became."""
    own = homes(session, organization)
    rows = session.execute(_meetings(own, first, last)).all()
    ids = [meeting.id for meeting, _ in rows]
    counts = _counts(session, ids)
    made_up = dict(
        _by_meeting(session, select(MakeUp.meeting_id, func.count()).where(MakeUp.meeting_id.in_(ids)))
    )
    records = _records(session, ids)
    return [
        replace(
            _line(meeting, counts, made_up, records),
            host="" if meeting.organization_id == organization.id else name,
            own=meeting.organization_id in own,
        )
        for meeting, name in rows
    ]


def _meetings(own: Sequence[int], first: date, last: date) -> Any:
    since, until = from_local(first), from_local(last + timedelta(days=1))
    partner = select(MeetingOrganization.meeting_id).where(MeetingOrganization.organization_id.in_(own))
    became = select(Meeting.merged_into_id).where(
        Meeting.organization_id.in_(own), Meeting.merged_into_id.is_not(None)
    )
    theirs = or_(Meeting.organization_id.in_(own), Meeting.id.in_(partner), Meeting.id.in_(became))
    return (
        select(Meeting, Organization.short_name)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(
            theirs, Meeting.starts_at >= since, Meeting.starts_at < until, Meeting.merged_into_id.is_(None)
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _by_meeting(session: Session, counting: Any) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in session.execute(counting.group_by(counting.selected_columns[0]))]


def _counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(应到, 实到) by meeting; who is not counted or sits in is in neither."""
    came = and_(CheckIn.meeting_id == Expected.meeting_id, CheckIn.member_id == Expected.member_id)
    rows = session.execute(
        select(Expected.meeting_id, func.count(Expected.id), func.count(CheckIn.id))
        .outerjoin(CheckIn, came)
        .where(Expected.meeting_id.in_(ids), Expected.standing.in_(COUNTED))
        .group_by(Expected.meeting_id)
    )
    return {meeting_id: (expected, present) for meeting_id, expected, present in rows}


def _records(session: Session, ids: Sequence[int]) -> dict[int, tuple[RecordState, int]]:
    """(state, version) of the latest version by meeting."""
    rows = session.execute(
        select(Record.meeting_id, Record.state, Record.version)
        .where(Record.meeting_id.in_(ids))
        .order_by(Record.version)
    )
    return {meeting_id: (state, version) for meeting_id, state, version in rows}


def _line(
    meeting: Meeting,
    counts: dict[int, tuple[int, int]],
    made_up: dict[int, int],
    records: dict[int, tuple[RecordState, int]],
) -> Line:
    expected, present = counts.get(meeting.id, (0, 0))
    state, version = records.get(meeting.id, (None, 0))
    return Line(
        meeting_id=meeting.id,
        number=meeting.record_number,
        kind=meeting.kind,
        title=meeting.title,
        place=meeting.place,
        host="",
        own=True,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        expected=expected,
        present=present,
        made_up=made_up.get(meeting.id, 0),
        late_reason=meeting.late_reason or "",
        cancel_reason=meeting.cancel_reason if meeting.cancelled_at else None,
        state=state,
        version=version,
        closed=state is RecordState.CLOSED or version > 1,
    )
