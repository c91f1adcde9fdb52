"""A form sent twice, by a second tap or a reload, is carried out once; the database decides."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.staff.models import FormSubmission

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Repeated:
    """The form was carried out before, and led to `location`."""

    location: str


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def begin(session: Session, *, token: str, account_id: int, now: datetime) -> Repeated | None:
    """None: carry it out, in this transaction. A repeat that overlaps waits here for the first to end."""
    try:
        with session.begin_nested():
            session.add(FormSubmission(token=token[:43], account_id=account_id, at=now))
    except IntegrityError:
        led_to = select(FormSubmission.location).where(FormSubmission.token == token[:43])
        return Repeated(session.scalar(led_to) or "")
    return None


def led_to(session: Session, *, token: str, location: str) -> None:
    this = update(FormSubmission).where(FormSubmission.token == token[:43])
    session.execute(this.values(location=location), execution_options={"synchronize_session": False})


def forget(session: Session, *, before: datetime) -> int:
    """Nobody sends a form of last month again."""
    return rows_changed(session, delete(FormSubmission).where(FormSubmission.at < before))
