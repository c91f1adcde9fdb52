"""学习内容: the list, one version with all that was said of it, and what may be done with it now."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import queries as people
from app.staff.permissions import Permission
from app.study.library import columns, queries, reviewing, versions
from app.study.library.content import NOTE, TITLE, takes_files
from app.study.library.files import files_of
from app.study.library.models import ReviewVerdict, StudyColumn, StudyItem, StudyReview, StudyVersion
from app.study.library.queries import Past
from app.study.library.states import VersionState
from console import fields
from console.blueprint import console
from console.edge import acting, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.studying import item_of, may, organization_of, wanted_version

S = VersionState


@dataclass(frozen=True)
class Choices:
    """What the reader may do now. `stage`: the review that is theirs, 0 for none."""

    edit: bool = False
    files: bool = False
    submit: bool = False
    drop: bool = False
    withdraw: bool = False
    begin: bool = False
    move: bool = False
    stage: int = 0


@console.get("/study/items", endpoint="study_items")
@staff(Permission.STUDY_VIEW)
def list_study_items() -> ResponseReturnValue:
    state, text = fields.choice("state", VersionState), fields.line("q", most=TITLE)
    column_id = fields.number("column")
    with services().sessions.read() as session:
        rows = queries.for_staff(
            session,
            scope(),
            state=state,
            column_id=column_id,
            text=text,
            offset=offset(wanted_page()),
            limit=PER_PAGE,
        )
        total = queries.count_for_staff(session, scope(), state=state, column_id=column_id, text=text)
        choices = columns.columns_for_staff(session, scope())
    return render_template(
        "console/study/items.html",
        rows=rows,
        page=Page(wanted_page(), total),
        states=VersionState,
        state=state,
        column=column_id,
        columns=choices,
        filters=request.args,
        writes=acting().may(Permission.STUDY_WRITE),
    )


@console.get("/study/versions/<int:version_id>")
@staff(Permission.STUDY_VIEW)
def study_version(version_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, wanted_version(session, version_id))


def page(session: Session, found: StudyVersion, *, fault: str = "") -> str:
    item = item_of(session, found)
    house = organization_of(session, item)
    past = queries.history(session, item)
    said = reviewing.reviews(session, found)
    choices = _choices(session, found, item, house, past)
    return render_template(
        "console/study/version.html",
        version=found,
        item=item,
        organization=house,
        column=session.get_one(StudyColumn, item.column_id),
        shown=found,
        body=found.body,
        kind=item.kind,
        at=item.published_at if found.state is S.PUBLISHED else None,
        tags=queries.tags_of(session, [found.id])[found.id],
        files=files_of(session, found.id),
        past=past,
        open_one=next((one.version for one in past if one.version.open_item_id), None),
        said=said if found.state in (S.IN_REVIEW, S.PUBLISHED, S.SUPERSEDED, S.WITHDRAWN) else [],
        returned=_returned(past, found),
        due=len(said) + 1 if found.state is S.IN_REVIEW else 0,
        ended_by=people.display_name(session, found.ended_by) if found.ended_by else "",
        choices=choices,
        into=_other_columns(session, item, house) if choices.move else [],
        note_limit=NOTE,
        fault=fault,
    )


def _choices(
    session: Session, found: StudyVersion, item: StudyItem, house: Organization, past: Sequence[Past]
) -> Choices:
    writes = may(Permission.STUDY_WRITE, house)
    written_on = writes and found.state in versions.WRITTEN_ON
    ended = past[0].version.id == found.id or found.state is S.PUBLISHED
    nobody_writes = not any(one.version.open_item_id for one in past)
    return Choices(
        edit=written_on,
        files=written_on and takes_files(item.kind, found.rights),
        submit=writes and found.state is S.DRAFT,
        drop=writes and found.state is S.DRAFT,
        withdraw=writes and found.state is S.PUBLISHED,
        begin=writes and nobody_writes and ended and found.state in (S.PUBLISHED, S.WITHDRAWN),
        move=writes and found.state is not S.DROPPED,
        stage=_own_stage(session, found, house),
    )


def _own_stage(session: Session, found: StudyVersion, house: Organization) -> int:
    if found.state is not S.IN_REVIEW or not may(Permission.STUDY_REVIEW, house):
        return 0
    waiting = queries.waiting_for_review(session, organizations.subtree(house), by=acting().username)
    return next((one.stage for one in waiting if one.version.id == found.id), 0)


def _returned(past: Sequence[Past], found: StudyVersion) -> StudyReview | None:
    """Why it is a draft again, if somebody returned it last and it was not submitted since."""
    if found.state is not S.DRAFT:
        return None
    said = next((one.reviews for one in past if one.version.id == found.id), [])
    last = [one for one in said if one.round == found.round and one.verdict is ReviewVerdict.RETURNED]
    return last[-1] if last else None


def _other_columns(session: Session, item: StudyItem, house: Organization) -> list[StudyColumn]:
    return [one for one in columns.columns_for_writers(session, house.path) if one.id != item.column_id]
