"""Reading the library: members by what is meant for them, the console within its scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import defer

from app.core.db import Session
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import StaffAccount
from app.study.library.models import StudyColumn, StudyItem, StudyReview, StudyTag, StudyVersion, StudyWriter
from app.study.library.readers import readable
from app.study.library.rules import is_id
from app.study.library.states import VersionState

S = VersionState
AT_WORK = frozenset({S.DRAFT, S.IN_REVIEW, S.PUBLISHED, S.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list; the version comes without its body."""

    item: StudyItem
    version: StudyVersion
    column_name: str
    organization_name: str


@dataclass(frozen=True, slots=True)
class Waiting(Listed):
    """`stage`: 1 to 3, the review that is due."""

    stage: int


class Place(NamedTuple):
    """Where a list of the newest was left: its last line."""

    published_at: datetime
    item_id: int


@dataclass(frozen=True, slots=True)
class Past:
    """A version, with the reviews of all its rounds."""

    version: StudyVersion
    reviews: Sequence[StudyReview]


def newest(
    session: Session,
    path: str,
    *,
    column_id: int | None = None,
    tag: str | None = None,
    before: Place | None = None,
    limit: int = 20,
) -> list[Listed]:
    """What a member of the organisation with this `path` may read, the latest published first; `before` goes on."""
    wanted = [readable(path)]
    if column_id is not None:
        wanted.append(StudyItem.column_id == column_id if is_id(column_id) else StudyItem.id < 0)
    if tag is not None:
        tagged = select(StudyTag.version_id).where(StudyTag.name == tag.replace("\0", ""))
        wanted.append(StudyVersion.id.in_(tagged))
    if before is not None:
        wanted.append(_after(before))
    lines = _lines(StudyVersion.published_item_id == StudyItem.id).where(*wanted)
    rows = session.execute(lines.order_by(StudyItem.published_at.desc(), StudyItem.id.desc()).limit(limit))
    return [Listed(*row) for row in rows]


def _after(place: Place) -> ColumnElement[bool]:
    at = StudyItem.published_at
    return or_(at < place.published_at, and_(at == place.published_at, StudyItem.id < place.item_id))


def item_for_reader(session: Session, path: str, item_id: int) -> tuple[StudyItem, StudyVersion] | None:
    """What readers see of it, with its body; None also for what is not meant for them."""
    if not is_id(item_id):
        return None
    row = session.execute(
        select(StudyItem, StudyVersion)
        .join(StudyVersion, StudyVersion.published_item_id == StudyItem.id)
        .where(StudyItem.id == item_id, readable(path))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def tags_of(session: Session, version_ids: Iterable[int]) -> dict[int, list[str]]:
    """By version, in the writer's order."""
    found: dict[int, list[str]] = {one: [] for one in version_ids}
    rows = session.execute(
        select(StudyTag.version_id, StudyTag.name).where(StudyTag.version_id.in_(found)).order_by(StudyTag.id)
    )
    for version_id, name in rows:
        found[version_id].append(name)
    return found


def for_staff(
    session: Session,
    scope: Scope,
    *,
    state: VersionState | None = None,
    column_id: int | None = None,
    text: str = "",
    offset: int = 0,
    limit: int = 20,
) -> list[Listed]:
    """Versions of the scope's items, the latest written first. `state` None: neither superseded nor dropped."""
    lines = _lines(StudyVersion.item_id == StudyItem.id).where(*_wanted(scope, state, column_id, text))
    ordered = lines.order_by(StudyVersion.id.desc())
    return [Listed(*row) for row in session.execute(ordered.offset(offset).limit(limit))]


def count_for_staff(
    session: Session,
    scope: Scope,
    *,
    state: VersionState | None = None,
    column_id: int | None = None,
    text: str = "",
) -> int:
    """How many `for_staff` would list."""
    found = select(func.count(StudyVersion.id)).join(StudyItem, StudyItem.id == StudyVersion.item_id)
    return session.scalar(found.where(*_wanted(scope, state, column_id, text))) or 0


def _wanted(
    scope: Scope, state: VersionState | None, column_id: int | None, text: str
) -> list[ColumnElement[bool]]:
    wanted = [
        scope.owns(StudyItem.organization_id),
        StudyVersion.state.in_(AT_WORK) if state is None else StudyVersion.state == state,
    ]
    if column_id is not None:
        wanted.append(StudyItem.column_id == column_id if is_id(column_id) else StudyItem.id < 0)
    if text:
        wanted.append(StudyVersion.title.contains(text.replace("\0", ""), autoescape=True))
    return wanted


def waiting_for_review(session: Session, scope: Scope, *, by: str) -> list[Waiting]:
    """What `by` may review now, under whichever account: the longest waiting first."""
    own = _accounts(session, by)
    wrote = select(StudyWriter.version_id).where(StudyWriter.writer.in_(own))
    this_round = StudyReview.version_id == StudyVersion.id, StudyReview.round == StudyVersion.round
    passed = select(func.count()).select_from(StudyReview).where(*this_round).correlate(StudyVersion)
    mine = select(StudyReview.id).where(*this_round, StudyReview.reviewer.in_(own)).correlate(StudyVersion)
    rows = session.execute(
        _lines(StudyVersion.item_id == StudyItem.id)
        .add_columns(passed.scalar_subquery() + 1)
        .where(
            StudyVersion.state == S.IN_REVIEW,
            scope.owns(StudyItem.organization_id),
            StudyVersion.id.not_in(wrote),
            ~mine.exists(),
        )
        .order_by(StudyVersion.submitted_at, StudyVersion.id)
    )
    return [Waiting(*row) for row in rows]


def _accounts(session: Session, username: str) -> list[str]:
    """Of the same human being, as `app.staff.persons.same_person` has it."""
    person = select(StaffAccount.member_id).where(StaffAccount.username == username).scalar_subquery()
    tied = select(StaffAccount.username).where(StaffAccount.member_id == person)
    return sorted({username, *session.scalars(tied)})


def version_for_staff(session: Session, scope: Scope, version_id: int) -> StudyVersion | None:
    """With its body; None also for one of somebody else."""
    if not is_id(version_id):
        return None
    its = StudyVersion.id == version_id, scope.owns(StudyItem.organization_id)
    return session.scalar(
        select(StudyVersion).join(StudyItem, StudyItem.id == StudyVersion.item_id).where(*its)
    )


def item_for_staff(session: Session, scope: Scope, item_id: int) -> StudyItem | None:
    """None also for one of somebody else."""
    if not is_id(item_id):
        return None
    its = StudyItem.id == item_id, scope.owns(StudyItem.organization_id)
    return session.scalar(select(StudyItem).where(*its))


def history(session: Session, item: StudyItem) -> list[Past]:
    """All its versions, the latest first, without their bodies."""
    versions = session.scalars(
        select(StudyVersion)
        .where(StudyVersion.item_id == item.id)
        .options(defer(StudyVersion.body))
        .order_by(StudyVersion.number.desc())
    ).all()
    reviews = session.scalars(
        select(StudyReview)
        .where(StudyReview.version_id.in_([one.id for one in versions]))
        .order_by(StudyReview.round, StudyReview.stage)
    ).all()
    return [Past(one, [said for said in reviews if said.version_id == one.id]) for one in versions]


def _lines(joined: ColumnElement[bool]) -> Select[StudyItem, StudyVersion, str, str]:
    return (
        select(StudyItem, StudyVersion, StudyColumn.name, Organization.short_name)
        .join(StudyVersion, joined)
        .join(StudyColumn, StudyColumn.id == StudyItem.column_id)
        .join(Organization, Organization.id == StudyItem.organization_id)
        .options(defer(StudyVersion.body))
    )
