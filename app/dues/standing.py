"""Which of several approved rows is in force: one alone, and the database says so."""

from typing import ClassVar, Protocol

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Base, Session, rows_changed
from app.core.errors import DomainError

STANDS = 1


class Overtaken(DomainError):
    """Somebody else put another one in force at the same moment: look again."""

    code: ClassVar[str] = "dues_overtaken"


class Standing(Protocol):
    standing: int | None


def stand(session: Session, row: Standing, kind: type[Base], *same: ColumnElement[bool]) -> None:
    """Put an approved `row` in force, instead of the one with the `same` subject and date. Raises Overtaken."""
    column = kind.__table__.c.standing
    rows_changed(session, update(kind).where(*same, column == STANDS).values(standing=None))
    session.expire_all()
    try:
        with session.begin_nested():
            row.standing = STANDS
    except IntegrityError as error:
        raise Overtaken from error
