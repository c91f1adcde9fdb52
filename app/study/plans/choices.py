"""自助式: the columns that a member wants to see first. Nobody else reads them, and nothing is made of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError

from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.study.library.models import StudyColumn, StudyItem
from app.study.library.readers import readable
from app.study.plans.models import Choice
from app.study.plans.people import keyed, place_of


class NoSuchColumn(DomainError):
    """Archived, or nothing in it is for this member."""

    code = "study_column_unknown"


def choose(session: Session, *, member_id: int, column_id: int) -> bool:
    """Once; False where it was chosen before. Raises NoSuchColumn, NotHere."""
    open_ones = _open_to(place_of(session, member_id).path)
    found = select(StudyColumn.id).where(StudyColumn.id == column_id, open_ones)
    if not keyed(column_id) or session.scalar(found) is None:
        raise NoSuchColumn
    try:
        with session.begin_nested():
            session.add(Choice(member_id=member_id, column_id=column_id))
    except IntegrityError:
        return False
    return True


def unchoose(session: Session, *, member_id: int, column_id: int) -> bool:
    """Whether it was chosen; said twice, it is as said once."""
    if not (keyed(member_id) and keyed(column_id)):
        return False
    mine = Choice.member_id == member_id, Choice.column_id == column_id
    return rows_changed(session, delete(Choice).where(*mine)) == 1


def chosen(session: Session, *, member_id: int) -> Sequence[StudyColumn]:
    """In the library's own order; without those that were archived since."""
    mine = (
        select(StudyColumn)
        .join(Choice, Choice.column_id == StudyColumn.id)
        .where(Choice.member_id == member_id, StudyColumn.archived_at.is_(None))
    )
    return session.scalars(mine.order_by(StudyColumn.position, StudyColumn.id)).all()


def choosable(session: Session, *, member_id: int) -> Sequence[StudyColumn]:
    """菜单式: what there is to choose from. Raises NotHere."""
    open_ones = select(StudyColumn).where(_open_to(place_of(session, member_id).path))
    return session.scalars(open_ones.order_by(StudyColumn.position, StudyColumn.id)).all()


def _open_to(path: str) -> ColumnElement[bool]:
    """Kept by an organisation that the reader belongs to, or with something in it that the reader may read."""
    above = [int(part) for part in path.strip("/").split("/")]
    offers = select(StudyItem.id).where(StudyItem.column_id == StudyColumn.id, readable(path)).exists()
    return and_(StudyColumn.archived_at.is_(None), or_(StudyColumn.organization_id.in_(above), offers))
