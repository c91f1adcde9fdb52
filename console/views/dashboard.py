"""The first page: what is open for this person, and a picture of the organisations below."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import calendar
from app.core.clock import local_day
from app.core.db import Session
from app.feedback import queries as feedback
from app.feedback.states import ThreadState
from app.meetings import queries as meetings
from app.members import queries as members
from app.members.queries import Counts
from app.notices.announcements import queries as announcements
from app.notices.announcements.states import AnnouncementState
from app.organizations import queries as organizations
from app.organizations.models import BRANCH_KINDS, OrganizationKind
from app.organizations.queries import Node
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console.blueprint import console
from console.edge import acting, now, scope_of, services
from console.labels import label

SHOWN = 5
GROUPS = (
    ("党委", frozenset({OrganizationKind.COMMITTEE, OrganizationKind.WORK_COMMITTEE})),
    ("党总支", frozenset({OrganizationKind.GENERAL_BRANCH})),
    ("党支部", BRANCH_KINDS),
)


@dataclass(frozen=True)
class Overview:
    """Of organisations, never of persons: in the office's order, so that it ranks nobody."""

    kinds: list[tuple[str, int]]
    members: int
    bound: int
    chart: str
    bars: list[tuple[str, int]]
    empty_branches: list[Node]


@console.get("")
@console.get("/")
@staff(Permission.DASHBOARD_VIEW)
def dashboard() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return render_template(
            "console/dashboard.html",
            missing_year=calendar.missing_year(session, local_day(now())),
            letters=_letters(session),
            gatherings=_gatherings(session),
            notices=_notices(session),
            overview=_overview(session),
        )


def _letters(session: Session) -> dict[str, object] | None:
    if not acting().may(Permission.FEEDBACK_VIEW):
        return None
    scope = scope_of(Permission.FEEDBACK_VIEW)
    open_first = feedback.tray(session, scope, state=ThreadState.OPEN, offset=0, limit=SHOWN)
    return {"counts": feedback.counts(session, scope, now=now()), "rows": open_first}


def _gatherings(session: Session) -> Sequence[object] | None:
    if not acting().may(Permission.MEETINGS_VIEW):
        return None
    return meetings.upcoming(session, scope_of(Permission.MEETINGS_VIEW), now=now(), limit=SHOWN)


def _notices(session: Session) -> Sequence[object] | None:
    """What somebody must approve, and what is on its way out."""
    if not acting().may(Permission.NOTICES_VIEW):
        return None
    scope = scope_of(Permission.NOTICES_VIEW)
    under_way = (AnnouncementState.IN_REVIEW, AnnouncementState.SENDING, AnnouncementState.SCHEDULED)
    return [
        one
        for state in under_way
        for one in announcements.listing(session, scope, state=state, offset=0, limit=SHOWN)
    ]


def _overview(session: Session) -> Overview | None:
    if not acting().may(Permission.ORGANIZATIONS_VIEW):
        return None
    scope = scope_of(Permission.ORGANIZATIONS_VIEW)
    nodes = organizations.tree(session, scope)
    counts = members.counts_by_organization(session, scope)
    kinds = Counter(node.organization.kind for node in nodes)
    tops = [counts.get(node.organization.id, Counts()) for node in nodes if node.depth == 0]
    chart, bars = _bars(session, scope, nodes, counts)
    return Overview(
        kinds=[(name, sum(kinds[kind] for kind in group)) for name, group in GROUPS],
        members=sum(one.members_below for one in tops),
        bound=sum(one.bound_below for one in tops),
        chart=chart,
        bars=bars,
        empty_branches=[node for node in nodes if _is_empty_branch(node, counts)],
    )


def _bars(
    session: Session, scope: Scope, nodes: list[Node], counts: dict[int, Counts]
) -> tuple[str, list[tuple[str, int]]]:
    """Party members of each organisation one level below the reader's own; of a single branch, its tracks."""
    level = 1 if any(node.depth == 1 for node in nodes) else 0
    below = [node.organization for node in nodes if node.depth == level]
    if len(below) > 1:
        bars = [(one.short_name, counts.get(one.id, Counts()).members_below) for one in below]
        return "各组织党员人数", bars
    kinds = members.count_by_kind(session, scope)
    return "名册上的人员构成", [(label(kind), number) for kind, number in kinds.items() if number]


def _is_empty_branch(node: Node, counts: dict[int, Counts]) -> bool:
    own = counts.get(node.organization.id, Counts())
    return node.organization.kind in BRANCH_KINDS and own.members_below == 0
