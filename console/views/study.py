"""学习 at a glance: what waits for the reader, and the columns with those who see to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.organizations import queries as organizations
from app.staff import queries as people
from app.staff.permissions import Permission
from app.study.library import columns, queries
from app.study.library.models import StudyColumn
from app.study.library.queries import Waiting
from app.study.library.staleness import Stale, stale
from console.blueprint import console
from console.edge import acting, now, scope, scope_of, services

MOST = 10


@dataclass(frozen=True)
class ColumnShown:
    """`silent`: set where nothing came for so long that its owner is to be told."""

    column: StudyColumn
    organization: str
    owner: str
    own: bool
    silent: Stale | None


@console.get("/study", endpoint="study")
@staff(Permission.STUDY_VIEW)
def overview() -> ResponseReturnValue:
    with services().sessions.read() as session:
        reviews = _to_review(session)
        open_ones, archived = _columns(session), _columns(session, archived=True)
        writes = acting().may(Permission.STUDY_WRITE)
    return render_template(
        "console/study/overview.html",
        reviews=reviews[:MOST],
        more_reviews=len(reviews) - MOST,
        mine=[one for one in open_ones if one.own and one.silent],
        columns=open_ones,
        archived=archived,
        writes=writes,
    )


def _to_review(session: Session) -> Sequence[Waiting]:
    return queries.waiting_for_review(session, scope_of(Permission.STUDY_REVIEW), by=acting().username)


def _columns(session: Session, *, archived: bool = False) -> list[ColumnShown]:
    found = columns.columns_for_staff(session, scope(), archived=archived)
    houses: Mapping[int, str] = {one.id: one.short_name for one in organizations.in_scope(session, scope())}
    owners = people.display_names(session, [one.owner for one in found])
    silent = {} if archived else {one.column.id: one for one in stale(session, now=now(), scope=scope())}
    return [
        ColumnShown(
            one,
            houses.get(one.organization_id, "（组织已撤销）"),
            owners[one.owner],
            one.owner == acting().username,
            silent.get(one.id),
        )
        for one in found
    ]
