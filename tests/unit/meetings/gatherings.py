"""Branches that announce meetings, and what stands on their lists."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.meetings import service
from app.meetings.models import CheckIn, Expected, Meeting, MeetingKind, RefusedCheckIn, Standing, Way
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.members.models import Member
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

TOMORROW = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)


def announce(session: Session, organization: Organization, **changes: Any) -> Meeting:
    """A general meeting of two hours tomorrow, announced at NOW."""
    starts_at: datetime = changes.pop("starts_at", TOMORROW)
    lasts: timedelta = changes.pop("lasts", 2 * HOUR)
    given: dict[str, Any] = {
        "kind": MeetingKind.MEMBER_MEETING,
        "title": "第一季度支部党员大会",
        "place": "三楼会议室",
        "starts_at": starts_at,
        "ends_at": starts_at + lasts,
        "by": "wang.li",
        "now": NOW,
    }
    return service.announce(session, organization=organization, **(given | changes))


def branch_of(session: Session, people: int, name: str = "第一党支部") -> tuple[Organization, list[Member]]:
    branch = factories.organization(session, name=name)
    return branch, [factories.member(session, branch, name=f"党员{number}") for number in range(people)]


def listed(session: Session, meeting: Meeting) -> dict[int, Standing]:
    """Who is on the list, and how."""
    rows = session.execute(
        select(Expected.member_id, Expected.standing).where(Expected.meeting_id == meeting.id)
    )
    return {row.member_id: row.standing for row in rows}


def counted_in(session: Session, meeting: Meeting) -> dict[int, int]:
    """In which organisation each person counts."""
    rows = session.execute(
        select(Expected.member_id, Expected.organization_id).where(Expected.meeting_id == meeting.id)
    )
    return {row.member_id: row.organization_id for row in rows}


def sign(session: Session, meeting: Meeting, member: Member, at: datetime = NOW) -> None:
    session.add(CheckIn(meeting_id=meeting.id, member_id=member.id, checked_in_at=at, way=Way.SCAN))
    session.flush()


def refuse(session: Session, meeting: Meeting, member: Member, reason: str, at: datetime) -> None:
    session.add(RefusedCheckIn(meeting_id=meeting.id, member_id=member.id, reason=reason, at=at))
    session.flush()


def signed(session: Session, meeting: Meeting) -> dict[int, tuple[str, datetime]]:
    rows = session.scalars(select(CheckIn).where(CheckIn.meeting_id == meeting.id))
    return {row.member_id: (row.way.value, row.checked_in_at) for row in rows}


def record(session: Session, meeting: Meeting, state: RecordState, version: int = 1) -> None:
    """One version of the meeting's record."""
    session.add(
        Record(
            meeting_id=meeting.id,
            version=version,
            state=state,
            content="{}",
            reason="漏记一人" if version > 1 else "",
            edited_by="wang.li",
            edited_at=NOW,
        )
    )
    session.flush()
