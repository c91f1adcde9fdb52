"""Writing a record: a draft, its closing with a number, and amendments that keep what was there before."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.core.states import advance
from app.meetings.holding import hold
from app.meetings.models import Meeting
from app.meetings.records import facts
from app.meetings.records.content import Content, Shape, check, from_json, shape_of, tidy, to_json
from app.meetings.records.models import Record
from app.meetings.records.queries import current, fingerprint
from app.meetings.records.states import RECORD, RecordState
from app.meetings.votes.models import Vote
from app.meetings.votes.states import VoteState

REASON = 200
NUMBER_TRIES = 50


class RecordOvertaken(DomainError):
    """Somebody else changed it after this form was opened."""

    code = "record_overtaken"


class RecordNotDraft(DomainError):
    """What is closed is changed by an amendment only."""

    code = "record_not_draft"


class RecordNotHeld(DomainError):
    """A meeting that was cancelled, or became part of another one, has no record."""

    code = "record_not_held"


class RecordTooEarly(DomainError):
    """A meeting that has not begun cannot have a closed record."""

    code = "record_too_early"


class RecordEmpty(DomainError):
    """Nothing is written that could be closed."""

    code = "record_empty"


class RecordVotesOpen(DomainError):
    """A vote is neither confirmed by two tellers nor void: the record would say nothing of its outcome."""

    code = "record_votes_open"


class AmendmentWithoutReason(DomainError):
    code = "amendment_without_reason"


class NothingToAmend(DomainError):
    """There is no closed record, or an amendment is being written already."""

    code = "nothing_to_amend"


def save_draft(
    session: Session, *, meeting: Meeting, content: Content, by: str, now: datetime, seen: str | None = None
) -> Record:
    """Keep what was written. `seen`: the fingerprint of what the writer began from, None for the last state.

    Raises RecordOvertaken, RecordNotDraft, RecordNotHeld, and what `content.check` raises.
    """
    _held(meeting)
    content = replace(tidy(content), facts=None)
    check(content, meeting.kind)
    found = _seen(session, meeting, seen)
    if found is None:
        return _add(session, meeting, 1, to_json(content), by=by, now=now)
    if found.state is RecordState.CLOSED:
        raise RecordNotDraft
    return _change(session, found, content=to_json(content), edited_by=by, edited_at=now)


def close(session: Session, *, meeting: Meeting, by: str, now: datetime, seen: str | None = None) -> Record:
    """Number it, and take down the head and who came. Idempotent for what is closed.

    Raises RecordOvertaken, RecordNotHeld, RecordTooEarly, RecordEmpty, RecordVotesOpen.
    """
    hold(session, meeting, against_sign_in=True)
    _held(meeting)
    found = current(session, meeting.id)
    if found is not None and found.state is RecordState.CLOSED:
        return found
    if seen is not None and seen != fingerprint(found):
        raise RecordOvertaken
    if now < meeting.starts_at:
        raise RecordTooEarly
    content = from_json(found.content) if found else Content()
    if found is None or (shape_of(meeting.kind) is not Shape.RECTIFICATION and not content.items):
        raise RecordEmpty
    check(content, meeting.kind)  # the meeting may have become one of another kind
    _refuse_open_votes(session, meeting)
    _number(session, meeting)
    whole = to_json(replace(content, facts=facts.take(session, meeting)))
    state = advance(RECORD, found.state, RecordState.CLOSED)
    return _change(session, found, content=whole, state=state, closed_by=by, closed_at=now)


def _refuse_open_votes(session: Session, meeting: Meeting) -> None:
    ended = (VoteState.CONFIRMED, VoteState.VOID)
    pending = select(Vote.id).where(Vote.meeting_id == meeting.id, Vote.state.not_in(ended))
    if session.scalar(pending.limit(1)) is not None:
        raise RecordVotesOpen


def amend(session: Session, *, meeting: Meeting, reason: str, by: str, now: datetime) -> Record:
    """A new draft that begins as the closed version; that one stays as it is.

    Raises AmendmentWithoutReason, NothingToAmend, RecordOvertaken.
    """
    reason = " ".join(reason.split())[:REASON]
    if not reason:
        raise AmendmentWithoutReason
    found = current(session, meeting.id)
    if found is None or found.state is RecordState.DRAFT:
        raise NothingToAmend
    content = to_json(replace(from_json(found.content), facts=None))
    return _add(session, meeting, found.version + 1, content, by=by, now=now, reason=reason)


def drop_amendment(session: Session, *, meeting: Meeting, seen: str | None = None) -> None:
    """Take back an amendment that was not closed. Raises NothingToAmend, RecordOvertaken."""
    found = current(session, meeting.id)
    if found is None or found.version == 1 or found.state is RecordState.CLOSED:
        raise NothingToAmend
    if seen is not None and seen != fingerprint(found):
        raise RecordOvertaken
    this = delete(Record).where(Record.id == found.id, Record.state == RecordState.DRAFT)
    if not rows_changed(session, this):
        raise RecordOvertaken
    session.expunge(found)


def _held(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None or meeting.merged_into_id is not None:
        raise RecordNotHeld


def _seen(session: Session, meeting: Meeting, seen: str | None) -> Record | None:
    found = current(session, meeting.id)
    if seen is not None and seen != fingerprint(found):
        raise RecordOvertaken
    return found


def _add(
    session: Session,
    meeting: Meeting,
    version: int,
    content: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
) -> Record:
    made = Record(
        meeting_id=meeting.id,
        version=version,
        state=RecordState.DRAFT,
        content=content,
        reason=reason,
        edited_by=by,
        edited_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as taken:  # somebody else began it at the same moment
        raise RecordOvertaken from taken
    return made


def _change(session: Session, found: Record, **values: object) -> Record:
    """Only if nobody changed it since it was read."""
    unchanged = Record.state == RecordState.DRAFT, Record.content == found.content
    this = update(Record).where(Record.id == found.id, *unchanged)
    if not rows_changed(session, this.values(**values)):
        raise RecordOvertaken
    session.refresh(found)
    return found


def _number(session: Session, meeting: Meeting) -> None:
    """The next of its organisation's year, without a gap: whoever comes second to a number takes the next."""
    year = local_day(meeting.starts_at).year
    of_year = Meeting.organization_id == meeting.organization_id, Meeting.record_year == year
    mine = update(Meeting).where(Meeting.id == meeting.id, Meeting.record_number.is_(None))
    for _ in range(NUMBER_TRIES):
        last = session.scalar(select(func.max(Meeting.record_number)).where(*of_year)) or 0
        try:
            with session.begin_nested():
                rows_changed(session, mine.values(record_year=year, record_number=last + 1))
            break
        except IntegrityError:
            continue
    else:
        raise RecordOvertaken
    session.refresh(meeting, ["record_year", "record_number"])
