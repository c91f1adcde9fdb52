"""The six digits read aloud: one meeting's alone while somebody may still type them, then given to another."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.meetings.models import Meeting

CODE_DIGITS: Final = 6
CODE_REMEMBERED: Final = timedelta(days=1)
"""How long after its end a code still names its meeting, to say that it is over."""


def assign(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Give the meeting digits that no other has. One that has them already keeps them."""
    release(session, now=now)
    session.refresh(meeting, ["hand_code"])
    while meeting.hand_code is None:
        try:
            with session.begin_nested():
                meeting.hand_code = _drawn()
        except IntegrityError:  # another meeting's: drawn again
            session.refresh(meeting, ["hand_code"])


def _drawn() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def release(session: Session, *, now: datetime) -> int:
    """Take the digits back from meetings whose end nobody asks about any more; how many those were."""
    over = update(Meeting).where(
        Meeting.hand_code.is_not(None), Meeting.check_in_until <= now - CODE_REMEMBERED
    )
    return rows_changed(session, over.values(hand_code=None))
