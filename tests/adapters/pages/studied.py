"""A branch's library with a few things to read, passed by three, and what one member has asked for and declared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.organizations.models import Organization
from app.study.hours import declarations
from app.study.hours.declarations import Told
from app.study.hours.models import HoursUnit
from app.study.library import columns, files, publishing
from app.study.library.models import (
    ItemKind,
    Rights,
    StudyColumn,
    StudyFile,
    StudyItem,
    StudyReach,
    StudyVersion,
)
from app.study.plans import wishes
from tests.adapters.pages.addressed import PDF
from tests.factories import NOW
from tests.unit.study.library import shelf
from tests.unit.study.library.shelf import CONTENT, Shelf

ELSEWHERE = replace(
    CONTENT,
    title="党章公开课",
    body="",
    summary="一节四十分钟的课",
    url="https://www.12371.cn/special/zt/",
    rights=Rights.LINKED,
    source_name="共产党员网",
)


@dataclass(frozen=True)
class Studied:
    column_id: int
    item_id: int
    file_id: int
    wish_id: int
    declaration_id: int


def opened(session: Session, organization: Organization, *, name: str = "党章学习", about: str = "") -> Shelf:
    """The organisation's library, with one column."""
    owner = f"writer{organization.id}"
    shelf.account(session, owner, organization)
    column = add_column(session, organization, name, about)
    return Shelf(organization, organization, organization, organization, column)


def add_column(session: Session, organization: Organization, name: str, about: str = "") -> StudyColumn:
    owner = f"writer{organization.id}"
    return columns.add_column(
        session, organization=organization, name=name, about=about, owner=owner, by=owner, now=NOW
    )


def publish(
    session: Session,
    made: Shelf,
    *,
    kind: ItemKind = ItemKind.ARTICLE,
    reach: StudyReach = StudyReach.BELOW,
    column: StudyColumn | None = None,
    names: Sequence[str] = (),
    now: datetime = NOW,
    content: Any = CONTENT,
    **changed: Any,
) -> int:
    """Passed by three; its id. `names`: of files beside it."""
    written = replace(content, **changed)
    version = shelf.draft(session, made, written, kind=kind, reach=reach, column=column, now=now)
    for name in names:
        files.add_file(
            session,
            version=version,
            revision=version.revision,
            name=name,
            content=PDF,
            author=shelf.WRITER,
            author_name="王丽",
        )
    return shelf.passed(session, version, now=now).item_id


def withdrawn(session: Session, item_id: int) -> None:
    item = session.get_one(StudyItem, item_id)
    publishing.withdraw(session, item=item, reason="来源有误", by=shelf.FIRST, now=NOW)


def file_of(session: Session, item_id: int) -> int:
    its = select(StudyFile.id).join(StudyVersion, StudyVersion.id == StudyFile.version_id)
    return session.scalars(its.where(StudyVersion.published_item_id == item_id)).one()


def declare(session: Session, member_id: int, **told: Any) -> int:
    said = Told(date(2026, 2, 20), "市委党校专题班", "市委党校", HoursUnit.CLOCK, 120)
    return declarations.declare(session, member_id=member_id, told=said._replace(**told), now=NOW).id


def seed(session: Session, *, organization_id: int, member_id: int, mark: str) -> Studied:
    """One of everything, each naming their side."""
    branch = session.get_one(Organization, organization_id)
    made = opened(session, branch, name=f"{mark}栏目")
    item_id = publish(session, made, title=f"{mark}学习材料", names=[f"{mark}讲义.pdf"])
    return Studied(
        made.column.id,
        item_id,
        file_of(session, item_id),
        wishes.wish(session, member_id=member_id, text=f"{mark}想学消防", now=NOW),
        declare(session, member_id, topic=f"{mark}专题班"),
    )
