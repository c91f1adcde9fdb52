"""Reading records: the version that is worked on, the one that stands, and all of them."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from app.core.db import Session
from app.meetings.models import Expected, Meeting, MeetingOrganization
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind


def current(session: Session, meeting_id: int) -> Record | None:
    """The latest version, be it a draft or closed."""
    return session.scalar(_versions(meeting_id).limit(1))


def standing(session: Session, meeting_id: int) -> Record | None:
    """The latest closed version: what papers print while an amendment is being written."""
    closed = _versions(meeting_id).where(Record.state == RecordState.CLOSED)
    return session.scalar(closed.limit(1))


def versions(session: Session, meeting_id: int) -> Sequence[Record]:
    """The latest first."""
    return session.scalars(_versions(meeting_id)).all()


def _versions(meeting_id: int) -> Select[Record]:
    return select(Record).where(Record.meeting_id == meeting_id).order_by(Record.version.desc())


def fingerprint(record: Record | None) -> str:
    """Which state of a record a form shows; empty where there is none yet."""
    if record is None:
        return ""
    seen = f"{record.id} {record.state} {record.content}"
    return hashlib.sha256(seen.encode()).hexdigest()[:24]


def homes(session: Session, organization: Organization) -> list[int]:
    """An organisation and its 党小组, whose papers the branch keeps."""
    groups = select(Organization.id).where(
        Organization.parent_id == organization.id, Organization.kind == OrganizationKind.GROUP
    )
    return [organization.id, *session.scalars(groups)]


def names_to_hide(session: Session, meeting: Meeting) -> set[str]:
    """Everybody of 应到 and 列席, and of the registry of the organisations that took part."""
    partners = select(MeetingOrganization.organization_id).where(MeetingOrganization.meeting_id == meeting.id)
    on_list = select(Expected.member_id).where(Expected.meeting_id == meeting.id)
    near = or_(
        Member.id.in_(on_list),
        Member.organization_id == meeting.organization_id,
        Member.organization_id.in_(partners),
    )
    return set(session.scalars(select(Member.name).where(near)))
