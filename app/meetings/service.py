"""Announcing a meeting and what is written down about it."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from sqlalchemy import insert, select

from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import hand_codes, rosters
from app.meetings.closing import hold_open
from app.meetings.models import CheckIn, Expected, Meeting, MeetingKind, MeetingOrganization, Way
from app.meetings.rosters import NobodyExpected, NotOnRoster
from app.organizations.models import Organization

__all__ = ["NobodyExpected", "NotOnRoster"]

OPENS_BEFORE = timedelta(minutes=30)
CLOSES_AFTER = timedelta(minutes=30)
LONGEST = timedelta(days=3)
LATEST_ENTRY = timedelta(days=366)
"""A year's ledger is gone through in the year after it; what is older stays on paper."""

EVERYBODYS = frozenset({MeetingKind.MEMBER_MEETING, MeetingKind.ELECTION, MeetingKind.APPRAISAL})
"""Kinds to which nobody is chosen: their 应到 is the whole roster."""


class MeetingTimesWrong(DomainError):
    """The end is not after the start, or the meeting is longer than three days."""

    code = "meeting_times_wrong"


class MeetingInPast(DomainError):
    """What was held already is entered late (补录), with its reason."""

    code = "meeting_in_past"


class NotHeldYet(DomainError):
    """A late entry is for what has ended."""

    code = "not_held_yet"


class TooLongAgo(DomainError):
    code = "too_long_ago"


class ReasonMissing(DomainError):
    code = "late_reason_missing"


class EverybodyExpected(DomainError):
    """Of a meeting of all members nobody may be left out."""

    code = "everybody_expected"


class Particulars(TypedDict, total=False):
    """What a meeting may have beyond kind, title, place and times. `only`: ids of chosen people."""

    partners: Sequence[Organization]
    only: Sequence[int] | None
    chair: str
    recorder: str
    agenda: str
    plan_id: int | None
    planned_on: date | None


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
    **more: Unpack[Particulars],
) -> Meeting:
    """A meeting with 应到 taken from the roster of this moment, each person of a joint one once.

    Raises MeetingTimesWrong, MeetingInPast, EverybodyExpected, NotOnRoster, NobodyExpected.
    """
    window = window_of(starts_at, ends_at)
    if window["check_in_until"] < now:
        raise MeetingInPast
    if more.get("only") is not None and kind in EVERYBODYS:
        raise EverybodyExpected
    meeting = Meeting(organization_id=organization.id, kind=kind, title=title, place=place, **window)
    _add(session, meeting, organization, by, now, more)
    hand_codes.assign(session, meeting=meeting, now=now)
    return meeting


def window_of(starts_at: datetime, ends_at: datetime) -> dict[str, datetime]:
    """The columns of a meeting's times. Raises MeetingTimesWrong."""
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise MeetingTimesWrong
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "check_in_from": starts_at - OPENS_BEFORE,
        "check_in_until": ends_at + CLOSES_AFTER,
    }


def _add(
    session: Session, meeting: Meeting, organization: Organization, by: str, now: datetime, more: Particulars
) -> None:
    meeting.scene = f"m{secrets.token_hex(15)}"
    meeting.created_by, meeting.created_at = by, now
    meeting.chair, meeting.recorder = more.get("chair", ""), more.get("recorder", "")
    meeting.agenda = more.get("agenda", "")
    meeting.plan_id, meeting.planned_on = more.get("plan_id"), more.get("planned_on")
    meeting.roster_at = now if more.get("only") is None else None
    session.add(meeting)
    session.flush()
    partners = {one.id: one for one in more.get("partners", ()) if one.id != organization.id}
    session.add_all(MeetingOrganization(meeting_id=meeting.id, organization_id=one) for one in partners)
    together = [organization, *partners.values()]
    rosters.expect(session, meeting=meeting, organizations=together, only=more.get("only"))


def enter_late(
    session: Session,
    *,
    organization: Organization,
    kind: MeetingKind,
    title: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    present: Sequence[int],
    by: str,
    now: datetime,
    **more: Unpack[Particulars],
) -> Meeting:
    """补录: a meeting held before, with who came. Whose roster of that day differed is chosen by `only`.

    Raises what `announce` does, and NotHeldYet, TooLongAgo, ReasonMissing.
    """
    window = window_of(starts_at, ends_at)
    if ends_at > now:
        raise NotHeldYet
    if starts_at < now - LATEST_ENTRY:
        raise TooLongAgo
    if not reason.strip():
        raise ReasonMissing
    meeting = Meeting(organization_id=organization.id, kind=kind, title=title, place=place, **window)
    meeting.late_reason = reason
    _add(session, meeting, organization, by, now, more)
    _came(session, meeting, set(present))
    return meeting


def _came(session: Session, meeting: Meeting, present: set[int]) -> None:
    """Nobody remembers the minute: each counts from the start."""
    listed = select(Expected.member_id).where(Expected.meeting_id == meeting.id)
    if not present <= set(session.scalars(listed)):
        raise NotOnRoster
    at, way = meeting.starts_at, Way.RECORDER
    rows = [{"meeting_id": meeting.id, "member_id": one, "checked_in_at": at, "way": way} for one in present]
    if rows:
        session.execute(insert(CheckIn), rows)


def describe(
    session: Session, *, meeting: Meeting, title: str, place: str, chair: str, recorder: str, agenda: str
) -> None:
    """Correct how it is put down, without telling anybody; who has to hear of another place uses `changes.move`.

    Raises MeetingCancelled, MeetingMerged, RecordClosed.
    """
    hold_open(session, meeting)
    meeting.title, meeting.place = title, place
    meeting.chair, meeting.recorder, meeting.agenda = chair, recorder, agenda
    session.flush()


def ticket_issued(session: Session, *, meeting: Meeting, url: str, until: datetime) -> None:
    """Keep what WeChat's QR code of this meeting says, and until when it is valid."""
    meeting.ticket_url = url
    meeting.ticket_until = until
    session.flush()
