"""学习 on the phone: today's, the columns, the search, one item. What anybody opened is written down nowhere."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Final

from flask import abort, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.db import Session
from app.study.library import columns, files, queries
from app.study.library.models import StudyColumn
from app.study.library.queries import Listed, Place
from app.study.plans import choices
from app.study.plans.people import NotHere, place_of
from app.study.pushes import queries as pushes
from app.study.searching import finding
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.views.notices import KEY, SHOWN_IN_PLACE

TODAY: Final = 5
FOUND: Final = 20
A_LIST: Final = 20
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICRO: Final = timedelta(microseconds=1)
MOST_DIGITS: Final = 16
QUIZZES: Final = "pages.quizzes"
"""The list of quizzes, once there is one."""


@dataclass(frozen=True, slots=True)
class OfferedColumn:
    column: StudyColumn
    chosen: bool


def path_of(session: Session) -> str:
    """Of the member's own organisation; nothing is offered to one who has left."""
    try:
        return place_of(session, member_id()).path
    except NotHere:
        abort(404)


@pages.get("/study")
@member("what the signed-in member may read, their chosen columns first")
def study() -> ResponseReturnValue:
    own = member_id()
    with services().sessions.read() as session:
        path = path_of(session)
        return render_template(
            "pages/study/home.html",
            today=pushes.today(session, path=path, member_id=own, now=now(), limit=TODAY),
            columns=_offered(session, path),
            longest=finding.QUERY_SIGNS,
            quizzes=QUIZZES if QUIZZES in current_app.view_functions else "",
        )


def _offered(session: Session, path: str) -> list[OfferedColumn]:
    """Those with something in them, the chosen ones first."""
    wanted = {one.id for one in choices.chosen(session, member_id=member_id())}
    found = [OfferedColumn(one, one.id in wanted) for one in columns.columns(session, path)]
    return sorted(found, key=lambda one: not one.chosen)


@pages.get(f"/study/columns/<{KEY}:column_id>")
@member(
    "only columns that the signed-in member's organisation is offered, and of their items the readable ones"
)
def study_column(column_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        path = path_of(session)
        offered = {one.id: one for one in choices.choosable(session, member_id=member_id())}
        if column_id not in offered:
            abort(404)
        place = _place(request.args.get("before", ""))
        found = queries.newest(session, path, column_id=column_id, before=place, limit=A_LIST + 1)
        return render_template(
            "pages/study/column.html",
            column=offered[column_id],
            items=found[:A_LIST],
            before=_left_at(found[A_LIST - 1]) if len(found) > A_LIST else "",
            further=place is not None,
        )


def _place(told: str) -> Place | None:
    """None also for what we have not written: the list begins anew."""
    at, _, item = told.partition("-")
    if not all(one.isascii() and one.isdigit() and len(one) <= MOST_DIGITS for one in (at, item)):
        return None
    return Place(EPOCH + int(at) * MICRO, min(int(item), 2**31 - 1))


def _left_at(last: Listed) -> str:
    published_at = last.item.published_at or EPOCH
    return f"{(published_at - EPOCH) // MICRO}-{last.item.id}"


@pages.get("/study/search")
@member("only what the signed-in member may read; the words are kept nowhere")
def study_search() -> ResponseReturnValue:
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[: finding.QUERY_SIGNS]
    with services().sessions.read() as session:
        path = path_of(session)
        found = finding.find(session, path=path, query=asked, limit=FOUND) if asked else []
        return render_template(
            "pages/study/search.html",
            asked=asked,
            found=found,
            whole=bool(found) and found[0].whole,
            longest=finding.QUERY_SIGNS,
        )


@pages.get(f"/study/items/<{KEY}:item_id>")
@member("only what the signed-in member may read; anything else is 404")
def study_item(item_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = queries.item_for_reader(session, path_of(session), item_id)
        if found is None:
            abort(404)
        item, version = found
        beside = files.files_of(session, version.id)
        return render_template(
            "pages/study/item.html",
            item=item,
            version=version,
            tags=queries.tags_of(session, [version.id])[version.id],
            files=beside,
            links=[url_for("pages.study_file", item_id=item_id, file_id=one.id) for one in beside],
        )


@pages.get(f"/study/items/<{KEY}:item_id>/files/<{KEY}:file_id>")
@member("only what comes with an item that the signed-in member may read; anything else is 404")
def study_file(item_id: int, file_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = files.file_for_reader(session, path_of(session), item_id, file_id)
        if found is None:
            abort(404)
        return send_file(
            BytesIO(found.content),
            mimetype=found.media_type,
            download_name=found.name,
            as_attachment=found.media_type not in SHOWN_IN_PLACE,
        )
