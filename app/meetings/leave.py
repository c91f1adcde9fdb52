"""Leave from a meeting: asked by the person, answered by the recorder. Who is on leave stays in 应到."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Driver, Session
from app.core.errors import DomainError
from app.core.prepared import Prepared
from app.core.states import advance
from app.meetings.closing import ensure_open, hold_open
from app.meetings.expecting import AlreadySignedIn, NotExpected, expected_of, is_present
from app.meetings.holding import MeetingOver, hold, refuse_gone
from app.meetings.models import Leave, LeaveKind, Meeting
from app.meetings.rosters import COUNTED
from app.meetings.states import LEAVE, LeaveState

_CAME = Prepared(
    update(Leave)
    .where(
        Leave.meeting_id == bindparam("meeting"),
        Leave.member_id == bindparam("member"),
        or_(Leave.state == LeaveState.ASKED, Leave.state == LeaveState.GRANTED),
    )
    .values(state=LeaveState.WITHDRAWN, answered_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class LeaveResult:
    """Where the leave stands now. `changed`: it did not stand so before; only then does anybody have to be told."""

    leave_id: int
    meeting_id: int
    title: str
    starts_at: datetime
    state: LeaveState
    changed: bool


class LeaveTooLate(DomainError):
    """The meeting has begun: the recorder enters leave then."""

    code = "leave_too_late"


class NoLeave(DomainError):
    code = "no_leave"


class LeaveWithdrawn(DomainError):
    """The person has taken it back since, and is coming."""

    code = "leave_withdrawn"


class LeaveAnswerMissing(DomainError):
    """Who is refused leave is told why."""

    code = "leave_answer_missing"


def ask(
    session: Session, *, meeting_id: int, member_id: int, kind: LeaveKind, reason: str, now: datetime
) -> LeaveResult:
    """Asked again while it waits, kind and reason are corrected; what was granted stays granted.

    Raises NotExpected, AlreadySignedIn, LeaveTooLate, MeetingCancelled, RecordClosed.
    """
    meeting = _held(session, meeting_id)
    _refuse_who_needs_none(session, meeting, member_id)
    if now >= meeting.starts_at:
        raise LeaveTooLate
    leave = Leave(meeting_id=meeting.id, member_id=member_id, kind=kind, reason=reason)
    leave.state, leave.asked_at = LeaveState.ASKED, now
    if _once(session, leave):
        return _result(meeting, leave, changed=True)
    leave = _of_person(session, meeting.id, member_id)
    if leave.state is LeaveState.GRANTED:
        return _result(meeting, leave, changed=False)
    changed = leave.state is not LeaveState.ASKED
    leave.kind, leave.reason = kind, reason
    if changed:
        leave.state = advance(LEAVE, leave.state, LeaveState.ASKED)
        leave.asked_at, leave.answered_at, leave.answered_by, leave.answer = now, None, "", ""
    session.flush()
    return _result(meeting, leave, changed=changed)


def _held(session: Session, meeting_id: int) -> Meeting:
    """The meeting, or the one that it was merged into meanwhile, locked for a change of its list."""
    meeting = session.get_one(Meeting, meeting_id)
    hold(session, meeting)
    while meeting.merged_into_id is not None:
        meeting = session.get_one(Meeting, meeting.merged_into_id)
        hold(session, meeting)
    refuse_gone(meeting)
    ensure_open(session, meeting.id)
    return meeting


def _refuse_who_needs_none(session: Session, meeting: Meeting, member_id: int) -> None:
    listed = expected_of(session, meeting.id, member_id)
    if listed is None or listed.standing not in COUNTED:
        raise NotExpected
    if is_present(session, meeting.id, member_id):
        raise AlreadySignedIn


def _once(session: Session, leave: Leave) -> bool:
    try:
        with session.begin_nested():
            session.add(leave)
    except IntegrityError:
        return False
    return True


def of_member(session: Session, *, meeting_id: int, member_id: int) -> Leave | None:
    mine = select(Leave).where(Leave.meeting_id == meeting_id, Leave.member_id == member_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def _of_person(session: Session, meeting_id: int, member_id: int) -> Leave:
    """Raises NoLeave."""
    leave = of_member(session, meeting_id=meeting_id, member_id=member_id)
    if leave is None:
        raise NoLeave
    return leave


def _result(meeting: Meeting, leave: Leave, *, changed: bool) -> LeaveResult:
    return LeaveResult(leave.id, meeting.id, meeting.title, meeting.starts_at, leave.state, changed)


def withdraw(session: Session, *, meeting_id: int, member_id: int, now: datetime) -> LeaveResult:
    """销假, until sign-in ends. Idempotent. Raises NoLeave, MeetingOver, MeetingCancelled, RecordClosed."""
    meeting = _held(session, meeting_id)
    leave = _of_person(session, meeting.id, member_id)
    if leave.state is LeaveState.WITHDRAWN:
        return _result(meeting, leave, changed=False)
    if now > meeting.check_in_until:
        raise MeetingOver
    leave.state = advance(LEAVE, leave.state, LeaveState.WITHDRAWN)
    leave.answered_at = now
    session.flush()
    return _result(meeting, leave, changed=True)


def answer(
    session: Session, *, leave: Leave, granted: bool, answer: str, by: str, now: datetime
) -> LeaveResult:
    """Grant or refuse, or change the answer. Saying the same again changes the words alone.

    Raises LeaveWithdrawn, LeaveAnswerMissing, AlreadySignedIn and what `hold_open` raises.
    """
    meeting = session.get_one(Meeting, leave.meeting_id)
    hold_open(session, meeting)
    session.refresh(leave)
    if leave.state is LeaveState.WITHDRAWN:
        raise LeaveWithdrawn
    if not granted and not answer.strip():
        raise LeaveAnswerMissing
    if granted and is_present(session, meeting.id, leave.member_id):
        raise AlreadySignedIn
    changed = _move(leave, LeaveState.GRANTED if granted else LeaveState.REFUSED)
    leave.answered_at, leave.answered_by, leave.answer = now, by, answer.strip()
    session.flush()
    return _result(meeting, leave, changed=changed)


def _move(leave: Leave, to: LeaveState) -> bool:
    if leave.state is to:
        return False
    leave.state = advance(LEAVE, leave.state, to)
    return True


def record(
    session: Session,
    *,
    meeting: Meeting,
    member_id: int,
    kind: LeaveKind,
    reason: str,
    by: str,
    now: datetime,
) -> LeaveResult:
    """Leave that the recorder was told of by word of mouth, also after the start. Entered again, it is corrected.

    Raises NotExpected, AlreadySignedIn and what `hold_open` raises.
    """
    hold_open(session, meeting)
    _refuse_who_needs_none(session, meeting, member_id)
    leave = Leave(meeting_id=meeting.id, member_id=member_id, asked_at=now, state=LeaveState.GRANTED)
    leave.kind, leave.reason, leave.answered_by, leave.answered_at = kind, reason, by, now
    if _once(session, leave):
        return _result(meeting, leave, changed=True)
    leave = _of_person(session, meeting.id, member_id)
    changed = _move(leave, LeaveState.GRANTED)
    leave.kind, leave.reason, leave.answered_by, leave.answered_at = kind, reason, by, now
    session.flush()
    return _result(meeting, leave, changed=changed)


def came(driver: Driver, *, meeting_id: int, member_id: int, now: datetime) -> bool:
    """End the leave of somebody who signs in after all; whether there was one."""
    return _CAME.change(driver, meeting=meeting_id, member=member_id, at=now) == 1
