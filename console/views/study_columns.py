"""栏目: made, renamed, put in order, handed over, put into the archive and taken out again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import queries as people
from app.staff.permissions import PERMISSIONS, Permission
from app.study.library import columns, queries
from app.study.library.models import StudyColumn
from app.study.library.staleness import stale
from console import fields, once
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.refusals import sentence
from console.study_refusals import about_field
from console.studying import keep_column, may, organization_of, wanted_column

ROOM = 1000
"""More than any field takes: too much is said, not cut."""


@dataclass(frozen=True)
class TypedColumn:
    organization: int | None = None
    name: str = ""
    about: str = ""

    @classmethod
    def sent(cls) -> "TypedColumn":
        return cls(
            fields.number("organization"), fields.line("name", most=ROOM), fields.line("about", most=ROOM)
        )


@console.get("/study/columns/new")
@staff(Permission.STUDY_WRITE)
def new_study_column() -> ResponseReturnValue:
    with services().sessions.read() as session:
        own = organizations.tree(session, scope())
        return _new(session, TypedColumn(organization=own[0].organization.id if own else None))


def _new(session: Session, typed: TypedColumn, faults: Mapping[str, str] | None = None) -> str:
    return render_template(
        "console/study/column_new.html",
        typed=typed,
        choices=organizations.tree(session, scope()),
        limits=columns,
        faults=faults or {},
    )


def _faults(refusal: DomainError) -> dict[str, str]:
    field, said = about_field(refusal)
    return {field or "name": said or sentence(refusal)}


@console.post("/study/columns/new")
@staff(Permission.STUDY_WRITE)
def add_study_column() -> ResponseReturnValue:
    """Who makes it sees to it at first."""
    typed = TypedColumn.sent()
    try:
        with services().sessions.begin() as session:
            house = organizations.by_id(session, typed.organization or 0) or abort(404)
            if not may(Permission.STUDY_WRITE, house):
                abort(404)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, url_for("console.study"))
            made = columns.add_column(
                session,
                organization=house,
                name=typed.name,
                about=typed.about,
                owner=acting().username,
                by=acting().username,
                now=now(),
            )
            address = url_for("console.study_column", column_id=made.id)
            once.led_to(session, address)
            keep_column(session, "column_added", made)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return _new(session, typed, _faults(refusal)), 422
    flash("已新建栏目。负责人先是您自己，可以在这里移交给别人。", "ok")
    return redirect(address)


@console.get("/study/columns/<int:column_id>")
@staff(Permission.STUDY_VIEW)
def study_column(column_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, wanted_column(session, column_id))


def _page(session: Session, found: StudyColumn, *, fault: str = "", typed: TypedColumn | None = None) -> str:
    house = organization_of(session, found)
    own = organizations.subtree(house)
    brothers = [
        one for one in columns.columns_for_staff(session, own) if one.organization_id == found.organization_id
    ]
    return render_template(
        "console/study/column.html",
        column=found,
        organization=house,
        owner=people.display_name(session, found.owner),
        typed=typed or TypedColumn(name=found.name, about=found.about),
        place=brothers.index(found) if found in brothers else 0,
        places=len(brothers),
        silent=next((one for one in stale(session, now=now(), scope=own) if one.column.id == found.id), None),
        total=queries.count_for_staff(session, scope(), column_id=found.id),
        changeable=may(Permission.STUDY_WRITE, house),
        candidates=_candidates(session, house) if may(Permission.STUDY_WRITE, house) else [],
        limits=columns,
        fault=fault,
    )


def _candidates(session: Session, house: Organization) -> list[tuple[str, str]]:
    """(username, name) of those accounts within the reader's subtrees that may write there, and of the reader."""
    above = {int(part) for part in house.path.strip("/").split("/")}
    found = {acting().username: acting().display_name}
    for one in people.in_scope(session, scope()):
        writes = any(
            role.organization_id in above and Permission.STUDY_WRITE in PERMISSIONS[role.role]
            for role, _ in one.roles
        )
        if one.account.active and writes:
            found[one.account.username] = one.account.display_name
    return sorted(found.items())


Verb = Callable[[Session, StudyColumn], str]
"""Does it and keeps it; what to say afterwards."""


def _carry_out(column_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page itself, and nothing has happened."""
    address = url_for("console.study_column", column_id=column_id)
    try:
        with services().sessions.begin() as session:
            found = wanted_column(session, column_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found)
            once.led_to(session, address)
    except DomainError as refusal:
        with services().sessions.read() as session:
            typed = TypedColumn.sent() if "name" in request.form else None
            found = wanted_column(session, column_id)
            return _page(session, found, fault=sentence(refusal), typed=typed), 409
    flash(said, "ok")
    return redirect(address)


@console.post("/study/columns/<int:column_id>/rename")
@staff(Permission.STUDY_WRITE)
def rename_study_column(column_id: int) -> ResponseReturnValue:
    def rename(session: Session, found: StudyColumn) -> str:
        typed = TypedColumn.sent()
        columns.rename_column(session, column=found, name=typed.name, about=typed.about)
        keep_column(session, "column_renamed", found)
        return "已保存。"

    return _carry_out(column_id, rename)


@console.post("/study/columns/<int:column_id>/move")
@staff(Permission.STUDY_WRITE)
def move_study_column(column_id: int) -> ResponseReturnValue:
    def move(session: Session, found: StudyColumn) -> str:
        place = fields.number("place") or 0
        columns.move_column(session, column=found, position=max(place - 1, 0))
        keep_column(session, "column_moved", found)
        return "已调整顺序。"

    return _carry_out(column_id, move)


@console.post("/study/columns/<int:column_id>/owner")
@staff(Permission.STUDY_WRITE)
def hand_over_study_column(column_id: int) -> ResponseReturnValue:
    def hand_over(session: Session, found: StudyColumn) -> str:
        columns.hand_over(session, column=found, owner=fields.line("owner", most=64))
        keep_column(session, "column_handed_over", found, username=found.owner)
        return f"已移交，现在由{people.display_name(session, found.owner)}负责。"

    return _carry_out(column_id, hand_over)


@console.post("/study/columns/<int:column_id>/archive")
@staff(Permission.STUDY_WRITE)
def archive_study_column(column_id: int) -> ResponseReturnValue:
    def archive(session: Session, found: StudyColumn) -> str:
        columns.archive_column(session, column=found, by=acting().username, now=now())
        keep_column(session, "column_archived", found)
        return "已归档。以前的内容党员还能看，不能再写新的。"

    return _carry_out(column_id, archive)


@console.post("/study/columns/<int:column_id>/restore")
@staff(Permission.STUDY_WRITE)
def restore_study_column(column_id: int) -> ResponseReturnValue:
    def restore(session: Session, found: StudyColumn) -> str:
        if not columns.restore_column(session, column=found):
            return "这个栏目没有归档，不用恢复。"
        keep_column(session, "column_restored", found)
        return "已恢复，排在最后。"

    return _carry_out(column_id, restore)
