"""公示: the totals of some months as members will read them, looked at before they are published."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.books.models import UseItem
from app.dues.remittance import listing, publicity
from app.dues.remittance.publicity import Totals
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.organizations.queries import Node
from app.papers.dues_sheets import spoken
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence

QUARTER = 3


@console.get("/dues/publicity")
@staff(Permission.DUES_VIEW)
def dues_publicity() -> ResponseReturnValue:
    first, last = _months()
    with services().sessions.read() as session:
        choices = _choices(session)
        organization = _chosen(session, choices)
        totals, fault = _totals(session, organization, first, last)
        return render_template(
            "console/dues/publicity.html",
            choices=choices,
            organization=organization,
            first=shared.field_of(first),
            last=shared.field_of(last),
            period=spoken(first, last),
            totals=totals,
            fault=fault,
            over=last < months.current(now()),
            rows=[
                (row.Publication, row.organization_name, Totals.read(row.Publication.totals))
                for row in listing.publications(
                    session, scope(), offset=offset(wanted_page()), limit=PER_PAGE
                )
            ],
            page=Page(wanted_page(), listing.publications_total(session, scope())),
            spoken=spoken,
            items=UseItem,
            fewest=publicity.FEWEST,
            may_publish=shared.covers(Permission.DUES_DECIDE, organization),
            who=shared.called(session),
        )


def _months() -> tuple[int, int]:
    """Those asked for; else the last quarter that is over."""
    this = months.current(now())
    begun = this // 100 * 100 + (this % 100 - 1) // QUARTER * QUARTER + 1
    first = shared.month("first", months.plus(begun, -QUARTER))
    last = shared.month("last", months.plus(first, QUARTER - 1))
    return min(first, last), last


def _choices(session: Session) -> list[Node]:
    """A 党小组 publishes nothing of its own."""
    found = organizations.tree(session, scope())
    return [one for one in found if one.organization.kind is not OrganizationKind.GROUP]


def _chosen(session: Session, choices: list[Node]) -> Organization:
    asked = fields.number("organization")
    if asked:
        return shared.of_scope(session, asked)
    return choices[0].organization if choices else abort(404)


def _totals(session: Session, of: Organization, first: int, last: int) -> tuple[Totals | None, str]:
    """With why there are none."""
    try:
        return publicity.totals(session, organization_id=of.id, from_month=first, until_month=last), ""
    except DomainError as refusal:
        return None, sentence(refusal)


@console.post("/dues/publicity")
@staff(Permission.DUES_DECIDE)
def publish_dues_totals() -> ResponseReturnValue:
    first, last = _months()

    def publish(session: Session) -> str:
        of = shared.of_scope(session, fields.number("organization"))
        made = publicity.publish(
            session,
            organization_id=of.id,
            from_month=first,
            until_month=last,
            by=acting().username,
            now=now(),
        )
        shared.keep(session, "published", "publication", made.id, of.id, month=spoken(first, last))
        return f"{spoken(first, last)}的党费收缴情况已公示，党员在手机上可以看到。"

    return shared.carry_out(
        url_for("console.dues_publicity", organization=fields.number("organization")), publish
    )
