"""Telling people of their meetings: each change once, to everybody whom it concerns and to nobody else."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, or_, select

from app.core.clock import local_text
from app.core.db import Session
from app.meetings.models import Expected, Leave, Meeting, Standing
from app.members.models import Member
from app.notices import personal
from app.notices.contents import MOMENT
from app.organizations.models import Organization

KIND: Final = "meeting"
ANSWER_KIND: Final = "leave_answered"


class Change(StrEnum):
    ANNOUNCED = "announced"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MERGED = "merged"


class Reminder(StrEnum):
    """The working morning before, and two hours before."""

    DAY = "day"
    HOURS = "hours"


def tell(session: Session, *, meeting: Meeting, change: Change, now: datetime) -> int:
    """Queue it for everybody who is expected or sits in; how many will be told. Said twice, it reaches nobody twice.

    ANNOUNCED again tells those who came onto the list since. Any other change takes back what nobody has heard
    yet: from whom the meeting itself was taken back hears nothing of its being cancelled.
    """
    if meeting.ends_at < now or (change is Change.ANNOUNCED and meeting.late_reason is not None):
        return 0
    earlier = subjects(meeting)
    if change is not Change.ANNOUNCED:
        personal.take_back(session, subjects=earlier, now=now)
    goes_to = _led_to(session, meeting)
    return personal.queue_for(
        session,
        _whom(session, meeting, change, earlier),
        subject=_subject(meeting.id, change, meeting.revision),
        kind=KIND,
        fields=facts(session, goes_to) | {"change": change.value, "of": meeting.title},
        now=now,
        before=min(meeting.starts_at, goes_to.starts_at),
    )


def _whom(session: Session, meeting: Meeting, change: Change, earlier: list[str]) -> Select[Any]:
    heard, member = personal.told(earlier), Expected.member_id
    match change:
        case Change.ANNOUNCED:
            return concerned(meeting).where(member.not_in(heard))
        case Change.MOVED:
            return concerned(meeting)
        case Change.CANCELLED:
            return concerned(meeting).where(or_(member.not_in(personal.spared(earlier)), member.in_(heard)))
        case Change.MERGED:
            return _of_merged(session, meeting, earlier)


def leave_answered(session: Session, *, leave: Leave, now: datetime) -> int:
    """Tell the person what became of their asking: each answer once, a corrected one again."""
    meeting = session.get_one(Meeting, leave.meeting_id)
    answered = leave.answered_at or now
    return personal.queue_for(
        session,
        select(Member.id).where(Member.id == leave.member_id),
        subject=f"leave:{leave.id}:{leave.state}:{int(answered.timestamp())}",
        kind=ANSWER_KIND,
        fields=facts(session, meeting) | {"state": leave.state.value, "answer": leave.answer},
        now=now,
    )


def facts(session: Session, meeting: Meeting) -> dict[str, str]:
    """What a notice says of a meeting. Nothing of its agenda: that is read behind the sign-in (facts/domain §8.2)."""
    house = select(Organization.short_name).where(Organization.id == meeting.organization_id)
    return {
        "meeting": str(meeting.id),
        "title": meeting.title,
        "organization": session.scalar(house) or "",
        "time": local_text(meeting.starts_at, MOMENT),
        "place": meeting.place,
    }


def concerned(meeting: Meeting) -> Select[Any]:
    """The members who are expected, or sit in; who is not counted cannot come, and is left in peace."""
    return _listed(meeting.id)


def _listed(meeting_id: int | None) -> Select[Any]:
    counted = Expected.meeting_id == meeting_id, Expected.standing != Standing.NOT_COUNTED
    return select(Expected.member_id).where(*counted)


def subjects(meeting: Meeting) -> list[str]:
    """Under which everything that may have been said of this meeting's time and place so far is kept."""
    numbers = range(meeting.revision + 1)
    changes = [_subject(meeting.id, change, number) for change in Change for number in numbers]
    return changes + [reminder_subject(meeting.id, reminder) for reminder in Reminder]


def reminder_subject(meeting_id: int, reminder: Reminder) -> str:
    """Without the revision: a meeting that is moved reminds nobody a third time (facts/domain §7.3 FR9)."""
    return f"meeting:{meeting_id}:reminder:{reminder}"


def _subject(meeting_id: int, change: Change, revision: int) -> str:
    return f"meeting:{meeting_id}:{change}:{revision}"


def _led_to(session: Session, meeting: Meeting) -> Meeting:
    """The meeting that people now go to."""
    target = meeting.merged_into_id
    return meeting if target is None else session.get_one(Meeting, target)


def _of_merged(session: Session, meeting: Meeting, earlier: list[str]) -> Select[Any]:
    """Those of a merged meeting: they stand on the other's list, beside people for whom nothing changes."""
    house = session.get_one(Organization, meeting.organization_id)
    theirs = select(Organization.id).where(Organization.path.startswith(house.path))
    partners = or_(*(Expected.member_id.in_(one(earlier)) for one in (personal.told, personal.spared)))
    return _listed(meeting.merged_into_id).where(or_(Expected.organization_id.in_(theirs), partners))
