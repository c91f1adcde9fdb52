"""The people of the registry whom a file may mean, in a constant number of statements."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select

from app.core.db import Session
from app.members.models import Member
from app.members.roster.contents import WATCHED
from app.members.roster.diff import ID, PHONE, Entry, Known
from app.organizations.models import Organization
from app.organizations.scope import Scope

FIELDS = tuple(key for key in WATCHED if key not in ("organization_id", "name", "status"))
COLUMNS = (*(Member.__table__.c[key] for key in WATCHED), Member.__table__.c.id, Organization.path)


def known_people(session: Session, entries: Sequence[Entry], scope: Scope) -> list[Known]:
    """Everybody with an ID number or phone of the file, everybody of its branches, and namesakes of bare names."""
    bare = [one.name for one in entries if not one.fields.get(ID) and not one.fields.get(PHONE)]
    wanted: tuple[tuple[ColumnElement[object], Iterable[object]], ...] = (
        (Member.__table__.c.id_number_index, (one.fields.get(ID) for one in entries)),
        (Member.__table__.c.phone_index, (one.fields.get(PHONE) for one in entries)),
        (Member.__table__.c.organization_id, (one.organization_id for one in entries)),
        (Member.__table__.c.name, bare),
    )
    found: dict[int, Known] = {}
    for column, values in wanted:
        for person in _load(session, column, {value for value in values if value}, scope):
            found[person.member_id] = person
    return [found[key] for key in sorted(found)]


def _load(session: Session, column: ColumnElement[object], values: set[object], scope: Scope) -> list[Known]:
    rows = session.execute(
        select(*COLUMNS)
        .join(Organization, Organization.id == Member.organization_id)
        .where(column.in_(values))
    )
    return [
        Known(
            member_id=row.id,
            name=row.name,
            organization_id=row.organization_id,
            status=row.status,
            fields={key: getattr(row, key) for key in FIELDS},
            outside=not scope.covers(row.path),
        )
        for row in rows
    ]
