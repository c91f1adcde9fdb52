"""Taking down the head of a record and who was there, when it is closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.db import Session
from app.meetings import queries as meetings
from app.meetings.models import Meeting, Standing
from app.meetings.records.content import Counts, Facts, Named
from app.meetings.states import LeaveState
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
