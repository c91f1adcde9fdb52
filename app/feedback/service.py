"""Writing in and answering."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from unicodedata import category

import structlog
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.core import calendar
from app.core.clock import from_local, local_day
from app.core.db import Session, driver_of
from app.core.errors import DomainError
from app.core.states import advance
from app.feedback.models import Side, Thread, ThreadMessage
from app.feedback.rules import due_day, plain_working_day
from app.feedback.states import TRANSITIONS, ThreadState
from app.notices import service as notices

log = structlog.get_logger()

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TEXT_LIMIT = 2000
ANSWER_LIMIT = 600
"""An answer and the words around it must fit one customer message: 2,048 bytes, three for each Chinese character."""
INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
TRIES = 5


class FeedbackEmpty(DomainError):
    code = "feedback_empty"


class FeedbackTooLong(DomainError):
    code = "feedback_too_long"


class AnswerEmpty(DomainError):
    code = "answer_empty"


def submit(
    session: Session,
    *,
    organization_id: int,
    member_id: int | None,
    identity_id: int | None,
    author: str,
    text: str,
    working_days: int,
    now: datetime,
) -> Thread:
    """Open a thread for the organisation. Raises FeedbackEmpty, FeedbackTooLong."""
    thread = Thread(
        organization_id=organization_id,
        member_id=member_id,
        identity_id=identity_id,
        state=ThreadState.OPEN,
        opened_at=now,
        due_at=_due_at(session, now, working_days),
    )
    body = _checked(text, FeedbackEmpty, TEXT_LIMIT)
    _add_numbered(session, thread)
    session.add(ThreadMessage(thread_id=thread.id, side=Side.WRITER, author=author, text=body, at=now))
    session.flush()
    return thread


def answer(session: Session, *, thread: Thread, by: str, text: str, now: datetime) -> ThreadMessage:
    """Answer, and tell the writer. Raises AnswerEmpty, FeedbackTooLong."""
    body = _checked(text, AnswerEmpty, ANSWER_LIMIT)
    thread.state = advance(TRANSITIONS, thread.state, ThreadState.ANSWERED)
    thread.answered_at = thread.answered_at or now
    message = ThreadMessage(thread_id=thread.id, side=Side.OFFICE, author=by, text=body, at=now)
    session.add(message)
    session.flush()
    if thread.identity_id is not None:
        notices.queue(
            driver_of(session),
            subject=f"feedback:{message.id}",
            identity_id=thread.identity_id,
            kind="feedback_answered",
            fields={"number": thread.number, "text": body},
            now=now,
        )
    return message


def forget_writer(session: Session, *, identity_id: int) -> None:
    """Cut the tie between threads and a chat whose owner left; the organisation keeps what was said."""
    session.execute(update(Thread).where(Thread.identity_id == identity_id).values(identity_id=None))


def _checked(text: str, empty: type[DomainError], limit: int) -> str:
    body = text.replace("\0", "").strip()  # PostgreSQL keeps no NUL
    if all(category(character) in INVISIBLE for character in body):
        raise empty
    if len(body) > limit:
        raise FeedbackTooLong(limit=limit, length=len(body))
    return body


def _due_at(session: Session, now: datetime, working_days: int) -> datetime:
    """The end of the last day in China. A letter is never lost because a calendar is missing."""

    def known(day: date) -> bool:
        try:
            return calendar.is_working_day(session, day)
        except calendar.CalendarMissing as missing:
            log.warning("calendar.missing", year=missing.year)
            return plain_working_day(day)

    rule: Callable[[date], bool] = known
    return from_local(due_day(local_day(now), working_days, rule), 23, 59)


def _add_numbered(session: Session, thread: Thread) -> None:
    """Give the thread a number that nobody can count or guess; the unique key decides."""
    for attempt in range(TRIES):
        thread.number = "".join(secrets.choice(ALPHABET) for _ in range(8))
        try:
            with session.begin_nested():
                session.add(thread)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
        else:
            return
