"""Announcing a meeting and what is written down about it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import case, insert, literal, select

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.models import Expected, Meeting, MeetingKind, Standing
from app.members.models import PARTY_MEMBERS, Member, MemberKind, PartyStatus
from app.organizations.models import Organization
from app.organizations.queries import subtree

OPENS_BEFORE = timedelta(minutes=30)
CLOSES_AFTER = timedelta(minutes=30)
LONGEST = timedelta(days=3)
CODE_DIGITS = 6
ALWAYS_EXPECTED = frozenset({PartyStatus.NORMAL, PartyStatus.RECTIFYING, PartyStatus.UNDER_OBSERVATION})
EXPECTED_COLUMNS = ["meeting_id", "member_id", "organization_id", "standing"]


class MeetingTimesWrong(DomainError):
    """The end is not after the start, or the meeting is longer than three days."""

    code = "meeting_times_wrong"


class NobodyExpected(DomainError):
    """The organisation has no active member, so nobody could sign in."""

    code = "nobody_expected"


class MeetingOver(DomainError):
    code = "meeting_over"


def announce(
    session: Session,
    *,
    organization: Organization,
    kind: MeetingKind,
    title: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    by: str,
    now: datetime,
) -> Meeting:
    """A meeting with 应到 taken from the roster of this moment. Raises MeetingTimesWrong, NobodyExpected."""
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise MeetingTimesWrong
    meeting = Meeting(
        organization_id=organization.id,
        kind=kind,
        title=title,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        check_in_from=starts_at - OPENS_BEFORE,
        check_in_until=ends_at + CLOSES_AFTER,
        scene=f"m{secrets.token_hex(15)}",
        hand_code=_free_hand_code(session, now),
        created_by=by,
        created_at=now,
    )
    session.add(meeting)
    session.flush()
    _expect_roster(session, meeting, organization)
    return meeting


def _free_hand_code(session: Session, now: datetime) -> str:
    """Six digits that no meeting still to be held uses."""
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        taken = select(Meeting.id).where(Meeting.hand_code == code, Meeting.check_in_until > now)
        if session.scalar(taken) is None:
            return code


def _expect_roster(session: Session, meeting: Meeting, organization: Organization) -> None:
    scope = subtree(organization)
    votes = (Member.kind == MemberKind.FULL) & (Member.status != PartyStatus.UNDER_OBSERVATION)
    standing = case((votes, Standing.VOTING.value), else_=Standing.NON_VOTING.value)
    roster = select(literal(meeting.id), Member.id, Member.organization_id, standing).where(
        scope.owns(Member.organization_id),
        Member.kind.in_(PARTY_MEMBERS),
        Member.status.in_(ALWAYS_EXPECTED),
    )
    session.execute(insert(Expected).from_select(EXPECTED_COLUMNS, roster))
    if session.scalar(select(Expected.id).where(Expected.meeting_id == meeting.id).limit(1)) is None:
        raise NobodyExpected


def cancel(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Idempotent. Raises MeetingOver: what took place cannot be cancelled."""
    if meeting.check_in_until < now:
        raise MeetingOver
    meeting.cancelled_at = meeting.cancelled_at or now
    session.flush()


def ticket_issued(session: Session, *, meeting: Meeting, url: str, until: datetime) -> None:
    """Keep what WeChat's QR code of this meeting says, and until when it is valid."""
    meeting.ticket_url = url
    meeting.ticket_until = until
    session.flush()
