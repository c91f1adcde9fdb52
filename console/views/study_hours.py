"""学时 of a branch: its numbers for the year, meetings that count as study, and those nobody has decided on."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from app.study.hours import counts, figures, queries
from app.study.hours.counts import Below, Counts
from app.study.hours.rules import FEWEST
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.study_place import Home

HOURS = Permission.STUDY_HOURS
YEARS = 3


@console.get("/study/hours")
@staff(HOURS)
def study_hours() -> ResponseReturnValue:
    with services().sessions.read() as session:
        home = places.home(session, HOURS)
        return render_template(
            "console/study/hours.html",
            home=home,
            year=year(),
            years=years(),
            above=places.stands_above(session, HOURS),
            **(_shown(session, home) if home else {}),
        )


def _shown(session: Session, home: Home) -> dict[str, object]:
    return {
        "counts": _counts(session, home),
        "hints": counts.branch_hints(session, organization=home.organization, now=now()),
        "fewest": FEWEST,
        "asked": asked(session, year()),
        "unmade": queries.unmade(session, home.scope, now=now()),
        "rows": queries.sessions_of(session, home.scope, offset=offset(wanted_page()), limit=PER_PAGE),
        "page": Page(wanted_page(), queries.sessions_count(session, home.scope)),
        "waiting": queries.waiting_count(session, home.scope),
    }


def _counts(session: Session, home: Home) -> Counts | None:
    """None where no figures stand for that year."""
    try:
        return counts.branch_counts(session, organization=home.organization, year=year(), now=now())
    except DomainError:
        return None


def asked(session: Session, of_year: int) -> tuple[int, int] | None:
    """Study minutes that the year asks of a member, and of a secretary or committee member."""
    try:
        standing = figures.of_year(session, of_year)
    except DomainError:
        return None
    return standing.member_year, standing.leader_year


def years() -> list[int]:
    this = local_day(now()).year
    return [this - number for number in range(YEARS)]


def year() -> int:
    """The one asked for, if it is one of those offered."""
    found = fields.number("year")
    return found if found in years() else years()[0]


@console.get("/study/hours/below")
@staff(HOURS)
def study_hours_below() -> ResponseReturnValue:
    """For those above branches: how many have enough, never who."""
    with services().sessions.read() as session:
        if not places.stands_above(session, HOURS):
            abort(404)
        below = _below(session)
        branches = organizations.in_scope(session, scope())
        rows = [(one, below.branches[one.id]) for one in branches if below and one.id in below.branches]
        return render_template(
            "console/study/hours_below.html",
            below=below,
            rows=rows,
            year=year(),
            years=years(),
            asked=asked(session, year()),
            fewest=FEWEST,
            above=True,
        )


def _below(session: Session) -> Below | None:
    try:
        return counts.counts_below(session, scope=scope(), year=year(), now=now())
    except DomainError:
        return None
