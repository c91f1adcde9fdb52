"""One meeting held together with another: its people, and all they did, follow into the other one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.meetings.closing import ensure_open
from app.meetings.holding import MeetingOver, hold, refuse_gone
from app.meetings.models import (
    CheckIn,
    Expected,
    KeptScan,
    Leave,
    MakeUp,
    Meeting,
    MeetingOrganization,
    RefusedCheckIn,
    Standing,
)
from app.meetings.states import LeaveState
from app.meetings.votes.models import Vote
from app.meetings.votes.states import VoteState

AT_ONCE = 500
FOLLOWERS: tuple[tuple[type[Any], tuple[InstrumentedAttribute[Any], ...]], ...] = (
    (Expected, (Expected.member_id,)),
    (CheckIn, (CheckIn.member_id,)),
    (KeptScan, (KeptScan.identity_id,)),
    (RefusedCheckIn, (RefusedCheckIn.member_id, RefusedCheckIn.reason)),
    (Leave, (Leave.member_id,)),
    (MakeUp, (MakeUp.member_id,)),
)
"""What is kept of a meeting, and what of it there may be once only."""


class MergeWithItself(DomainError):
    code = "merge_with_itself"


class MergeHasVotes(DomainError):
    """A vote belongs to one branch's own meeting, never to a joint one; what was begun is voided first."""

    code = "merge_has_votes"


def merge(session: Session, *, meeting: Meeting, into: Meeting, now: datetime) -> None:
    """Hold `meeting` together with `into`, each person once. Idempotent.

    Raises MergeWithItself, MeetingCancelled, MeetingMerged, MeetingOver, RecordClosed, MergeHasVotes.
    """
    if meeting.id == into.id:
        raise MergeWithItself
    for one in sorted((meeting, into), key=lambda one: one.id):
        hold(session, one, against_sign_in=True)
    if meeting.merged_into_id == into.id:
        return
    _refuse(session, meeting, into, now)
    _take_part(session, meeting, into)
    _lift_invited(session, meeting, into)
    for table, key in FOLLOWERS:
        _follow(session, table, key, meeting.id, into.id)
    _end_leave_of_present(session, into.id, now)
    _lead(session, meeting, into)


def _refuse(session: Session, meeting: Meeting, into: Meeting, now: datetime) -> None:
    for one in (meeting, into):
        refuse_gone(one)
        if one.check_in_until < now:
            raise MeetingOver
        ensure_open(session, one.id)
    both = Vote.meeting_id.in_((meeting.id, into.id))
    if session.scalar(select(Vote.id).where(both, Vote.state != VoteState.VOID).limit(1)) is not None:
        raise MergeHasVotes


def _take_part(session: Session, meeting: Meeting, into: Meeting) -> None:
    """Host and partners of the one become partners of the other."""
    _follow(session, MeetingOrganization, (MeetingOrganization.organization_id,), meeting.id, into.id)
    taking_part = select(MeetingOrganization.organization_id).where(MeetingOrganization.meeting_id == into.id)
    if meeting.organization_id not in {into.organization_id, *session.scalars(taking_part)}:
        session.add(MeetingOrganization(meeting_id=into.id, organization_id=meeting.organization_id))
    session.execute(
        delete(MeetingOrganization).where(
            MeetingOrganization.meeting_id == into.id,
            MeetingOrganization.organization_id == into.organization_id,
        )
    )


def _lift_invited(session: Session, meeting: Meeting, into: Meeting) -> None:
    """Who only sat in at the other meeting, and is expected at this one, is expected at both together."""
    expected = select(Expected.member_id).where(
        Expected.meeting_id == meeting.id, Expected.standing != Standing.INVITED
    )
    members = session.scalars(expected).all()
    for some in _slices(members):
        session.execute(
            delete(Expected).where(
                Expected.meeting_id == into.id,
                Expected.standing == Standing.INVITED,
                Expected.member_id.in_(some),
            )
        )


def _follow(
    session: Session, table: type[Any], key: Sequence[InstrumentedAttribute[Any]], source: int, target: int
) -> None:
    """Rows of `source` become rows of `target`, except where it has its own for the same key."""
    theirs = {tuple(row) for row in session.execute(select(*key).where(table.meeting_id == target))}
    rows = session.execute(select(table.id, *key).where(table.meeting_id == source)).all()
    new = [row.id for row in rows if tuple(row)[1:] not in theirs]
    for some in _slices(new):
        rows_changed(session, update(table).where(table.id.in_(some)).values(meeting_id=target))
    rows_changed(session, delete(table).where(table.meeting_id == source))


def _slices(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _end_leave_of_present(session: Session, meeting_id: int, now: datetime) -> None:
    present = select(CheckIn.member_id).where(CheckIn.meeting_id == meeting_id)
    away = update(Leave).where(
        Leave.meeting_id == meeting_id,
        Leave.state.in_((LeaveState.ASKED, LeaveState.GRANTED)),
        Leave.member_id.in_(present),
    )
    rows_changed(session, away.values(state=LeaveState.WITHDRAWN, answered_at=now))


def _lead(session: Session, meeting: Meeting, into: Meeting) -> None:
    """The source's codes lead to the target, in one step however often meetings were merged."""
    if meeting.roster_at is None:  # people chosen by hand: the roster would add the whole branch
        into.roster_at = None
    meeting.merged_into_id = into.id
    meeting.revision += 1
    session.flush()
    earlier = update(Meeting).where(Meeting.merged_into_id == meeting.id)
    session.execute(earlier.values(merged_into_id=into.id))
