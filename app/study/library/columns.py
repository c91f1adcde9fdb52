"""栏目: parts of the library, each with somebody who sees to it that something new comes (facts/domain §7.3 FR16)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff import scopes
from app.staff.models import StaffAccount
from app.staff.permissions import Permission
from app.study.library.content import check_unmarked, filled, short
from app.study.library.models import StudyColumn, StudyItem
from app.study.library.readers import readable
from app.study.library.rules import is_id

NAME = 20
ABOUT = 200


class ColumnUnknown(DomainError):
    """None of the organisation's own, nor of one above it."""

    code = "study_column_unknown"


class ColumnArchived(DomainError):
    code = "study_column_archived"


class ColumnNameTaken(DomainError):
    """The organisation has one of this name, perhaps in its archive."""

    code = "study_column_name_taken"


class OwnerUnknown(DomainError):
    """No open account that may write there."""

    code = "study_column_owner"


def add_column(
    session: Session, *, organization: Organization, name: str, about: str, owner: str, by: str, now: datetime
) -> StudyColumn:
    """After the organisation's others. `owner`: a username.

    Raises FieldMissing, FieldTooLong, ContentMarked, OwnerUnknown, ColumnNameTaken.
    """
    made = StudyColumn(
        organization_id=organization.id,
        **_named(name, about),
        owner=_owner(session, owner, organization.path),
        position=_end(session, organization.id),
        created_by=by,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise ColumnNameTaken from error
    return made


def rename_column(session: Session, *, column: StudyColumn, name: str, about: str) -> None:
    """Raises FieldMissing, FieldTooLong, ContentMarked, ColumnNameTaken."""
    named = _named(name, about)
    try:
        with session.begin_nested():
            session.execute(update(StudyColumn).where(StudyColumn.id == column.id).values(named))
    except IntegrityError as error:
        raise ColumnNameTaken from error
    session.refresh(column)


def move_column(session: Session, *, column: StudyColumn, position: int) -> None:
    """To this place, from 0, among its organisation's open columns. Raises ColumnArchived."""
    others = list(_open_ones(session, column.organization_id))
    if column not in others:
        raise ColumnArchived
    others.remove(column)
    others.insert(min(max(position, 0), len(others)), column)
    for place, one in enumerate(others):
        one.position = place
    session.flush()


def hand_over(session: Session, *, column: StudyColumn, owner: str) -> None:
    """Somebody else sees to it from now on. Raises OwnerUnknown."""
    path = session.get_one(Organization, column.organization_id).path
    column.owner = _owner(session, owner, path)
    session.flush()


def archive_column(session: Session, *, column: StudyColumn, by: str, now: datetime) -> None:
    """Nothing new is written there; what is there can still be read. Raises ColumnArchived."""
    open_one = StudyColumn.id == column.id, StudyColumn.archived_at.is_(None)
    gone = update(StudyColumn).where(*open_one).values(archived_at=now, archived_by=by)
    if not rows_changed(session, gone):
        raise ColumnArchived
    session.refresh(column)


def restore_column(session: Session, *, column: StudyColumn) -> bool:
    """Out of the archive, at the end of the others; False where it is not there."""
    last = _end(session, column.organization_id)
    archived = StudyColumn.id == column.id, StudyColumn.archived_at.is_not(None)
    back = update(StudyColumn).where(*archived)
    restored = rows_changed(session, back.values(archived_at=None, archived_by=None, position=last)) == 1
    session.refresh(column)
    return restored


def columns(session: Session, path: str) -> Sequence[StudyColumn]:
    """Those in which a member of the organisation with this `path` finds something, the topmost's first."""
    filled_ones = select(StudyItem.id).where(StudyItem.column_id == StudyColumn.id, readable(path))
    return _sorted(session, StudyColumn.archived_at.is_(None), filled_ones.exists())


def columns_for_writers(session: Session, path: str) -> Sequence[StudyColumn]:
    """Those into which the organisation with this `path` may write: its own, and those of all above it."""
    return _sorted(session, StudyColumn.archived_at.is_(None), StudyColumn.organization_id.in_(_above(path)))


def columns_for_staff(session: Session, scope: Scope, *, archived: bool = False) -> Sequence[StudyColumn]:
    """Those that the scope's organisations have, or have archived."""
    there = StudyColumn.archived_at.is_not(None) if archived else StudyColumn.archived_at.is_(None)
    return _sorted(session, scope.owns(StudyColumn.organization_id), there)


def column_for_staff(session: Session, scope: Scope, column_id: int) -> StudyColumn | None:
    """None also for one of somebody else."""
    if not is_id(column_id):
        return None
    own = StudyColumn.id == column_id, scope.owns(StudyColumn.organization_id)
    return session.scalar(select(StudyColumn).where(*own))


def usable(session: Session, *, column_id: int, path: str) -> StudyColumn:
    """The column, if the organisation with this `path` may write into it. Raises ColumnUnknown, ColumnArchived."""
    found = session.get(StudyColumn, column_id) if is_id(column_id) else None
    if found is None or found.organization_id not in _above(path):
        raise ColumnUnknown
    if found.archived_at is not None:
        raise ColumnArchived
    return found


def _sorted(session: Session, *where: ColumnElement[bool]) -> Sequence[StudyColumn]:
    return session.scalars(
        select(StudyColumn)
        .join(Organization, Organization.id == StudyColumn.organization_id)
        .where(*where)
        .order_by(func.length(Organization.path), Organization.path, StudyColumn.position, StudyColumn.id)
    ).all()


def _open_ones(session: Session, organization_id: int) -> Sequence[StudyColumn]:
    its = StudyColumn.organization_id == organization_id, StudyColumn.archived_at.is_(None)
    return session.scalars(
        select(StudyColumn).where(*its).order_by(StudyColumn.position, StudyColumn.id)
    ).all()


def _end(session: Session, organization_id: int) -> int:
    """The place after the last."""
    return max((one.position + 1 for one in _open_ones(session, organization_id)), default=0)


def _above(path: str) -> list[int]:
    return [int(part) for part in path.strip("/").split("/")]


def _named(name: str, about: str) -> dict[str, str]:
    named = {"name": filled(name, "name", NAME), "about": short(about, "about", ABOUT)}
    check_unmarked(*named.values())
    return named


def _owner(session: Session, username: str, path: str) -> str:
    account_id = session.scalar(
        select(StaffAccount.id).where(StaffAccount.username == username.replace("\0", ""))
    )
    actor = scopes.actor(session, account_id) if account_id is not None else None
    if actor is None or not actor.scope(Permission.STUDY_WRITE).covers(path):
        raise OwnerUnknown
    return actor.username
