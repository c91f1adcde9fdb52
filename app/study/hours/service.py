"""集中学习: meetings that give 学时. Who signed in gets them once somebody has confirmed the list."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.meetings.holding import hold_standing
from app.meetings.models import CheckIn, Meeting
from app.meetings.records import queries as records
from app.meetings.records.states import RecordState
from app.organizations.models import Organization
from app.study.hours import rules
from app.study.hours.figures import figures
from app.study.hours.lines import line
from app.study.hours.models import HoursUnit, StudySession
from app.study.plans.models import PlanEntry, StudyPlan
from app.study.plans.states import PlanState

TOPIC_WIDTH, NOTE_WIDTH = 100, 200


class SessionExists(DomainError):
    """The meeting is one already: change that."""

    code: ClassVar[str] = "study_session_exists"


class SessionOvertaken(DomainError):
    """Somebody else changed or removed it after this form was opened."""

    code: ClassVar[str] = "study_session_overtaken"


class SessionConfirmed(DomainError):
    """Its list is confirmed: nothing is changed unless that is taken back."""

    code: ClassVar[str] = "study_session_confirmed"


class SessionNotConfirmed(DomainError):
    """There is no confirmation to take back."""

    code: ClassVar[str] = "study_session_not_confirmed"


class SessionTooEarly(DomainError):
    """People may still sign in."""

    code: ClassVar[str] = "study_session_too_early"


class ListOpen(DomainError):
    """A record of the meeting, or an amendment, is being written: the list may still change."""

    code: ClassVar[str] = "study_list_open"


class NobodyCame(DomainError):
    """Nobody signed in, so there is nothing to confirm."""

    code: ClassVar[str] = "study_nobody_came"


class EntryUnknown(DomainError):
    """It is of no plan that the meeting's organisation follows now."""

    code: ClassVar[str] = "study_entry_unknown"


def make_session(
    session: Session,
    *,
    meeting: Meeting,
    topic: str,
    unit: HoursUnit,
    by: str,
    now: datetime,
    minutes: int | None = None,
    entry_id: int | None = None,
) -> StudySession:
    """Before or after the meeting; one a meeting. `minutes`: of study, where only a part of the meeting was.

    Raises SessionExists, EntryUnknown, MeetingCancelled, MeetingMerged, NoHoursKind, UnitWrong, MinutesWrong,
    NoHoursFigures, LineWrong, WordingMarked.
    """
    hold_standing(session, meeting)
    content = _content(session, meeting, topic=topic, unit=unit, minutes=minutes, entry_id=entry_id)
    made = StudySession(meeting_id=meeting.id, made_by=by, made_at=now, **content)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise SessionExists from error
    return made


def change_session(
    session: Session,
    *,
    study_session: StudySession,
    revision: int,
    topic: str,
    unit: HoursUnit,
    by: str,
    now: datetime,
    minutes: int | None = None,
    entry_id: int | None = None,
) -> None:
    """Until it is confirmed. Raises what `make_session` does, SessionOvertaken, SessionConfirmed."""
    meeting = _held(session, study_session)
    content = _content(session, meeting, topic=topic, unit=unit, minutes=minutes, entry_id=entry_id)
    _change(session, study_session, revision, made_by=by, made_at=now, **content)


def remove_session(session: Session, *, study_session: StudySession, revision: int) -> None:
    """The meeting gives nothing after all. Raises SessionOvertaken, SessionConfirmed."""
    unconfirmed = StudySession.id == study_session.id, StudySession.confirmed_at.is_(None)
    if not rows_changed(session, delete(StudySession).where(*unconfirmed, StudySession.revision == revision)):
        raise _refusal(session, study_session)
    session.expunge(study_session)


def confirm_session(
    session: Session, *, study_session: StudySession, revision: int, by: str, now: datetime
) -> None:
    """The organiser stands by the list (S14b): whoever is on it has the minutes from now on.

    A record of the meeting must be closed; without one, sign-in must be over. Whom the recorder adds later, with
    the reason that this needs, has them too. Leave and 补课 give nothing.

    Raises SessionTooEarly, ListOpen, NobodyCame, SessionConfirmed, SessionOvertaken; MeetingCancelled,
    MeetingMerged; and, where the meeting was moved since, NoHoursKind, UnitWrong, MinutesWrong.
    """
    meeting = _held(session, study_session)
    if now <= meeting.check_in_until:
        raise SessionTooEarly
    record = records.current(session, meeting.id)
    if record is not None and record.state is RecordState.DRAFT:
        raise ListOpen
    if not session.scalar(select(exists().where(CheckIn.meeting_id == meeting.id))):
        raise NobodyCame
    _reckoned(session, meeting, study_session.unit, study_session.minutes)
    _change(session, study_session, revision, confirmed_by=by, confirmed_at=now, note="")


def take_back_confirmation(
    session: Session, *, study_session: StudySession, revision: int, reason: str
) -> None:
    """Nobody has the minutes until it is confirmed again; who was there reads the reason.

    Raises SessionNotConfirmed, SessionOvertaken, LineWrong, WordingMarked.
    """
    why = line(reason, field="reason", limit=NOTE_WIDTH)
    confirmed = StudySession.id == study_session.id, StudySession.confirmed_at.is_not(None)
    opened = {"confirmed_by": None, "confirmed_at": None, "note": why, "revision": revision + 1}
    this = update(StudySession).where(*confirmed, StudySession.revision == revision).values(opened)
    if not rows_changed(session, this):
        fresh = _fresh(session, study_session)
        raise SessionOvertaken if fresh is None or fresh.confirmed_at is not None else SessionNotConfirmed
    session.refresh(study_session)


def _held(session: Session, study_session: StudySession) -> Meeting:
    """The meeting's row as the lock, and the session as it is under it."""
    meeting = session.get_one(Meeting, study_session.meeting_id)
    hold_standing(session, meeting)
    if _fresh(session, study_session) is None:
        raise SessionOvertaken
    return meeting


def _content(
    session: Session,
    meeting: Meeting,
    *,
    topic: str,
    unit: HoursUnit,
    minutes: int | None,
    entry_id: int | None,
) -> dict[str, Any]:
    if entry_id is not None and not _follows(session, meeting, entry_id):
        raise EntryUnknown
    return {
        "topic": line(topic, field="topic", limit=TOPIC_WIDTH),
        "unit": unit,
        "minutes": _reckoned(session, meeting, unit, minutes),
        "entry_id": entry_id,
    }


def _reckoned(session: Session, meeting: Meeting, unit: HoursUnit, asked: int | None) -> int:
    return rules.of_meeting(
        meeting.kind,
        unit,
        asked=asked,
        times=(meeting.starts_at, meeting.ends_at),
        figures=figures(session, local_day(meeting.starts_at)),
    )


def _follows(session: Session, meeting: Meeting, entry_id: int) -> bool:
    """Whether it is of a published plan of the meeting's organisation or of one above it."""
    if not rules.is_id(entry_id):
        return False
    path = session.get_one(Organization, meeting.organization_id).path
    planned = (
        select(PlanEntry.id)
        .join(StudyPlan, StudyPlan.id == PlanEntry.plan_id)
        .where(
            PlanEntry.id == entry_id,
            StudyPlan.state == PlanState.PUBLISHED,
            StudyPlan.organization_id.in_([int(part) for part in path.strip("/").split("/")]),
        )
    )
    return session.scalar(planned) is not None


def _change(session: Session, study_session: StudySession, revision: int, **values: Any) -> None:
    """Of two who act on the same revision, the second learns of it. Raises SessionConfirmed, SessionOvertaken."""
    seen = StudySession.id == study_session.id, StudySession.revision == revision
    this = update(StudySession).where(*seen, StudySession.confirmed_at.is_(None))
    if not rows_changed(session, this.values(revision=revision + 1, **values)):
        raise _refusal(session, study_session)
    session.refresh(study_session)


def _refusal(session: Session, study_session: StudySession) -> DomainError:
    fresh = _fresh(session, study_session)
    return SessionConfirmed() if fresh is not None and fresh.confirmed_at else SessionOvertaken()


def _fresh(session: Session, study_session: StudySession) -> StudySession | None:
    this = select(StudySession).where(StudySession.id == study_session.id)
    return session.scalar(this.execution_options(populate_existing=True))
