"""The printed sheet: a code of one's own for everybody on a meeting's list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import AnyRow, Session
from app.meetings.models import Expected, Meeting
from app.meetings.tickets import Card
from app.members.models import Member
from app.organizations.models import Organization


@dataclass(frozen=True)
class Holder:
    """Whose card it is, and at which meeting it signs in now."""

    meeting: Meeting
    name: str


def people(session: Session, meeting_id: int, *, offset: int, limit: int) -> Sequence[AnyRow]:
    """(member_id, name, organization_name) of everybody on the list, by organisation and name."""
    statement = (
        select(Member.id.label("member_id"), Member.name, Organization.short_name.label("organization_name"))
        .join(Expected, Expected.member_id == Member.id)
        .join(Organization, Organization.id == Expected.organization_id)
        .where(Expected.meeting_id == meeting_id)
        .order_by(Organization.path, Member.name_pinyin, Member.name, Member.id)
    )
    return session.execute(statement.offset(offset).limit(limit)).all()


def count(session: Session, meeting_id: int) -> int:
    return session.scalar(select(func.count()).where(Expected.meeting_id == meeting_id)) or 0


def holder(session: Session, card: Card) -> Holder | None:
    """None for a card of no meeting, or of somebody who is on the list no longer."""
    meeting = session.get(Meeting, card.meeting_id)
    if meeting is not None and meeting.merged_into_id is not None:
        meeting = session.get_one(Meeting, meeting.merged_into_id)
    if meeting is None:
        return None
    on_list = (Expected.meeting_id == meeting.id, Expected.member_id == card.member_id)
    name = session.scalar(select(Member.name).join(Expected, Expected.member_id == Member.id).where(*on_list))
    return Holder(meeting, name) if name else None
