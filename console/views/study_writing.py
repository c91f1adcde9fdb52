"""Writing something to study: where it goes and of what kind it is, then the text; and revising it."""

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import rich_text, wording
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from app.study.library import columns, content, queries, service, versions
from app.study.library.files import files_of
from app.study.library.models import ItemKind, StudyReach, StudyVersion
from console import fields, markup, once, study_typed
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.refusals import sentence
from console.study_refusals import about_field
from console.study_typed import Place, TypedItem
from console.studying import item_of, keep_item, organization_of, revision, wanted_version


@console.get("/study/items/new")
@staff(Permission.STUDY_WRITE)
def new_study_item() -> ResponseReturnValue:
    """First the kind and whose it is; both are settled from then on."""
    place = Place.asked()
    with services().sessions.read() as session:
        house = _house(session, place)
        if place.kind is None:
            return _choose(session, house, place)
        return _form(session, house, replace(place, organization=house.id), TypedItem())


def _house(session: Session, place: Place) -> Organization:
    """The one asked for, or the topmost of the account's own."""
    asked = organizations.by_id(session, place.organization or 0)
    if place.organization and (asked is None or not scope().covers(asked.path)):
        abort(404)
    own = organizations.tree(session, scope())
    return asked or (own[0].organization if own else abort(404))


def _choose(session: Session, house: Organization, place: Place) -> str:
    return render_template(
        "console/study/kind.html",
        organization=house,
        column=place.column,
        choices=organizations.tree(session, scope()),
        kinds=study_typed.ABOUT_KINDS,
        columns=columns.columns_for_writers(session, house.path),
    )


def _form(
    session: Session,
    house: Organization,
    place: Place,
    typed: TypedItem,
    *,
    kept: StudyVersion | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
    overtaken: bool = False,
) -> str:
    return render_template(
        "console/study/form.html",
        organization=house,
        place=place,
        typed=typed,
        version=kept,
        columns=[] if kept else columns.columns_for_writers(session, house.path),
        reaches=study_typed.ABOUT_REACHES,
        rights=study_typed.ABOUT_RIGHTS,
        with_body=place.kind not in study_typed.WITHOUT_BODY,
        with_address=place.kind not in study_typed.WITHOUT_ADDRESS,
        limits=content,
        body_limit=study_typed.BODY_LENGTH,
        shown=typed,
        body=rich_text.clean(markup.to_html(typed.body)),
        kind=place.kind,
        files=files_of(session, kept.id) if kept else [],
        marks=_marks(typed),
        faults=faults or {},
        refusal=refusal,
        overtaken=overtaken,
    )


def _marks(typed: TypedItem) -> tuple[str, ...]:
    """The marks of secrecy that would be refused, while there is still time to take them out."""
    return wording.marked(f"{typed.title}\n{typed.summary}\n{typed.body}\n{typed.source_name}")


@console.post("/study/items/preview")
@staff(Permission.STUDY_WRITE)
def preview_study_item() -> ResponseReturnValue:
    """The phone beside the text field, while somebody types."""
    typed = TypedItem.sent()
    with services().sessions.read() as session:
        kept = queries.version_for_staff(session, scope(), fields.number("version") or 0)
        files = files_of(session, kept.id) if kept else []
        house = organizations.by_id(session, fields.number("organization") or 0)
        if kept is not None:
            house = organization_of(session, item_of(session, kept))
        seen = house if house is not None and scope().covers(house.path) else None
    return render_template(
        "console/study/preview.html",
        shown=typed,
        body=rich_text.clean(markup.to_html(typed.body)),
        organization=seen,
        kind=fields.choice("kind", ItemKind),
        files=files,
        marks=_marks(typed),
    )


def _refused(refusal: DomainError) -> tuple[dict[str, str], str]:
    """(what is wrong with one field, what is wrong with all of it)."""
    field, said = about_field(refusal)
    return ({field: said}, "") if field else ({}, sentence(refusal))


@console.post("/study/items/new")
@staff(Permission.STUDY_WRITE)
def write_study_item() -> ResponseReturnValue:
    place, typed = Place.asked(), TypedItem.sent()
    faults = typed.faults() | _unplaced(place)
    refusal = ""
    try:
        if not faults:
            return _draft(place, typed)
    except DomainError as refused:
        faults, refusal = _refused(refused)
    with services().sessions.read() as session:
        house = _house(session, place)
        if place.kind is None:
            return _choose(session, house, place), 422
        return _form(session, house, place, typed, faults=faults, refusal=refusal), 422


def _unplaced(place: Place) -> dict[str, str]:
    needed = {
        "kind": (place.kind, "请选择类型。"),
        "column": (place.column, "请选择栏目。"),
        "reach": (place.reach, "请选择谁能看到。"),
    }
    return {name: text for name, (value, text) in needed.items() if not value}


def _draft(place: Place, typed: TypedItem) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        house = _house(session, place)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.study_items"))
        made = service.draft(
            session,
            organization_id=house.id,
            column_id=place.column or 0,
            kind=place.kind or ItemKind.ARTICLE,
            reach=place.reach or StudyReach.EVERYBODY,
            content=typed.content(),
            author=acting().username,
            author_name=acting().display_name,
            now=now(),
        )
        address = url_for("console.study_version", version_id=made.id)
        once.led_to(session, address)
        keep_item(session, "drafted", item_of(session, made))
    flash("已存为草稿。需要的话先添加文件，再提交审核。", "ok")
    return redirect(address)


@console.get("/study/versions/<int:version_id>/edit")
@staff(Permission.STUDY_WRITE)
def edit_study_version(version_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted_version(session, version_id)
        if found.state not in versions.WRITTEN_ON:
            flash("这一版不能再改；已经发布的，请“写新的一版”。", "warn")
            return redirect(url_for("console.study_version", version_id=version_id))
        tags = queries.tags_of(session, [found.id])[found.id]
        return _revising(session, found, TypedItem.of(found, tags))


def _revising(
    session: Session,
    found: StudyVersion,
    typed: TypedItem,
    *,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
    overtaken: bool = False,
) -> str:
    item = item_of(session, found)
    place = Place(item.organization_id, item.column_id, item.kind, item.reach)
    house = organization_of(session, item)
    return _form(
        session, house, place, typed, kept=found, faults=faults, refusal=refusal, overtaken=overtaken
    )


@console.post("/study/versions/<int:version_id>/edit")
@staff(Permission.STUDY_WRITE)
def revise_study_version(version_id: int) -> ResponseReturnValue:
    typed = TypedItem.sent()
    faults, refusal, overtaken = typed.faults(), "", False
    try:
        if not faults:
            return _revise(version_id, typed)
    except versions.Overtaken:
        overtaken = True
    except DomainError as refused:
        faults, refusal = _refused(refused)
    with services().sessions.read() as session:
        found = wanted_version(session, version_id)
        if found.state not in versions.WRITTEN_ON:
            flash(refusal or "这一版不能再改。", "warn")
            return redirect(url_for("console.study_version", version_id=version_id))
        if overtaken:  # what was typed is not lost: saved again, it is saved over what stands there now
            typed = replace(typed, revision=found.revision)
        return _revising(session, found, typed, faults=faults, refusal=refusal, overtaken=overtaken), 422


def _revise(version_id: int, typed: TypedItem) -> ResponseReturnValue:
    address = url_for("console.study_version", version_id=version_id)
    with services().sessions.begin() as session:
        found = wanted_version(session, version_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        service.revise(
            session,
            version=found,
            revision=revision(),
            content=typed.content(),
            author=acting().username,
            author_name=acting().display_name,
        )
        once.led_to(session, address)
        keep_item(session, "revised", item_of(session, found), version=found.number)
    flash("已保存。", "ok")
    return redirect(address)
